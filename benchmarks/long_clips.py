"""How long and large clips are read and analysed: seconds of each step, memory, and what the deck is given.

Usage: `python -m benchmarks.long_clips [--folder DIR] [--frames-1080p 900]`. Makes 30 s of 640 x 480 at 200 fps and
10 s of 1080p at 30 fps (a sample enlarged, forward and backward, with fresh sensor noise), kept in the folder when one
is given. Each clip has a process of its own. The columns:

- decode, face, curve, preview: seconds of each step; all: of all four; cpu: what the processor's cores worked for them
  together, which other people's programs change less; silent: the longest time without a report of progress;
- own: peak of the process's own memory; mapped: the same with the pages of the temporary file, which the system takes
  back when others need room;
- deck: what is sent to the browser;
- apex: from another apex to the data for the deck, median.
"""

import argparse
import multiprocessing
import os
import statistics
import tempfile
import threading
import time
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import torch

from mer_core.analysis import PreparedClip
from mer_core.checkpoints import DEFAULT_CHECKPOINT, load_checkpoint
from mer_core.clip_sources.decoded import FrameBuffer
from mer_core.clips import ClipLimits, read_clip
from mer_core.predictor import Predictor, prepare_clip
from mer_core.preview import make_preview
from mer_core.samples import sample_clips
from mer_core.video_writer import write_video
from ui.deck.payload import found_payload, frames_payload

_NOISE, _NUM_NOISES = 5.0, 16
_SAMPLING_S = 0.05
_NUM_APEXES = 8


@dataclass(frozen=True)
class LongClip:
    """A clip to make: its size in px, frames, frames per second, and how much its sample is enlarged."""

    size: tuple[int, int]
    num_frames: int
    fps: int
    enlarged: float

    @property
    def name(self) -> str:
        """What it is, e.g. "6000 x 640x480 at 200 fps"."""
        return f"{self.num_frames} x {self.size[0]}x{self.size[1]} at {self.fps} fps"

    @property
    def file_name(self) -> str:
        """Its file."""
        return f"{self.size[0]}x{self.size[1]}-{self.num_frames}.mp4"


@dataclass(frozen=True)
class Measured:
    """One row of the table."""

    name: str
    file_mb: float
    seconds: dict[str, float]
    cpu_s: float
    silent_s: float
    own_mb: float
    mapped_mb: float
    deck_mb: float
    apex_ms: float
    reduction: str | None

    @property
    def line(self) -> str:
        """The row as text."""
        steps = " ".join(f"{self.seconds[step]:7.1f}" for step in ("decode", "face", "curve", "preview"))
        memory = f"{self.own_mb:6.0f} MB {self.mapped_mb:6.0f} MB"
        rest = f"{self.silent_s:5.1f}  {memory} {self.deck_mb:5.1f} MB {self.apex_ms:4.0f} ms"
        whole = f"{self.file_mb:6.0f} MB {steps} {sum(self.seconds.values()):6.1f} {self.cpu_s:6.1f}"
        return f"{self.name:29s} {whole} {rest}\n  {self.reduction}"


def main() -> None:
    """Make, measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--folder", type=Path, help="where to keep the clips, or to find them again")
    parser.add_argument("--frames", type=int, default=6000, help="of 640 x 480; 0 leaves that clip out")
    parser.add_argument("--frames-1080p", type=int, default=300, help="of 1920 x 1080; 0 leaves that clip out")
    options = parser.parse_args()
    clips = [LongClip((640, 480), options.frames, 200, 1.4), LongClip((1920, 1080), options.frames_1080p, 30, 3.0)]
    head = (
        "clip                           decode    face   curve preview    all silent    own    mapped    deck    apex"
    )
    with tempfile.TemporaryDirectory() as folder:
        for clip in clips:
            if clip.num_frames:
                path = made(clip, options.folder or Path(folder))
                # A process each: the peak of memory cannot be set back.
                with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool:
                    line = pool.submit(measure, path, clip.name).result().line
                print(f"{head}\n{line}", flush=True)
    print(f"{os.cpu_count()} cores, load {' '.join(f'{load:.1f}' for load in os.getloadavg())} (1, 5, 15 minutes)")


def made(clip: LongClip, folder: Path) -> Path:
    """The clip's file; made when the folder does not hold it."""
    path = folder / clip.file_name
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        write_video(path, _frames(clip), clip.fps)
    return path


