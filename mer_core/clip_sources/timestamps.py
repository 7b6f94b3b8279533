"""When each frame of a video is shown, in milliseconds."""

from collections.abc import Sequence
from fractions import Fraction

import numpy as np

_AVERAGE = "the times are computed from its average rate of {rate:.6g} frames per second"


def frame_times_ms(
    pts: Sequence[int | None], time_base: Fraction, average_rate: Fraction | None
) -> tuple[np.ndarray | None, tuple[str, ...]]:
    """Return strictly increasing times in ms, float64 (T,) starting at 0, and warnings about repairs.

    Single times that are missing or do not increase are interpolated between their neighbours. When more than
    half of them are unusable, all are computed from `average_rate`; without one the result is None.

    Args:
        pts: presentation time of each frame in units of `time_base`, None where the file gives none.
        time_base: seconds per unit.
        average_rate: frames per second by the file's header, None (or 0) when unknown.
    """
    usable = _increasing(pts)
    if usable.all():
        return _exact_ms(pts, time_base), ()
    if usable.sum() * 2 <= len(pts):
        return _from_average(len(pts), average_rate)
    index = np.arange(len(pts))
    known = _exact_ms([p for p, good in zip(pts, usable, strict=True) if good], time_base)
    times = _fill(index, index[usable], known)
    odd = np.flatnonzero(~usable)
    return times - times[0], (
        f"The times of {len(odd)} of {len(pts)} frames (the first is frame {odd[0]}) are missing or do not "
        "increase; they are interpolated.",
    )


def _increasing(pts: Sequence[int | None]) -> np.ndarray:
    """Return bool (T,): which times are present and above all times before them."""
    usable = np.zeros(len(pts), bool)
    latest: int | None = None
    for index, value in enumerate(pts):
        if value is not None and (latest is None or value > latest):
            usable[index], latest = True, value
    return usable


def _exact_ms(pts: Sequence[int | None], time_base: Fraction) -> np.ndarray:
    ticks = np.array(pts, np.int64)
    return (ticks - ticks[0]) * (1000 * time_base.numerator) / time_base.denominator


def _fill(index: np.ndarray, known_index: np.ndarray, known_ms: np.ndarray) -> np.ndarray:
    """Return times for `index`: interpolated, and beyond both ends continued at the median interval."""
    step = float(np.median(np.diff(known_ms) / np.diff(known_index)))
    times = np.interp(index, known_index, known_ms)
    before, after = index < known_index[0], index > known_index[-1]
    times[before] = known_ms[0] + (index[before] - known_index[0]) * step
    times[after] = known_ms[-1] + (index[after] - known_index[-1]) * step
    return times


def _from_average(num_frames: int, rate: Fraction | None) -> tuple[np.ndarray | None, tuple[str, ...]]:
    if not rate:
        return None, ("The file gives neither usable frame times nor a frame rate; set the frame rate to get times.",)
    times = np.arange(num_frames) * (1000 / float(rate))
    return times, (f"The file gives no usable frame times; {_AVERAGE.format(rate=float(rate))}.",)
