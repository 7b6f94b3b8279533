from pathlib import Path

import numpy as np
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from mer_core.interval import Interval
from mer_core.markers import MARKERS, move_marker
from tests.browser.deck import THE_DECK, frame_of, middle, opened, picture, stands_at, twin, unfold_twins
from ui.deck.modules import joined_modules

pytestmark = pytest.mark.browser

ROOT = Path(__file__).resolve().parents[2]
SAMPLE = "/analyze?sample=positive"
# What the button says at every change, and when: a clip may be over before anybody outside the page looks again.
LOG_PLAY = f"""() => {{
    {THE_DECK}
    const button = deck.part(".play");
    globalThis.names = [];
    let last = button.getAttribute("aria-label");
    new MutationObserver(() => {{
        const name = button.getAttribute("aria-label");
        if (name !== last) names.push([performance.now(), name]);
        last = name;
    }}).observe(button, {{ attributeFilter: ["aria-label"] }});
}}"""


@pytest.fixture
def at_sample(warm_server, open_page):
    page = open_page(warm_server + SAMPLE, width=1440, height=900)
    return page, opened(page)


def drag(page, mark, by):
    x, y = middle(mark)
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + by, y, steps=6)
    page.mouse.up()


def test_the_keys_step_set_and_undo_and_the_reading_follows(at_sample):
    page, deck = at_sample
    apex = frame_of(deck, "apex")
    stands_at(deck, "Playhead", apex)
    playhead = deck.get_by_role("slider", name="Playhead")
    playhead.focus()
    for _ in range(10):
        page.keyboard.press("ArrowLeft")
    stands_at(deck, "Playhead", apex - 10)
    page.keyboard.press("Shift+ArrowRight")
    stands_at(deck, "Playhead", apex)
    page.keyboard.press("ArrowLeft")
    before = page.locator(".st-key-what_moved").inner_text()
    page.keyboard.press("a")
    stands_at(deck, "apex", apex - 1)
    mark = deck.get_by_role("slider", name="apex", exact=True)
    expect(mark).to_have_attribute("aria-valuetext", f"apex {10 * (apex - 1)} ms, frame {apex - 1}, set by you")
    expect(page.locator(".st-key-what_moved")).not_to_have_text(before)
    expect(playhead).to_be_focused()
    expect(deck.get_by_role("button", name="Undo")).to_be_enabled()
    playhead.press("Control+z")
    stands_at(deck, "apex", apex)
    expect(deck.get_by_role("button", name="Undo")).to_be_disabled()


def test_a_marker_is_dragged_and_its_twin_follows_and_leads(at_sample):
    page, deck = at_sample
    unfold_twins(page)
    apex = frame_of(deck, "apex")
    drag(page, deck.get_by_role("slider", name="apex", exact=True), 55)
    expect(twin(page, "apex")).not_to_have_value(str(apex))
    moved = frame_of(deck, "apex")
    assert moved > apex
    expect(twin(page, "apex")).to_have_value(str(moved))
    page.wait_for_timeout(500)
    twin(page, "onset").focus()
    page.keyboard.press("ArrowLeft")
    onset = int(twin(page, "onset").input_value())
    stands_at(deck, "onset", onset)
    stands_at(deck, "Playhead", onset)


def test_playing_starts_and_ends_by_hand_and_follows_the_frames_own_times(at_sample):
    page, deck = at_sample
    deck.get_by_role("button", name="First frame").click()
    deck.get_by_role("button", name="Speed ¼×").click()
    deck.get_by_role("button", name="Speed ½×").click()
    page.evaluate(LOG_PLAY)
    deck.get_by_role("button", name="Play", exact=True).click()
    page.wait_for_function("() => names.length >= 2")
    (begun, first), (ended, second) = page.evaluate("names")
    assert (first, second) == ("Pause", "Play")
    assert ended - begun > 500  # 720 ms of clip at full speed
    stands_at(deck, "Playhead", 71)
    deck.get_by_role("button", name="Loop from onset to offset").click()  # or else it may end by itself
    page.keyboard.press("Space")
    expect(deck.get_by_role("button", name="Pause")).to_be_visible()
    page.keyboard.press("Space")
    expect(deck.get_by_role("button", name="Play", exact=True)).to_be_visible()


