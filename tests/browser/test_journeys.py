import json
import time
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.deck import opened, settled, stands_at, twin, unfold_twins

pytestmark = pytest.mark.browser

WIDTH = "Math.max(document.documentElement.scrollWidth, document.querySelector('.stMain').scrollWidth)"


def test_a_newcomer_reads_moves_the_apex_by_keyboard_and_takes_the_json_away(server, open_page, tmp_path):
    page = open_page(f"{server}/analyze")  # the first request this server gets
    page.get_by_role("button", name="Lip corners pulled up").click()
    expect(page.locator(".st-key-what_moved").get_by_text("Both sides of the mouth moved up")).to_be_visible()
    deck = opened(page)
    moved = page.locator(".st-key-what_moved")
    before = moved.inner_text()
    unfold_twins(page)
    page.wait_for_timeout(1000)  # the slider mounts before it listens to keys
    apex = twin(page, "apex")
    frame = int(apex.input_value())
    apex.focus()
    for step in range(1, 4):  # focus must survive the page's answer to each key
        expect(apex).to_be_focused()
        page.keyboard.press("ArrowLeft")
        expect(apex).to_have_value(str(frame - step))
        expect(page.locator(".st-key-marker_apex")).to_contain_text(f"(frame {frame - step}) · set by you")
    expect(moved).not_to_have_text(before)
    stands_at(deck, "apex", frame - 3)

    settled(page)
    page.get_by_role("button", name="Take it away").click()
    page.wait_for_timeout(500)  # the button of the last answer takes the place of the one before
    with page.expect_download() as download:
        page.get_by_role("button", name="Everything (JSON)").click()
    download.value.save_as(tmp_path / "analysis.json")
    analysis = json.loads((tmp_path / "analysis.json").read_text())
    assert analysis["interval"]["apex"] == frame - 3
    assert analysis["interval"]["sources"]["apex"] == "user"


def test_a_bad_file_is_explained_and_a_sample_still_opens(server, open_page, tmp_path):
    bad = tmp_path / "holiday.mp4"
    bad.write_text("dear diary\n" * 50)
    page = open_page(server)
    page.locator('input[type="file"]').set_input_files(bad)
    box = page.locator(".st-key-failure")
    expect(box).to_contain_text("holiday.mp4")
    box.get_by_role("button", name="Dismiss").click()
    expect(box).to_have_count(0)
    page.get_by_role("button", name="Brows raised").click()
    expect(page.locator(".st-key-what_moved").get_by_text("Both brows moved up")).to_be_visible()


@pytest.mark.parametrize("path", ["/", "/analyze", "/analyze?sample=negative", "/explain"])
def test_a_phone_never_scrolls_sideways(server, open_page, path):
    page = open_page(server + path, width=390, height=844)
    if "sample" in path:
        expect(page.locator(".st-key-downloads")).to_be_attached()
    expect(page.locator(".st-key-page_limits")).to_be_visible()
    settled(page)
    page.wait_for_timeout(1000)
    wide = page.evaluate(
        "Math.max(document.documentElement.scrollWidth, document.querySelector('.stMain').scrollWidth)"
    )
    assert wide <= 390


def test_an_upload_is_erased_when_its_visitor_leaves(server, open_page, tmp_path):
    clip = Path("mer_core/assets/samples/surprise.mp4").resolve()
    page = open_page(f"{server}/analyze")
    page.locator('input[type="file"]').set_input_files(clip)
    expect(page.locator(".st-key-what_moved").get_by_text("Both brows moved up")).to_be_visible()
    assert list(tmp_path.glob("mer-studio-*/*/surprise.mp4"))
    page.context.close()
    deadline = time.monotonic() + 30
    while list(tmp_path.glob("mer-studio-*/*")) and time.monotonic() < deadline:
        time.sleep(0.5)
    assert not list(tmp_path.glob("mer-studio-*/*"))


def test_no_request_leaves_the_machine(server, open_page):
    page = open_page("about:blank")
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    for path in ("/", "/analyze?sample=positive"):
        page.goto(server + path)
        expect(page.locator(".st-key-page_limits")).to_be_visible()
    expect(page.locator(".st-key-downloads")).to_be_visible()
    page.get_by_role("button", name="Face and crop").click()
    settled(page)
    page.wait_for_timeout(1500)
    assert len(asked) > 10
    own = (server, server.replace("http", "ws"), "data:", "blob:")
    assert [url for url in asked if not url.startswith(own)] == []


def test_the_deck_fits_a_laptop(server, open_page):
    page = open_page(f"{server}/analyze?sample=positive", width=1440, height=900)
    transport = opened(page).locator(".transport").bounding_box()
    assert transport["y"] + transport["height"] < 900


def test_the_note_on_one_file_does_not_bar_the_way_to_another(warm_server, open_page):
    page = open_page(f"{warm_server}/analyze?sample=positive", width=1440)
    page.get_by_role("button", name="Take it away").click()
    page.get_by_role("button", name="Motion curve (CSV)").hover()
    expect(page.get_by_test_id("stTooltipContent")).to_be_visible()
    with page.expect_download() as download:
        page.get_by_role("button", name="Movements (CSV)").click()
    assert download.value.suggested_filename.endswith(".csv")
