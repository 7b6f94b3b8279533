"""What the journeys through the deck share."""

from playwright.sync_api import expect


def opened(page):
    """The deck, once its pictures are drawn and Python listens."""
    deck = page.locator(".deck")
    expect(deck).to_have_attribute("data-state", "ready")
    expect(page.locator(".st-key-downloads")).to_be_attached()
    return deck


def frame_of(deck, name):
    """Where a marker (or "Playhead") stands, as assistive technology is told."""
    return int(deck.get_by_role("slider", name=name, exact=True).get_attribute("aria-valuenow"))


def stands_at(deck, name, frame):
    """Wait until a marker or the playhead stands at a frame."""
    expect(deck.get_by_role("slider", name=name, exact=True)).to_have_attribute("aria-valuenow", str(frame))


def twin(page, name):
    """The native slider of a marker, in the panel that must be open."""
    return page.locator(f".st-key-marker_{name}").get_by_role("slider")


def unfold_twins(page):
    page.get_by_text("Set by numbers").click()
    expect(twin(page, "apex")).to_be_visible()


def picture(deck, name):
    """The pixels of a canvas as a text that changes with them."""
    return deck.locator(f"canvas.{name}").evaluate("(canvas) => canvas.toDataURL()")