def test_blinking_swaps_onset_and_apex_and_at_most_twice_a_second(at_sample):
    page, deck = at_sample
    assert deck.get_by_role("button", name="Blink").get_attribute("aria-pressed") == "false"
    deck.get_by_role("button", name="Blink").click()
    changes, seconds = page.evaluate(
        f"""async () => {{
          {THE_DECK}
          const text = deck.part(".now-text");
          let changes = 0;
          let last = text.textContent;
          const watch = new MutationObserver(() => {{  // told of every drawing, also of the same words
            if (text.textContent !== last) changes += 1;
            last = text.textContent;
          }});
          const begun = performance.now();
          watch.observe(text, {{ childList: true }});
          await new Promise((done) => setTimeout(done, 3000));
          watch.disconnect();
          return [changes, (performance.now() - begun) / 1000];
        }}"""
    )
    assert changes >= 2
    assert changes / seconds <= 2


def test_nothing_blinks_by_itself_for_who_asked_for_reduced_motion(warm_server, open_page):
    page = open_page(warm_server + SAMPLE, width=1440, height=900, reduced_motion="reduce")
    deck = opened(page)
    apex = picture(deck, "now")
    deck.get_by_role("button", name="Blink").click()
    expect(deck.locator(".now-text")).to_contain_text("onset")
    page.wait_for_timeout(1500)
    expect(deck.locator(".now-text")).to_contain_text("onset")
    deck.get_by_role("button", name="Blink").click()
    expect(deck.locator(".now-text")).to_contain_text("apex")
    assert picture(deck, "now") == apex


def test_an_amplified_picture_differs_and_says_that_it_is_computed(at_sample):
    page, deck = at_sample
    deck.get_by_role("button", name="Arrows").click()
    recorded = picture(deck, "now")
    deck.get_by_role("button", name="Amplify", exact=True).click()
    expect(deck.locator(".computed")).to_have_text("Computed, not recorded: the onset moved 8× as far")
    amplified = picture(deck, "now")
    assert amplified not in (recorded, picture(deck, "onset"))
    deck.get_by_role("slider", name="Amplify how many times").fill("16")
    expect(deck.locator(".computed")).to_contain_text("16×")
    assert picture(deck, "now") != amplified
    page.keyboard.press("ArrowRight")


def test_mirrored_halves_stand_beside_each_other(at_sample):
    page, deck = at_sample
    before = picture(deck, "onset")
    deck.get_by_role("button", name="Mirror").click()
    expect(deck.get_by_text("Their left side twice")).to_be_visible()
    expect(deck.get_by_text("Their right side twice")).to_be_visible()
    assert picture(deck, "onset") != before
    deck.get_by_role("button", name="Mirror").click()
    expect(deck.get_by_role("button", name="Mirror")).to_have_attribute("aria-pressed", "false")
    assert picture(deck, "onset") == before


def test_keys_work_only_with_the_focus_and_can_be_changed_and_switched_off(at_sample):
    page, deck = at_sample
    apex = frame_of(deck, "apex")
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("o")
    stands_at(deck, "Playhead", apex)
    deck.get_by_role("slider", name="Playhead").focus()
    page.keyboard.press("?")
    sheet = deck.get_by_role("dialog")
    expect(sheet.get_by_text("Ten frames on")).to_be_visible()
    sheet.get_by_label("As in BORIS").check()
    page.keyboard.press("Escape")
    deck.get_by_role("slider", name="Playhead").focus()
    page.keyboard.press("/")
    stands_at(deck, "Playhead", apex - 1)
    page.keyboard.press("?")
    sheet.get_by_label("Keys on").uncheck()
    page.keyboard.press("Escape")
    deck.get_by_role("slider", name="Playhead").focus()
    page.keyboard.press("/")
    page.keyboard.press("a")
    page.keyboard.press("ArrowLeft")  # a slider keeps its arrows
    stands_at(deck, "Playhead", apex - 2)
    stands_at(deck, "apex", apex)


def test_everything_in_the_deck_is_reached_by_tab_and_named(at_sample):
    page, deck = at_sample
    deck.get_by_role("button", name="Blink").focus()
    seen = []
    for _ in range(40):
        name = page.evaluate(
            """() => {
              const element = document.activeElement.shadowRoot?.activeElement;
              return element && (element.getAttribute("aria-label") ?? element.textContent);
            }"""
        )
        if name is None:
            break
        seen.append(name)
        page.keyboard.press("Tab")
    for name in ("Blink", "Amplify", "onset", "apex", "offset", "Playhead", "Play", "Set apex here", "Keys"):
        assert name in seen


