"""How quickly the deck opens and scrubs in a headless Chromium, and what its frames weigh.

Usage: `python -m benchmarks.deck` (needs /usr/bin/chromium and requirements-dev.txt). The clip is a sample enlarged
until its face fills frames of 640 x 480 px, repeated to each length. The columns:

- payload: all JPEG pictures and their header;
- first, all: from the click that opens the deck until the first pictures are drawn, and until all that the memory
  budget allows are decoded;
- refresh/s, slowest: while the playhead jumps to another frame at every refresh of the display, how many there are,
  and the 95th percentile of the time between two;
- busy: how long the page's main thread works for one of them (60 a second leave it 16.7 ms);
- late: of 300 jumps, those whose picture was not decoded in time;
- key: from a key press until its frame was drawn;
- memory: resident memory of the page's process above that of the empty page.
"""

import argparse
import pickle
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import cv2
import numpy as np
from playwright.sync_api import CDPSession, Page, sync_playwright

from benchmarks.served_app import CHROMIUM, served_app
from mer_core.analysis import Analysis
from mer_core.checkpoints import checkpoints_folder, list_checkpoints, load_checkpoint
from mer_core.clips import Clip, read_clip
from mer_core.faces import FaceTrack
from mer_core.predictor import Predictor
from mer_core.samples import sample_clips

_SIZE, _ENLARGED, _FPS = (640, 480), 2.1, 100.0
_SCRUBS = 300

_APP = """
import pickle, sys
import streamlit as st
from mer_core.preview import make_preview
from ui.deck.component import deck, deck_link
from ui.deck.payload import DeckFrames, crop_payload, found_payload, marks_payload

@st.cache_resource
def opened():
    with open({file!r}, "rb") as file:
        analysis = pickle.load(file)
    return analysis, DeckFrames.of(make_preview(analysis.prepared), analysis.clip)

analysis, frames = opened()
st.text(f"payload {{len(frames.file)}} side {{frames.preview.size[0]}} pictures {{len(frames.preview.frames)}}")
if st.button("Open"):
    deck(frames.file)
    state = dict(key=frames.key, sequence=0, canUndo=False, crop=crop_payload(analysis.crop, frames.preview))
    deck_link(state | dict(found=found_payload(analysis)) | marks_payload(analysis.interval, analysis.prepared), print)
"""

# Jumps to another frame at every refresh of the display, mostly by small steps as a hand does.
_SCRUB = """async (count) => {
  const [{ deck }] = globalThis[Symbol.for("mer-studio.decks")].values();
  const last = deck.clock.last, times = [];
  let late = 0;
  await new Promise((done) => {
    let step = 0;
    const turn = (now) => {
      times.push(now);
      if (step > 0 && deck.isIncomplete) late += 1;
      if (step++ === count) return done();
      deck.seek(Math.round(last / 2 + (last / 2) * Math.sin(step / 25)));
      requestAnimationFrame(turn);
    };
    requestAnimationFrame(turn);
  });
  return { times, late };
}"""
_KEY = """() => new Promise((done) => {
  const [{ deck }] = globalThis[Symbol.for("mer-studio.decks")].values();
  const begun = performance.now();
  const head = deck.part(".playhead");
  head.dispatchEvent(new KeyboardEvent("keydown", { key: "ArrowRight", bubbles: true, composed: true }));
  requestAnimationFrame(() => requestAnimationFrame(() => done(performance.now() - begun)));
})"""

_ALL_DECODED = """() => {
  const [{ deck }] = globalThis[Symbol.for("mer-studio.decks")].values();
  return deck.frames.pending.size === 0;
}"""


@dataclass(frozen=True)
class Measured:
    """One row of the table."""

    num_frames: int
    pictures: str
    payload_mb: float
    ready_s: float
    decoded_s: float
    per_second: float
    slowest_ms: float
    busy_ms: float
    late: int
    key_ms: float
    memory_mb: float

    @property
    def line(self) -> str:
        """The row as text."""
        opened = f"{self.payload_mb:5.1f} MB {self.ready_s:5.2f} s {self.decoded_s:5.2f} s"
        scrubbed = f"{self.per_second:9.1f} {self.slowest_ms:5.1f} ms {self.busy_ms:4.1f} ms {self.late:5d}"
        rest = f"{self.key_ms:4.0f} ms {self.memory_mb:4.0f} MB"
        return f"{self.num_frames:6d}  {self.pictures:13s} {opened}  {scrubbed} {rest}"


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--frames", type=int, nargs="+", default=[60, 300, 1000])
    lengths = parser.parse_args().frames
    print("frames  pictures       payload   first     all  refresh/s  slowest    busy  late     key  memory")
    for num_frames in lengths:
        print(measure(num_frames).line)


