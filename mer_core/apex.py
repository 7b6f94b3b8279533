"""When the movement began, peaked and ended: proposals from the motion curve, for a person to confirm."""

from dataclasses import replace

import cv2
import numpy as np

from mer_core.clock import Clock
from mer_core.errors import MotionError
from mer_core.interval import Interval
from mer_core.motion_curve import MotionCurve

# Duration of a micro-expression, ms: shorter is a glitch of the camera, longer an ordinary expression.
MIN_DURATION_MS, MAX_DURATION_MS = 65.0, 500.0
_MAX_CANDIDATES, _DIP_SHARE = 5, 0.25
# Up to this length a clip is taken to hold one movement that starts from the rest of its first frames.
_SHORT_CLIP_MS = 1500.0
_REST_MS, _REST_FRAMES = 40.0, 4
# In a longer clip rest is the median of this stretch before each frame. Looking back only, a movement stands out when
# it rises, also when it is then held; the gap keeps a slow rise from becoming its own baseline.
_PAST_MS, _PAST_GAP_MS = 1000.0, 100.0
_PAST_FRAMES, _PAST_GAP_FRAMES = 100, 10
_SMOOTHING_MS, _SMOOTHING_FRAMES = 8.0, 0.8
# The movement is taken to begin and end where this share of its peak is reached, or less where the clip's noise (the
# median change between two frames) allows.
_EDGE_SHARE, _LEAST_EDGE_SHARE, _EDGE_NOISE = 0.08, 0.02, 4.0
# A movement that keeps half of itself for half a second is held; it has arrived at this share of its plateau.
_HELD_SHARE, _ARRIVED_SHARE = 0.5, 0.9


def propose_intervals(curve: MotionCurve, timestamps_ms: np.ndarray | None) -> tuple[Interval, ...]:
    """Candidate movements of a clip, the most distinct first; at least one.

    In a clip of up to 1.5 s movement is measured from the first 40 ms, in a longer one from the median of the second
    before each frame. The strongest frames of each peak give its direction, and projecting all frames on that direction
    tells, with less noise than the length of the motion, where it begins, peaks and ends.

    Args:
        curve: motion of T frames.
        timestamps_ms: (T,), or None when the frame rate is unknown; then durations cannot be checked.

    Raises:
        MotionError: fewer than two frames show a face.
    """
    present = np.isfinite(curve.displacement[:, 0, 0, 0])
    if present.sum() < 2:
        raise MotionError("Fewer than two frames show a face; a movement needs at least an onset and an apex.")
    clock = Clock(timestamps_ms, len(present))
    moved = _smoothed(_filled(curve.displacement, present), clock)
    baseline = _baseline(moved, clock)
    # Flow now and then fails for one frame (a blink, teeth that appear); a median of three drops such a spike.
    level = _median_of_three(np.where(present, curve.level_of(moved - baseline), 0.0))
    intervals = [
        _refined(moved[:, curve.cells] - baseline[peak][curve.cells], present, peak, clock)
        for peak in _peaks(level, clock)
    ]
    return _ranked(intervals, level, clock)


def _filled(displacement: np.ndarray, present: np.ndarray) -> np.ndarray:
    """Frames without a face repeat the last one that had one, so that smoothing does not spread the gap."""
    indices = np.arange(len(present))
    known = np.maximum.accumulate(np.where(present, indices, -1))
    return displacement[np.where(known < 0, int(np.argmax(present)), known)]


def _smoothed(moved: np.ndarray, clock: Clock) -> np.ndarray:
    # A clip that lasts less than the smoothing is blurred as a whole: a kernel must not grow with the frame rate.
    sigma = min(max(clock.frames(_SMOOTHING_MS, _SMOOTHING_FRAMES), 0.3), len(moved))
    rows = moved.reshape(len(moved), -1)  # time runs down the rows, and only down is blurred
    blurred = cv2.GaussianBlur(
        rows, (1, 2 * int(4 * sigma + 0.5) + 1), 1, sigmaY=sigma, borderType=cv2.BORDER_REPLICATE
    )
    return blurred.reshape(moved.shape)


def _median_of_three(level: np.ndarray) -> np.ndarray:
    padded = np.pad(level, 1, mode="edge")
    return np.median([padded[:-2], padded[1:-1], padded[2:]], axis=0)


