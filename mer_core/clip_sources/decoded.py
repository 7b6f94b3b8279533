"""Decoded frames, and a buffer to collect them in without a second copy."""

from dataclasses import dataclass

import numpy as np

from mer_core.clip_sources.limits import ClipLimits, check_decoded, check_frames, check_pixels, shown
from mer_core.errors import ClipError


@dataclass(frozen=True, eq=False)
class Decoded:
    """What every source returns: frames uint8 RGB (T, H, W, 3), times in ms or None, and warnings."""

    frames: np.ndarray
    timestamps_ms: np.ndarray | None
    warnings: tuple[str, ...] = ()


class FrameBuffer:
    """Grows in place to hold the frames of a clip, and refuses what is over the limits or of another size.

    A list of frames and `np.stack` would need twice the memory of the clip (3.6 GB for 2,000 frames of
    640 x 480); here the array is allocated once when the number of frames is declared, and otherwise
    lengthened by `ndarray.resize`, which Linux does without copying.
    """

    def __init__(self, name: str, expected: int, limits: ClipLimits) -> None:
        self._name = name
        self._limits = limits
        self._expected = max(2, min(expected, limits.max_frames))
        self._frames = np.empty((0, 0, 0, 3), np.uint8)
        self.num_frames = 0

    def slot(self, height: int, width: int, source: str = "") -> np.ndarray:
        """Return the (H, W, 3) uint8 array to write the next frame into; `source` names it in messages."""
        if self.num_frames == 0:
            self._start(height, width)
        elif (height, width) != self._frames.shape[1:3]:
            raise self._odd_size(height, width, source)
        check_frames(self._name, self.num_frames + 1, self._limits, so_far=True)
        check_decoded(self._name, self.num_frames + 1, width, height, self._limits)
        if self.num_frames == len(self._frames):
            self._lengthen(min(self.num_frames * 3 // 2 + 1, self._limits.max_frames))
        self.num_frames += 1
        return self._frames[self.num_frames - 1]

    def finish(self) -> np.ndarray:
        """Return the frames, uint8 RGB (T, H, W, 3); the buffer must not be used after this."""
        self._lengthen(self.num_frames)
        return self._frames

    def _start(self, height: int, width: int) -> None:
        check_pixels(self._name, width, height, self._limits)
        affordable = self._limits.max_decoded_bytes // (height * width * 3)
        self._frames = np.empty((max(1, min(self._expected, affordable)), height, width, 3), np.uint8)

    def _lengthen(self, num_frames: int) -> None:
        # The only other references are slots that were filled before: none is used after this call.
        self._frames.resize((num_frames, *self._frames.shape[1:]), refcheck=False)

    def _odd_size(self, height: int, width: int, source: str) -> ClipError:
        first_height, first_width = self._frames.shape[1:3]
        where = f"frame {self.num_frames}" + (f" ({shown(source)})" if source else "")
        return ClipError(
            f"{shown(self._name)}: {where} is {width} x {height} pixels but frame 0 is "
            f"{first_width} x {first_height}: all frames must have one size."
        )
