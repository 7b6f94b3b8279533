"""Decoded frames, and a buffer to collect them in without a second copy."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from mer_core.clip_sources.frame_stores import DiskFrames, MemoryFrames
from mer_core.clip_sources.limits import ClipLimits, check_decoded, check_frames, check_pixels, shown
from mer_core.errors import ClipError

# Told the finished share, 0 to 1.
Progress = Callable[[float], None]


@dataclass(frozen=True, eq=False)
class Decoded:
    """What every source returns: frames uint8 RGB (T, H, W, 3), times in ms or None, and warnings."""

    frames: np.ndarray
    timestamps_ms: np.ndarray | None
    warnings: tuple[str, ...] = ()


class FrameBuffer:
    """Holds the frames of a clip while it is decoded, and refuses what is over the limits or of another size.

    Frames that take more than `limits.max_memory_bytes` go to a temporary file, as soon as that is known.
    """

    def __init__(self, name: str, expected: int, limits: ClipLimits) -> None:
        self._name = name
        self._limits = limits
        self._expected = max(2, min(expected, limits.max_frames))
        self._shape = (0, 0, 3)
        self._store: MemoryFrames | DiskFrames
        self._most_in_memory = 0
        self.num_frames = 0

    def slot(self, height: int, width: int, source: str = "") -> np.ndarray:
        """Return the (H, W, 3) uint8 array to write the next frame into; `source` names it in messages.

        Its content is taken over by the next call of `slot` or `finish`.
        """
        if self.num_frames == 0:
            self._start(height, width)
        elif (height, width) != self._shape[:2]:
            raise self._odd_size(height, width, source)
        check_frames(self._name, self.num_frames + 1, self._limits, so_far=True)
        check_decoded(self._name, self.num_frames + 1, width, height, self._limits)
        if self.num_frames == self._most_in_memory and isinstance(self._store, MemoryFrames):
            self._move_to_disk(self._store)
        self.num_frames += 1
        return self._store.slot(self.num_frames - 1)

    def finish(self) -> np.ndarray:
        """Return the frames, uint8 RGB (T, H, W, 3), read-only on disk; the buffer must not be used after this."""
        return self._store.finish(self.num_frames)

    def _start(self, height: int, width: int) -> None:
        check_pixels(self._name, width, height, self._limits)
        self._shape = (height, width, 3)
        self._most_in_memory = self._limits.max_memory_bytes // (height * width * 3)
        expected = min(self._expected, self._limits.max_decoded_bytes // (height * width * 3))
        if expected > self._most_in_memory:
            self._store = DiskFrames(self._name, self._shape, expected)
        else:
            self._store = MemoryFrames(self._shape, expected, self._most_in_memory)

    def _move_to_disk(self, memory: MemoryFrames) -> None:
        self._store = DiskFrames(self._name, self._shape, self.num_frames + 1)
        for index, frame in enumerate(memory.finish(self.num_frames)):
            self._store.slot(index)[:] = frame

    def _odd_size(self, height: int, width: int, source: str) -> ClipError:
        first_height, first_width, _ = self._shape
        where = f"frame {self.num_frames}" + (f" ({shown(source)})" if source else "")
        return ClipError(
            f"{shown(self._name)}: {where} is {width} x {height} pixels but frame 0 is "
            f"{first_width} x {first_height}: all frames must have one size."
        )
