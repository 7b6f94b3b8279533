"""How long after a key press in the deck the reading beside it tells of the moved marker, in a headless Chromium.

Usage: `python -m benchmarks.reading [--presses N]` (needs /usr/bin/chromium and requirements-dev.txt). Serves the app
with its own checkpoints, opens a sample, and sets the apex by key to another frame again and again. Measured in the
page: from the key press until the sentences about the movement differ, and until the probabilities drawn last do.
"""

import argparse
import statistics
import time

from playwright.sync_api import Page, sync_playwright

from benchmarks.served_app import CHROMIUM, served_app

# Resolves with ms from the key press until each of the reading's cards, CARDS, says something else.
_WATCH = """(cards) => {
  const text = (card) => document.querySelector(card)?.textContent ?? "";
  const before = cards.map(text);
  globalThis.measured = new Promise((done, fail) => {
    setTimeout(() => fail(new Error(`unchanged after 5 s: ${cards.map(text).join(" | ")}`)), 5000);
    let pressed = 0;
    const told = cards.map(() => null);
    addEventListener("keydown", () => { pressed = performance.now(); }, { capture: true, once: true });
    const observer = new MutationObserver(() => {
      cards.forEach((card, place) => {
        if (told[place] === null && text(card) && text(card) !== before[place]) {
          told[place] = performance.now() - pressed;
        }
      });
      if (told.every((time) => time !== null)) { observer.disconnect(); done(told); }
    });
    observer.observe(document.body, { childList: true, subtree: true, characterData: true });
  });
}"""
# The sentences about the movement, and the probabilities, whose bars are the last to be drawn.
_CARDS = {"what moved": ".st-key-what_moved", "probabilities": ".st-key-probabilities"}

_STEPS = 4  # frames; after fewer a sentence may read the same


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--presses", type=int, default=20)
    num_presses = parser.parse_args().presses
    with served_app() as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1440, "height": 900})
        page.set_default_timeout(60_000)
        page.goto(f"{address}/analyze?sample=positive")
        page.locator(".deck[data-state=ready]").wait_for()
        page.locator(".st-key-downloads").wait_for()
        time.sleep(1)
        measured = [_press(page, place) for place in range(num_presses + 2)][2:]  # the first ones warm up
        browser.close()
    for name, times in zip(_CARDS, zip(*measured, strict=True), strict=True):
        print(f"{name:15} median {statistics.median(times):4.0f} ms, largest {max(times):4.0f} ms of {len(times)}")


def _press(page: Page, place: int) -> list[float]:
    """Apex some frames to the right, then back, and so on."""
    page.locator(".deck").get_by_role("slider", name="Playhead", exact=True).focus()
    for _ in range(_STEPS):
        page.keyboard.press("ArrowRight" if place % 2 == 0 else "ArrowLeft")
    page.evaluate(_WATCH, list(_CARDS.values()))
    page.keyboard.press("a")
    told: list[float] = page.evaluate("() => globalThis.measured")
    return told


if __name__ == "__main__":
    main()
