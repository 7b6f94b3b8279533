"""Frames to milliseconds and back."""

import numpy as np

# Where the frame rate is unknown, this many frames stand in for any length of time.
UNKNOWN_FRAMES = 200


class Clock:
    """Frames to milliseconds and back; with an unknown rate, fixed numbers of frames stand in."""

    def __init__(self, timestamps_ms: np.ndarray | None, num_frames: int) -> None:
        self.num_frames = num_frames
        self.times = None if timestamps_ms is None else np.asarray(timestamps_ms, np.float64)

    @property
    def frame_ms(self) -> float | None:
        """Median time between two frames; None when unknown."""
        return None if self.times is None or len(self.times) < 2 else float(np.median(np.diff(self.times)))

    def is_within(self, milliseconds: float) -> bool:
        """Whether the whole clip lasts at most that long."""
        return self.num_frames <= UNKNOWN_FRAMES if self.times is None else float(self.times[-1]) <= milliseconds

    def frames(self, milliseconds: float, otherwise: float) -> float:
        """That time in frames; `otherwise` when the frame rate is unknown."""
        return otherwise if not self.frame_ms else milliseconds / self.frame_ms

    def before(self, frame: int, milliseconds: float) -> int:
        """First frame within that time before a frame."""
        if self.times is None:
            return max(0, frame - UNKNOWN_FRAMES)
        return int(np.searchsorted(self.times, self.times[frame] - milliseconds))

    def after(self, frame: int, milliseconds: float) -> int:
        """Last frame within that time after a frame."""
        if self.times is None:
            return self.num_frames - 1
        return int(np.searchsorted(self.times, self.times[frame] + milliseconds, side="right")) - 1
