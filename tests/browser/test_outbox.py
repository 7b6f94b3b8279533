"""What the deck sends when answers stay away, by a clock that the test turns."""

from pathlib import Path

import pytest

pytestmark = pytest.mark.browser

OUTBOX = Path(__file__).resolve().parents[2] / "ui" / "deck" / "js" / "outbox.js"
BEGIN = """async (text) => {
    const { Outbox } = await import(URL.createObjectURL(new Blob([text], { type: "text/javascript" })));
    globalThis.sent = [];
    globalThis.outbox = new Outbox();
    outbox.send = (actions, attempt) => sent.push([attempt, actions.map(({ sequence }) => sequence)]);
}"""


@pytest.fixture
def page(open_page):
    page = open_page("about:blank")
    page.clock.install()
    page.clock.pause_at(page.evaluate("Date.now()") + 60_000)
    page.evaluate(BEGIN, OUTBOX.read_text(encoding="utf-8"))
    return page


def sent(page):
    return page.evaluate("sent")


def test_one_message_at_a_time_and_the_next_as_soon_as_that_is_answered(page):
    page.evaluate("outbox.push({ do: 'undo' }); outbox.push({ do: 'undo' }); outbox.push({ do: 'undo' });")
    assert sent(page) == [[1, [1]]]
    page.evaluate("outbox.answered(1)")
    assert sent(page) == [[1, [1]], [2, [2, 3]]]
    page.evaluate("outbox.answered(3)")
    page.clock.run_for(60_000)
    assert len(sent(page)) == 2


def test_a_lost_message_is_sent_again_after_ever_longer_waits(page):
    page.evaluate("outbox.push({ do: 'undo' })")
    times = []
    for tenth in range(150):
        page.clock.run_for(100)
        times += [tenth + 1] * (len(sent(page)) - 1 - len(times))
    assert times == [15, 45, 105]  # tenths of a second: after 1.5, 3 and 6 s
    page.evaluate("outbox.answered(1); outbox.push({ do: 'undo' })")
    page.clock.run_for(1_400)
    before = len(sent(page))
    page.clock.run_for(200)
    assert len(sent(page)) == before + 1  # patience is short again


def test_nothing_is_sent_while_nobody_listens(page):
    page.evaluate("listener = outbox.send; outbox.send = null; outbox.push({ do: 'undo' });")
    page.clock.run_for(10_000)
    assert sent(page) == []
    page.evaluate("outbox.send = listener; outbox.flush();")
    assert sent(page) == [[1, [1]]]


def test_all_that_waits_goes_at_once_when_something_else_is_used(page):
    page.evaluate("""() => {
        document.body.innerHTML = "<main><input></main><button>Commit</button>";
        outbox.open("clip", document.querySelector("main"));
        for (let count = 0; count < 3; count += 1) outbox.push({ do: "undo" });
    }""")
    page.locator("input").press("a")
    assert sent(page) == [[1, [1]]]  # what is used is the deck itself
    page.locator("button").click()
    assert sent(page) == [[1, [1]], [2, [1, 2, 3]]]
    page.locator("button").press("Enter")
    assert len(sent(page)) == 2  # it was sent already
    page.evaluate("outbox.answered(1)")
    assert len(sent(page)) == 2  # nor is it when the first of it is answered
    page.evaluate("outbox.answered(3); outbox.close(); outbox.push({ do: 'undo' })")
    sent_before = len(sent(page))
    page.locator("button").click()
    assert len(sent(page)) == sent_before


def test_after_a_link_to_another_page_nothing_is_sent_for_a_while(page):
    page.evaluate("""() => {
        document.body.innerHTML = '<main></main><a href="#elsewhere">Elsewhere</a>';
        outbox.open("clip", document.querySelector("main"));
        outbox.push({ do: "undo" }); outbox.push({ do: "undo" });
    }""")
    page.locator("a").click()
    page.evaluate("outbox.push({ do: 'undo' }); outbox.answered(1);")
    page.clock.run_for(4_900)
    assert sent(page) == [[1, [1]]]
    page.clock.run_for(200)
    assert sent(page) == [[1, [1]], [2, [2, 3]]]


def test_what_was_unanswered_when_the_page_was_left_goes_on_with_the_same_clip_only(page):
    page.evaluate("outbox.open('clip', document.body); outbox.push({ do: 'undo' }); outbox.push({ do: 'undo' })")
    page.evaluate("outbox.answered(1); outbox.close()")
    again = """(key) => {
        const next = new outbox.constructor();
        next.open(key, document.body);
        next.answered(1);
        const waiting = next.waiting.map(({ sequence }) => sequence);
        next.push({ do: "reset" });
        return [...waiting, next.sequence];
    }"""
    assert page.evaluate(again, "clip") == [2, 3]
    assert page.evaluate(again, "clip") == [2]  # taken over once; its own begin after what was answered
    page.evaluate("outbox.open('clip', document.body); outbox.push({ do: 'undo' }); outbox.close()")
    assert page.evaluate(again, "another") == [2]
