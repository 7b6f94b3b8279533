"""The whole way through Analyze, with mouse and keys at a desk and with a finger on a phone."""

import pympi
import pytest
from playwright.sync_api import expect

from tests.browser.deck import CLIP, answered, frame_of, middle, opened, picture, settled, stands_at

pytestmark = pytest.mark.browser

DESK = {"width": 1440, "height": 900}
PHONE = {"width": 390, "height": 844, "has_touch": True, "is_mobile": True}


class Desk:
    """What a person does with a keyboard and a mouse."""

    def __init__(self, page, deck):
        self.page, self.deck = page, deck

    def ten_back(self):
        self.deck.get_by_role("slider", name="Playhead").focus()
        for _ in range(10):
            self.page.keyboard.press("ArrowLeft")

    def command(self, key, name):
        self.page.keyboard.press(key)

    def drag(self, mark, by):
        x, y = middle(mark)
        self.page.mouse.move(x, y)
        self.page.mouse.down()
        self.page.mouse.move(x + by, y, steps=5)
        self.page.mouse.up()

    def show(self, section):
        """All sections are in sight."""


class Phone:
    """What a person does with a finger."""

    def __init__(self, page, deck):
        self.page, self.deck = page, deck

    def ten_back(self):
        for _ in range(10):
            self.command(None, "Frame before")

    def command(self, key, name):
        self.deck.get_by_role("button", name=name, exact=True).tap()

    def drag(self, mark, by):
        touch = self.page.context.new_cdp_session(self.page)
        x, y = middle(mark)
        for kind, at in (("touchStart", x), ("touchMove", x + by / 2), ("touchMove", x + by)):
            touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [{"x": at, "y": y}]})
        touch.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})

    def show(self, section):
        choice = self.page.locator(".st-key-section").get_by_role("radio", name=section)
        choice.tap()
        expect(choice).to_be_checked()


def taken_away(page, label, path):
    """A file as downloaded from the panel, which stays open."""
    with page.expect_download() as download:
        page.get_by_role("button", name=label).click()
    download.value.save_as(path)
    return path


@pytest.mark.parametrize(("hands", "screen"), [(Desk, DESK), (Phone, PHONE)], ids=["desk", "phone"])
def test_a_movement_is_found_marked_taken_away_and_opened_again(warm_server, open_page, tmp_path, hands, screen):
    page = open_page(f"{warm_server}/analyze", **screen)
    page.get_by_role("button", name="Brows raised").click()
    deck = opened(page)
    person = hands(page, deck)
    apex = frame_of(deck, "apex")

    person.ten_back()
    stands_at(deck, "Playhead", apex - 10)
    person.command("Space", "Play")
    expect(deck.get_by_role("button", name="Pause", exact=True)).to_be_visible()
    person.command("Space", "Pause")
    look_around(page, deck, person)
    marked = mark_and_undo(page, deck, person)
    answered(page)

    person.show("More")
    panel = page.get_by_role("button", name="Take it away")
    expect(panel).to_be_visible()
    settled(page)  # the buttons of the last answer have taken the place of those before
    panel.click()
    written = pympi.Elan.Eaf(str(taken_away(page, "ELAN", tmp_path / "surprise.eaf")))
    ((begin, _, _),) = written.get_annotation_data_for_tier("apex")
    assert begin == 10 * marked
    session = taken_away(page, "Session (JSON)", tmp_path / "surprise.mer.json")

    page.goto(f"{warm_server}/analyze")
    page.get_by_role("button", name="Open a session").click()
    page.locator('input[type="file"]').last.set_input_files(session)
    expect(page.get_by_text("Add the clip of this session")).to_be_visible()
    page.keyboard.press("Escape")
    page.locator('input[type="file"]').first.set_input_files(CLIP)
    stands_at(opened(page), "apex", marked)


def look_around(page, deck, person):
    """Amplify and blink: each changes the picture; an amplified one says that it is computed."""
    plain = picture(deck, "now")
    person.command("x", "Amplify")
    expect(deck.locator(".computed")).to_contain_text("Computed, not recorded")
    assert picture(deck, "now") != plain
    person.command("x", "Amplify")
    expect(deck.locator(".computed")).to_be_hidden()
    person.command("b", "Blink")
    shown = set()
    for _ in range(8):  # swapped at most twice a second
        shown.add(picture(deck, "now"))
        page.wait_for_timeout(250)
    assert len(shown) == 2
    person.command("b", "Blink")


def mark_and_undo(page, deck, person):
    """The apex set by key or button, taken back, then dragged; where it stands at last."""
    apex = frame_of(deck, "apex")
    person.command("ArrowLeft", "Frame before")
    stands_at(deck, "Playhead", apex - 1)  # blinking had shown the apex
    person.command("a", "Set apex here")
    stands_at(deck, "apex", apex - 1)
    expect(deck.get_by_role("button", name="Undo")).to_be_enabled()
    person.command("Control+z", "Undo")
    stands_at(deck, "apex", apex)
    mark = deck.get_by_role("slider", name="apex", exact=True)
    person.drag(mark, 40)
    marked = frame_of(deck, "apex")
    assert marked > apex
    expect(mark).to_have_attribute("aria-valuetext", f"apex {10 * marked} ms, frame {marked}, set by you")
    return marked
