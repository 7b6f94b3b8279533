"""What the journeys through the deck share."""

from playwright.sync_api import expect

CLIP = "mer_core/assets/samples/surprise.mp4"
THE_DECK = 'const [{ deck }] = globalThis[Symbol.for("mer-studio.decks")].values();'
_HAS_DRAWN = f"() => {{ {THE_DECK} return deck.requested === 0 && !deck.isIncomplete; }}"
_IS_ANSWERED = f"() => {{ {THE_DECK} return deck.outbox.isSettled; }}"


def settled(page):
    """Wait until Python has drawn the page to its end."""
    expect(page.locator('[data-testid="stApp"][data-test-script-state="notRunning"]')).to_be_visible()


def opened(page):
    """The deck, once its pictures are drawn and Python listens."""
    deck = page.locator(".deck")
    expect(deck).to_have_attribute("data-state", "ready")
    expect(page.locator(".st-key-downloads")).to_be_attached()
    settled(page)
    return deck


def opened_blind(page, address):
    """The deck of an uploaded clip that is to be coded blind."""
    page.goto(f"{address}/analyze")
    page.get_by_text("Code blind first").click()
    expect(page.get_by_role("button", name="Sample 1")).to_be_visible()  # the switch was taken
    page.locator('input[type="file"]').first.set_input_files(CLIP)
    deck = page.locator(".deck")
    expect(deck).to_have_attribute("data-state", "ready")
    expect(page.locator(".st-key-blind_commit")).to_be_attached()
    return deck


def step_to(page, deck, frame):
    """Put the playhead on a frame by keys, which leaves it the focus."""
    playhead = deck.get_by_role("slider", name="Playhead")
    playhead.focus()
    page.keyboard.press("Home")
    for _ in range(frame // 10):
        page.keyboard.press("Shift+ArrowRight")
    for _ in range(frame % 10):
        page.keyboard.press("ArrowRight")
    expect(playhead).to_have_attribute("aria-valuenow", str(frame))


def answered(page):
    """Wait until the page shows what Python makes of all that was done in the deck, which itself shows it at once."""
    page.wait_for_function(_IS_ANSWERED)
    settled(page)


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
    """The pixels of a canvas as a text that changes with them, once all that the deck was asked to show is drawn."""
    deck.page.wait_for_function(_HAS_DRAWN)
    return deck.locator(f"canvas.{name}").evaluate("(canvas) => canvas.toDataURL()")


def middle(mark):
    """The point at which to press a marker, once it stands still: what loads may still move the page."""
    settled(mark.page)
    mark.evaluate("(element) => element.scrollIntoView({ block: 'center' })")
    mark.hover(trial=True)
    box = mark.locator("svg").bounding_box()
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