def measure(num_frames: int) -> Measured:
    """The deck with a clip of so many frames."""
    analysis = repeated(_sample(), num_frames)
    with (
        tempfile.TemporaryDirectory() as folder,
        _serving(Path(folder), analysis) as address,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1440, "height": 900})
        page.set_default_timeout(120_000)
        page.goto(address)
        measured = _measured(page, num_frames)
        browser.close()
    return measured


def _measured(page: Page, num_frames: int) -> Measured:
    _, payload, _, side, _, pictures = page.get_by_text("payload").inner_text().split()
    empty = _resident_mb(page)
    begun = time.perf_counter()
    page.get_by_role("button", name="Open").click()
    page.locator(".deck[data-state=ready]").wait_for()
    ready = time.perf_counter() - begun
    page.wait_for_function(_ALL_DECODED)
    decoded = time.perf_counter() - begun
    memory = _resident_mb(page) - empty
    session = page.context.new_cdp_session(page)
    session.send("Performance.enable", {"timeDomain": "threadTicks"})
    before = _busy_s(session)
    scrub = page.evaluate(_SCRUB, _SCRUBS)
    busy = 1000 * (_busy_s(session) - before) / _SCRUBS
    key = float(np.median([page.evaluate(_KEY) for _ in range(20)]))
    gaps = np.diff(scrub["times"])
    rates = (1000 / gaps.mean(), float(np.percentile(gaps, 95)), busy, scrub["late"], key)
    return Measured(num_frames, f"{pictures} x {side} px", int(payload) / 1e6, ready, decoded, *rates, memory)


def repeated(analysis: Analysis, num_frames: int) -> Analysis:
    """The analysis of a clip whose frames are repeated to a length."""
    prepared = analysis.prepared
    which = np.arange(num_frames) % prepared.clip.num_frames
    clip = replace(prepared.clip, frames=prepared.clip.frames[which], timestamps_ms=np.arange(num_frames) * 1000 / _FPS)
    track: FaceTrack = replace(prepared.track, landmarks=prepared.track.landmarks[which])
    curve = replace(prepared.curve, displacement=prepared.curve.displacement[which])
    return replace(analysis, prepared=replace(prepared, clip=clip, track=track, curve=curve))


def _sample() -> Analysis:
    """A sample enlarged until its face fills a frame of 640 x 480 px."""
    clip = read_clip(sample_clips()["positive"].path)
    frames = np.stack([_close_up(frame) for frame in clip.frames[:60]])
    large = Clip(frames, clip.timestamps_ms[:60], clip.name, clip.sha256)  # type: ignore[index]
    return Predictor(load_checkpoint(checkpoints_folder() / list_checkpoints()[0])).analyze(large)


def _close_up(frame: np.ndarray) -> np.ndarray:
    large = cv2.resize(frame, None, fx=_ENLARGED, fy=_ENLARGED, interpolation=cv2.INTER_CUBIC)
    left, top = (large.shape[1] - _SIZE[0]) // 2, (large.shape[0] - _SIZE[1]) // 2
    return large[top : top + _SIZE[1], left : left + _SIZE[0]]


@contextmanager
def _serving(folder: Path, analysis: Analysis) -> Iterator[str]:
    # The weights are of no use here.
    (folder / "analysis").write_bytes(pickle.dumps(replace(analysis, checkpoint=None)))  # type: ignore[arg-type]
    script = folder / "app.py"
    script.write_text(_APP.format(file=str(folder / "analysis")))
    with served_app(str(script)) as address:
        yield address


def _busy_s(session: CDPSession) -> float:
    """Seconds that the page's main thread has worked."""
    metrics = {metric["name"]: metric["value"] for metric in session.send("Performance.getMetrics")["metrics"]}
    return float(metrics["TaskDuration"])


def _resident_mb(page: Page) -> float:
    """Resident memory of the page's process."""
    session = page.context.browser.new_browser_cdp_session()  # type: ignore[union-attr]
    processes = session.send("SystemInfo.getProcessInfo")["processInfo"]
    sizes = []
    for process in processes:
        if process["type"] == "renderer":
            status = Path(f"/proc/{process['id']}/status").read_text(encoding="ascii")
            sizes.append(int(status.split("VmRSS:")[1].split()[0]) / 1000)
    return max(sizes)


if __name__ == "__main__":
    main()
