"""What was done in the deck counts, also when the line is slow, breaks, or the visitor goes on at once."""

import pytest
from playwright.sync_api import expect

from tests.browser.deck import CLIP, answered, frame_of, opened, opened_blind, settled, stands_at, step_to

pytestmark = pytest.mark.browser

# Every connection, to be closed, and the time that each message takes, either way.
LINES = """
    globalThis.lines = []; globalThis.delay = 0;
    const later = (act) => (globalThis.delay ? setTimeout(act, globalThis.delay) : act());
    globalThis.WebSocket = class extends WebSocket {
        constructor(...given) { super(...given); globalThis.lines.push(this); }
        send(message) { later(() => super.send(message)); }
        addEventListener(kind, act, options) {
            super.addEventListener(kind, kind === "message" ? (event) => later(() => act(event)) : act, options);
        }
        set onmessage(act) { super.onmessage = (event) => later(() => act(event)); }
    };
"""
BREAK = "lines.filter(({ readyState }) => readyState === WebSocket.OPEN).forEach((line) => line.close())"
IS_BACK = "lines.length > {0} && lines.at(-1).readyState === WebSocket.OPEN"


@pytest.fixture
def page(open_page):
    page = open_page("about:blank", width=1280, height=900)
    page.add_init_script(LINES)
    return page


def press_at(page, deck, *frames):
    for frame in frames:
        step_to(page, deck, frame)
        page.keyboard.press("a")


def test_a_connection_that_breaks_for_a_moment_costs_nothing(warm_server, page):
    # This server erases a clip one second after its visitor has left.
    deck = opened_blind(page, warm_server)
    settled(page)
    count = page.evaluate("lines.length")
    page.evaluate(BREAK)
    page.wait_for_function(IS_BACK.format(count))
    page.wait_for_timeout(3_000)  # three times as long as a clip is kept for one who has left
    press_at(page, deck, 30)
    answered(page)
    expect(page.locator(".st-key-blind_markers")).to_contain_text("300 ms (frame 30)")
    page.wait_for_timeout(3_000)
    press_at(page, deck, 31)
    answered(page)
    expect(page.locator(".st-key-blind_markers")).to_contain_text("310 ms (frame 31)")


def test_a_commit_at_once_after_the_last_key_stores_what_the_deck_showed(warm_server, page):
    deck = opened_blind(page, warm_server)
    step_to(page, deck, 10)
    page.keyboard.press("o")
    press_at(page, deck, 30)
    answered(page)
    commit = page.get_by_role("button", name="Commit, and show what the machine found")
    expect(commit).to_be_enabled()
    page.evaluate("globalThis.delay = 300")
    press_at(page, deck, 31, 32)
    assert frame_of(deck, "apex") == 32
    commit.click()
    expect(page.locator(".st-key-comparison")).to_contain_text("frame 32")


@pytest.mark.parametrize("elsewhere", ["explain", "overview"])
def test_markers_set_just_before_the_page_is_left_are_there_afterwards(warm_server, page, elsewhere):
    page.goto(f"{warm_server}/analyze")
    page.locator('input[type="file"]').first.set_input_files(CLIP)
    deck = opened(page)
    press_at(page, deck, 20, 21, 22)
    page.locator(f".st-key-nav_{elsewhere} a").click()
    expect(page.locator(".st-key-nav_current a")).to_contain_text(elsewhere.capitalize())
    settled(page)
    page.locator(".st-key-nav_analyze a").click()
    deck = opened(page)
    stands_at(deck, "apex", 22)
    answered(page)
    expect(page.locator(".st-key-marker_apex")).to_contain_text("(frame 22) · set by you")