def test_an_onset_is_moved_by_the_arrows_when_it_has_the_focus(at_sample):
    page, deck = at_sample
    onset = frame_of(deck, "onset")
    deck.get_by_role("slider", name="onset", exact=True).focus()
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("ArrowLeft")
    stands_at(deck, "onset", onset - 2)
    unfold_twins(page)
    expect(twin(page, "onset")).to_have_value(str(onset - 2))


def test_on_a_phone_a_finger_scrubs_and_drags_with_a_loupe(warm_server, open_page):
    page = open_page(warm_server + SAMPLE, width=390, height=844, has_touch=True, is_mobile=True)
    deck = opened(page)
    face = deck.locator("canvas.now").bounding_box()
    assert face["height"] <= 0.45 * 844
    targets = deck.locator("button:visible").evaluate_all(
        "(buttons) => buttons.map((button) => Math.min(button.offsetWidth, button.offsetHeight))"
    )
    assert min(targets) >= 44 - 6  # in a row of five a button may be a little narrower than high
    apex = frame_of(deck, "apex")
    mark = deck.get_by_role("slider", name="apex", exact=True)
    x, y = middle(mark)
    touch = page.context.new_cdp_session(page)
    touch.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [{"x": x, "y": y}]})
    for step in range(1, 6):
        touch.send("Input.dispatchTouchEvent", {"type": "touchMove", "touchPoints": [{"x": x + 8 * step, "y": y}]})
    expect(deck.locator(".loupe")).to_be_visible()
    touch.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    expect(deck.locator(".loupe")).to_be_hidden()
    moved = frame_of(deck, "apex")
    assert moved > apex
    expect(mark).to_have_attribute("aria-valuetext", f"apex {10 * moved} ms, frame {moved}, set by you")
    stands_at(deck, "Playhead", moved)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing_wrong_with_the_page_and_its_deck(warm_server, open_page, theme):
    page = open_page(warm_server + SAMPLE, width=1440, height=900, color_scheme=theme)
    opened(page)
    results = Axe().run(page)
    found = {rule["id"]: [node["html"][:120] for node in rule["nodes"]] for rule in results.response["violations"]}
    assert found == {}


def test_frames_come_by_no_address_that_others_could_ask_for(warm_server, open_page):
    page = open_page("about:blank")
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(warm_server + SAMPLE)
    opened(page)
    # The one picture with an address is the PNG under "Face and crop"; the deck's are JPEG.
    assert len([url for url in asked if url.startswith(f"{warm_server}/media/")]) <= 1
    assert [url for url in asked if ".jp" in url.split("?")[0]] == []


def test_leaving_the_page_frees_the_pictures(at_sample):
    page, _ = at_sample
    page.get_by_role("link", name="Overview").click()
    expect(page.locator(".deck")).to_have_count(0)
    assert page.evaluate(
        "() => [...globalThis[Symbol.for('mer-studio.decks')].values()].every(({ deck }) => deck === null)"
    )


def test_the_browser_moves_markers_by_the_same_rule_as_python(browser):
    page = browser.new_page()
    rng = np.random.default_rng(0)
    cases = []
    for _ in range(400):
        last = int(rng.integers(3, 40))
        onset, apex, offset = np.sort(rng.integers(0, last + 1, 3)).tolist()
        apex = min(max(apex, onset + 1), last)
        onset, offset = min(onset, apex - 1), max(offset, apex)
        sources = tuple(rng.choice(["proposed", "user", "imported", "unset"], 3).tolist())
        cases.append((Interval(onset, apex, offset, sources), int(rng.integers(3)), int(rng.integers(-5, 50)), last))
    script = joined_modules(ROOT / "ui" / "deck" / "js" / "marks.js")
    page.add_script_tag(content=script + "\nglobalThis.movedMark = movedMark;", type="module")
    page.wait_for_function("() => globalThis.movedMark")
    given = [
        [{"marks": [case.onset, case.apex, case.offset], "sources": list(case.sources)}, index, frame, last]
        for case, index, frame, last in cases
    ]
    answers = page.evaluate("(cases) => cases.map((case_) => movedMark(...case_))", given)
    page.close()
    for (interval, index, frame, last), answer in zip(cases, answers, strict=True):
        moved = move_marker(interval, MARKERS[index], frame, last + 1)
        assert answer["marks"] == [moved.onset, moved.apex, moved.offset]
        assert answer["sources"] == list(moved.sources)