def _baseline(moved: np.ndarray, clock: Clock) -> np.ndarray:
    if clock.is_within(_SHORT_CLIP_MS):
        count = int(np.clip(round(clock.frames(_REST_MS, _REST_FRAMES)), 1, max(1, len(moved) // 4)))
        return np.broadcast_to(moved[:count].mean(axis=0), moved.shape)
    gap = max(1, round(clock.frames(_PAST_GAP_MS, _PAST_GAP_FRAMES)))
    past = max(2, round(clock.frames(_PAST_MS, _PAST_FRAMES)))
    step = max(1, past // 16)  # neighbouring frames hardly change the median
    ends = np.maximum(np.arange(len(moved)) - gap, 0) // step * step
    medians = {end: np.median(moved[max(0, end - past) : end + 1 : step], axis=0) for end in np.unique(ends)}
    return np.stack([medians[end] for end in ends])


def _peaks(level: np.ndarray, clock: Clock) -> list[int]:
    """Frames of the highest peaks, the highest first; between any two the level dips by a quarter of the highest."""
    highest = float(level.max())
    apart = max(1, int(clock.frames(MIN_DURATION_MS, 3)))
    chosen: list[int] = []
    for frame in np.argsort(-level, kind="stable").tolist():
        dip = float(level[frame]) - _DIP_SHARE * highest
        if dip < 0 or len(chosen) == _MAX_CANDIDATES:
            break
        if frame and all(abs(frame - p) >= apart and _lowest_between(level, frame, p) <= dip for p in chosen):
            chosen.append(frame)
    return chosen or [len(level) - 1]


def _lowest_between(level: np.ndarray, frame: int, other: int) -> float:
    return float(level[min(frame, other) : max(frame, other) + 1].min())


def _refined(moved: np.ndarray, present: np.ndarray, peak: int, clock: Clock) -> Interval:
    """The interval around a peak; `moved` is (T, cells, 2), px from rest."""
    direction = moved[peak]
    along = np.einsum("tcd,cd->t", moved, direction) / max(float(np.linalg.norm(direction)), 1e-9)
    first, last = clock.before(peak, MAX_DURATION_MS), clock.after(peak, MAX_DURATION_MS)
    reach = max(1, round(clock.frames(MIN_DURATION_MS, 3)))
    near = slice(max(first, peak - reach), min(last, peak + reach) + 1)
    apex = near.start + int(np.argmax(along[near]))
    onset = _edge(along, apex, first, step=-1)
    longest = max(apex, min(last, clock.after(onset, MAX_DURATION_MS)))
    if along[last] > _HELD_SHARE * along[apex]:
        arrived = _ARRIVED_SHARE * float(np.median(along[peak : last + 1]))
        apex, offset = onset + int(np.argmax(along[onset : last + 1] >= arrived)), longest
    else:
        offset = _edge(along, apex, longest, step=1)
    onset, apex = _on_faces(present, min(onset, apex - 1) if apex else 0, max(apex, 1))
    return Interval(onset, apex, max(offset, apex))


def _edge(along: np.ndarray, apex: int, limit: int, step: int) -> int:
    """The nearest frame on that side of the apex where the movement is (nearly) gone; the limit if it never is."""
    frame = apex
    lowest = max(float(along[min(apex, limit) : max(apex, limit) + 1].min()), 0.0)
    peak = float(along[apex]) - lowest
    noise = float(np.median(np.abs(np.diff(along))))
    threshold = lowest + min(_EDGE_SHARE * peak, max(_EDGE_NOISE * noise, _LEAST_EDGE_SHARE * peak))
    while frame != limit and along[frame] > threshold:
        frame += step
    return frame


def _on_faces(present: np.ndarray, onset: int, apex: int) -> tuple[int, int]:
    """The same frames, or the nearest with a face, the onset before the apex."""
    seen = np.flatnonzero(present)
    apex = int(seen[1:][np.argmin(np.abs(seen[1:] - apex))])
    earlier = seen[seen < apex]
    return int(earlier[np.argmin(np.abs(earlier - onset))]), apex


def _ranked(intervals: list[Interval], level: np.ndarray, clock: Clock) -> tuple[Interval, ...]:
    """Distinct intervals by the height of their peak; those of a plausible duration before the others."""
    distinct: list[Interval] = []
    for interval in intervals:
        if all(interval.apex != other.apex and not _mostly_shared(interval, other) for other in distinct):
            distinct.append(interval)
    distinct.sort(key=lambda interval: (not _is_plausible(interval, clock), -level[interval.apex]))
    floor = float(np.percentile(level, 25))
    heights = [float(level[interval.apex]) for interval in distinct]
    return tuple(
        replace(interval, confidence=_confidence(index, heights, floor)) for index, interval in enumerate(distinct)
    )


def _mostly_shared(one: Interval, other: Interval) -> bool:
    shared = min(one.offset, other.offset) - max(one.onset, other.onset)
    return shared > 0.5 * min(one.offset - one.onset, other.offset - other.onset)


def _is_plausible(interval: Interval, clock: Clock) -> bool:
    if clock.times is None:
        return True
    return MIN_DURATION_MS <= clock.times[interval.offset] - clock.times[interval.onset] <= MAX_DURATION_MS


def _confidence(index: int, heights: list[float], floor: float) -> float:
    height = max(heights[index], 1e-9)
    rivals = [other for position, other in enumerate(heights) if position != index]
    rival = max([floor, *rivals])
    return round(float(np.clip((1 - floor / height) * (1 - 0.5 * min(1.0, rival / height)), 0, 1)), 2)
