"""Coding blind in a real browser: by keys at a desk and by thumb on a phone."""

import csv

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from tests.browser.deck import frame_of, opened_blind, settled, step_to

pytestmark = pytest.mark.browser

# All that the browser was told about the open clip, and whether anything is on the curve's canvases.
TOLD = """() => [...globalThis[Symbol.for("mer-studio.decks")].values()].map(({ deck, news }) => ({
    found: news.found, movements: news.movements, isBlind: news.isBlind, own: news.own, sources: news.sources,
    curve: deck.curve, known: deck.found ?? null, field: deck.stage.field,
}))"""
DRAWN = '() => [...globalThis[Symbol.for("mer-studio.decks")].values()].every(({ deck }) => deck)'


def told_to(page):
    """All that the browser was told, once its deck is drawn."""
    page.wait_for_function(DRAWN)
    (told,) = page.evaluate(TOLD)
    return told


def score(page, unit):
    """Choose an action unit by its number; Enter takes the option that is lit, which follows the typing late."""
    units = page.get_by_role("combobox", name="Action units you see")
    units.click()
    units.press_sequentially(unit)
    expect(page.locator("[role=option][data-focused=true]")).to_contain_text(f"AU{unit} ")
    units.press("Enter")


def test_a_coder_marks_scores_commits_and_takes_blind_rows_away(warm_server, open_page, tmp_path):
    page = open_page(f"{warm_server}/analyze", width=1440, height=900)
    deck = opened_blind(page, warm_server)
    told = told_to(page)
    assert told == {
        "found": None, "movements": [], "isBlind": True, "own": None, "sources": ["unset"] * 3,
        "curve": None, "known": None, "field": None,
    }  # fmt: skip
    expect(deck.locator("canvas.curve")).to_be_hidden()
    expect(deck.get_by_role("button", name="Amplify")).to_be_hidden()
    before = deck.locator(".now-text").inner_text()
    deck.get_by_role("slider", name="Playhead").press("x")  # amplify, which is the machine's flow
    expect(deck.locator(".computed")).to_be_hidden()
    assert deck.locator(".now-text").inner_text() == before
    assert page.get_by_text("proposed").count() == 0

    commit = page.get_by_role("button", name="Commit, and show what the machine found")
    expect(commit).to_be_disabled()
    for key, frame in (("o", 11), ("a", 30), ("f", 50)):
        step_to(page, deck, frame)
        page.keyboard.press(key)
    expect(page.locator(".st-key-blind_markers")).to_contain_text("500 ms (frame 50)")
    expect(commit).to_be_enabled()
    page.keyboard.press("Control+z")
    expect(page.locator(".st-key-blind_markers")).to_contain_text("not set yet, if you see it end")
    step_to(page, deck, 50)
    page.keyboard.press("f")
    expect(page.locator(".st-key-blind_markers")).to_contain_text("500 ms (frame 50)")

    score(page, "12")
    page.keyboard.press("Escape")
    row = page.locator(".st-key-scored_AU12")
    expect(row).to_contain_text("lip corner puller")
    row.get_by_role("radio", name="C", exact=True).click()
    page.get_by_label("Coder").fill("ana")
    page.get_by_label("Coder").press("Tab")
    told = told_to(page)
    assert (told["found"], told["curve"]) == (None, None)
    commit.click()

    card = page.locator(".st-key-comparison")
    expect(card.get_by_text("You and the machine")).to_be_in_viewport()
    expect(card).to_contain_text("by ana")
    expect(card).to_contain_text("300 ms (frame 30)")
    expect(card).to_contain_text("AU12 lip corner puller, both sides, intensity C")
    expect(deck.locator("canvas.curve")).to_be_visible()
    expect(page.locator(".st-key-what_moved")).to_contain_text("Both brows moved up")
    told = told_to(page)
    assert told["own"] == [11, 30, 50]
    assert told["known"]
    rows = downloaded(page, tmp_path)
    own = [row for row in rows if row["blind"] == "true"]
    assert [(row["coder"], row["au"], row["side"], row["intensity"], row["frames"]) for row in own] == [
        ("ana", "", "", "", "11 30 50"),
        ("ana", "AU12", "B", "C", "11 30 50"),
    ]
    assert rows[0]["source"] == "machine"
    assert rows[0]["frames"].split()[1] == str(frame_of(deck, "apex"))


def downloaded(page, folder):
    settled(page)  # the button of the last answer has taken the place of the one before
    page.get_by_role("button", name="Take it away").click()
    with page.expect_download() as download:
        page.get_by_role("button", name="Movements (CSV)").click()
    download.value.save_as(folder / "own.csv")
    with (folder / "own.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_hiding_an_open_clip_leaves_nothing_of_its_findings_in_the_browser(warm_server, open_page):
    page = open_page(f"{warm_server}/analyze?sample=positive", width=1440, height=900)
    expect(page.locator(".st-key-what_moved")).to_contain_text("moved up")
    page.get_by_role("button", name="Code blind first").click()
    expect(page.locator(".st-key-blind_commit")).to_be_visible()
    expect(page.locator(".deck.blind")).to_have_attribute("data-state", "ready")
    told = told_to(page)
    assert (told["found"], told["curve"], told["known"], told["field"]) == (None, None, None, None)
    expect(page.locator(".st-key-blind_markers")).to_contain_text("not blind")
    for words in ("moved up", "positive", "proposed"):
        expect(page.locator(".st-key-page_body").get_by_text(words)).to_have_count(0)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing_wrong_while_coding_blind_on_a_phone(warm_server, open_page, theme):
    page = open_page(
        f"{warm_server}/analyze", width=390, height=844, has_touch=True, is_mobile=True, color_scheme=theme
    )
    deck = opened_blind(page, warm_server)
    deck.get_by_role("button", name="Set apex here").tap()
    expect(page.locator(".st-key-blind_commit")).to_contain_text("Set the onset first")
    score(page, "12")
    expect(page.locator(".st-key-scored_AU12")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    settled(page)  # what is drawn anew is pale until it is there
    results = Axe().run(page, options={"runOnly": ["wcag2a", "wcag2aa"]})
    assert results.violations_count == 0, results.generate_report()