def _frames(clip: LongClip) -> np.ndarray:
    faces = [_close_up(frame, clip) for frame in read_clip(sample_clips()["positive"].path).frames]
    there_and_back = [*faces, *faces[-2:0:-1]]
    rng = np.random.default_rng(0)
    grey = [rng.normal(0, _NOISE, clip.size[::-1]).round().astype(np.int16) for _ in range(_NUM_NOISES)]
    noises = [np.repeat(noise[..., None], 3, axis=2) for noise in grey]
    buffer = FrameBuffer(clip.file_name, clip.num_frames, ClipLimits())
    for index in range(clip.num_frames):
        face, noise = there_and_back[index % len(there_and_back)], noises[rng.integers(_NUM_NOISES)]
        buffer.slot(*face.shape[:2])[:] = cv2.add(face, noise, dtype=cv2.CV_8U)
    return buffer.finish()


def _close_up(frame: np.ndarray, clip: LongClip) -> np.ndarray:
    large = cv2.resize(frame, None, fx=clip.enlarged, fy=clip.enlarged, interpolation=cv2.INTER_CUBIC)
    width, height = clip.size
    left, top = max(0, (large.shape[1] - width) // 2), max(0, (large.shape[0] - height) // 2)
    part = large[top : top + height, left : left + width]
    return cv2.copyMakeBorder(
        part, 0, height - part.shape[0], 0, width - part.shape[1], borderType=cv2.BORDER_REPLICATE
    )


def measure(path: Path, name: str) -> Measured:
    """What becomes of one file, in a process that has done nothing else."""
    torch.set_num_threads(1)  # as the app does
    predictor = Predictor(load_checkpoint(DEFAULT_CHECKPOINT))
    heard, memory = _Heard(), _Memory()
    started, worked = time.perf_counter(), time.process_time()
    clip = read_clip(path, progress=heard)
    decoded = time.perf_counter()
    prepared = prepare_clip(clip, progress=heard)
    measured = time.perf_counter()
    preview = make_preview(prepared, heard)
    ended, worked = time.perf_counter(), time.process_time() - worked
    timings = prepared.timings_ms
    seconds = {
        "decode": decoded - started,
        "face": timings["face"] / 1000,
        "curve": timings["curve"] / 1000,
        "preview": ended - measured,
    }
    apex_ms = _apex_ms(predictor, prepared)
    own_mb, mapped_mb = memory.peaks_mb()
    deck_mb = len(frames_payload(preview, clip, "")) / 1e6
    file_mb = path.stat().st_size / 1e6
    times = (seconds, worked, heard.longest_s)
    return Measured(name, file_mb, *times, own_mb, mapped_mb, deck_mb, apex_ms, preview.reduction)


def _apex_ms(predictor: Predictor, prepared: PreparedClip) -> float:
    """Median milliseconds for another apex, up to what the deck draws; the first is not counted."""
    found = prepared.candidates[0]
    spent = []
    for apex in np.linspace(found.onset + 1, found.offset, _NUM_APEXES).astype(int).tolist():
        started = time.perf_counter()
        found_payload(predictor.analyze(prepared, apex=apex))
        spent.append((time.perf_counter() - started) * 1000)
    return statistics.median(spent[1:])


class _Heard:
    """Takes reports of progress and remembers the longest time between two."""

    def __init__(self) -> None:
        self._last = time.perf_counter()
        self.longest_s = 0.0

    def __call__(self, share: float) -> None:
        now = time.perf_counter()
        self.longest_s, self._last = max(self.longest_s, now - self._last), now


class _Memory:
    """Watches the process's memory, which the system keeps a peak of only as a whole."""

    def __init__(self) -> None:
        self._own = 0.0
        self._watching = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()

    def peaks_mb(self) -> tuple[float, float]:
        """Peak of the process's own memory and of all that it had mapped."""
        self._watching.set()
        self._thread.join()
        return self._own, _status_mb("VmHWM")

    def _watch(self) -> None:
        while not self._watching.wait(_SAMPLING_S):
            self._own = max(self._own, _status_mb("RssAnon"))


def _status_mb(field: str) -> float:
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(status.split(f"{field}:")[1].split()[0]) / 1000


if __name__ == "__main__":
    main()
