"""When the movement began, peaked and ended: proposals from the motion curve, for a person to confirm."""

from dataclasses import dataclass, replace

import cv2
import numpy as np

from mer_core.errors import MotionError
from mer_core.motion_curve import MotionCurve

# Duration of a micro-expression, ms: shorter is a glitch of the camera, longer an ordinary expression.
MIN_DURATION_MS, MAX_DURATION_MS = 65.0, 500.0
SOURCES: tuple[str, ...] = ("proposed", "user", "imported")
_MAX_CANDIDATES, _DIP_SHARE = 5, 0.25
# Up to this length a clip is taken to hold one movement that starts from the rest of its first frames.
_SHORT_CLIP_MS, _SHORT_CLIP_FRAMES = 1500.0, 200
_REST_MS, _REST_FRAMES = 40.0, 4
# In a longer clip rest is the median of this stretch before each frame. Looking back only, a movement stands out when
# it rises, also when it is then held; the gap keeps a slow rise from becoming its own baseline.
_PAST_MS, _PAST_GAP_MS = 1000.0, 100.0
_PAST_FRAMES, _PAST_GAP_FRAMES = 100, 10
_SMOOTHING_MS, _SMOOTHING_FRAMES = 8.0, 0.8
# The movement is taken to begin and end where this share of its peak is reached.
_EDGE_SHARE = 0.08
# A movement that keeps half of itself for half a second is held; it has arrived at this share of its plateau.
_HELD_SHARE, _ARRIVED_SHARE = 0.5, 0.9
_MIN_REST_FRAMES, _MAX_REST_FRAMES = 3, 24
_AT_NOISE_LEVEL = 2.0


@dataclass(frozen=True)
class Interval:
    """Onset, apex and offset as frame numbers counted from 0, and who set each.

    Attributes:
        onset: last frame at rest.
        apex: frame of greatest movement.
        offset: first frame at rest again, or where the clip or the longest micro-expression ends.
        sources: for onset, apex and offset one of `SOURCES`.
        confidence: 0 to 1, how far the peak stands out from this clip's noise and from its other peaks; a rule of
            thumb, not a probability. None for an interval that a person set.
    """

    onset: int
    apex: int
    offset: int
    sources: tuple[str, str, str] = ("proposed", "proposed", "proposed")
    confidence: float | None = None


@dataclass(frozen=True)
class Noise:
    """What the motion curve shows where nothing moves.

    Attributes:
        noise_px: 95th percentile of the motion between rest frames before the onset, px; None without rest frames.
        apex_px: motion from onset to apex in the same measure, px.
    """

    noise_px: float | None
    apex_px: float

    @property
    def at_noise_level(self) -> bool | None:
        """Whether the movement is at most twice the noise; None where the noise is unknown."""
        return None if self.noise_px is None else self.apex_px <= _AT_NOISE_LEVEL * self.noise_px


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
    clock = _Clock(timestamps_ms, len(present))
    moved = _smoothed(_filled(curve.displacement, present), clock)
    baseline = _baseline(moved, clock)
    # Flow now and then fails for one frame (a blink, teeth that appear); a median of three drops such a spike.
    level = _median_of_three(np.where(present, curve.level_of(moved - baseline), 0.0))
    intervals = [
        _refined(moved[:, curve.cells] - baseline[peak][curve.cells], present, peak, clock)
        for peak in _peaks(level, clock)
    ]
    return _ranked(intervals, level, clock)


def with_markers(
    proposed: Interval, onset: int | None, apex: int | None, offset: int | None, source: str = "user"
) -> Interval:
    """The proposed interval with the given frames put in their place; no confidence once a marker was set.

    A proposed offset (or onset) that a set apex has overtaken moves along with it.

    Raises:
        MotionError: the markers are not in the order onset < apex <= offset.
    """
    given = (onset, apex, offset)
    if all(frame is None for frame in given):
        return proposed
    at_apex = proposed.apex if apex is None else apex
    at_onset = min(proposed.onset, at_apex - 1) if onset is None else onset
    if apex is None and onset is not None and onset >= at_apex:
        raise MotionError(f"The onset (frame {onset}) lies at or after the proposed apex (frame {at_apex}); set both.")
    at_offset = max(proposed.offset, at_apex) if offset is None else offset
    if not 0 <= at_onset < at_apex:
        raise MotionError(f"The apex (frame {at_apex}) must come after the onset (frame {at_onset}).")
    if at_offset < at_apex:
        raise MotionError(f"The offset (frame {at_offset}) must not come before the apex (frame {at_apex}).")
    who = [source if frame is not None else "proposed" for frame in given]
    return Interval(at_onset, at_apex, at_offset, (who[0], who[1], who[2]), None)


def measure_noise(curve: MotionCurve, interval: Interval, timestamps_ms: np.ndarray | None) -> Noise:
    """Motion from onset to apex beside the motion between the rest frames before the onset."""
    between = rest_displacements(curve, interval, timestamps_ms)
    noise = None if between is None else float(np.percentile(curve.level_of(between), 95))
    return Noise(noise, float(curve.level_from(interval.onset)[interval.apex]))


def rest_displacements(curve: MotionCurve, interval: Interval, timestamps_ms: np.ndarray | None) -> np.ndarray | None:
    """Displacement between every two of up to 24 rest frames, float32 (pairs, 28, 28, 2) px.

    Rest frames show a face and lie within 500 ms before the onset; None when there are fewer than three. Pairs are
    taken because the movement itself is the difference of two frames, each with its own noise.

    Args:
        curve: motion of T frames.
        interval: its onset ends the rest.
        timestamps_ms: (T,) or None.
    """
    first = _Clock(timestamps_ms, len(curve.displacement)).before(interval.onset, MAX_DURATION_MS)
    rest = np.arange(first, interval.onset)
    rest = rest[np.isfinite(curve.displacement[rest, 0, 0, 0])]
    if len(rest) < _MIN_REST_FRAMES:
        return None
    rest = rest[np.unique(np.linspace(0, len(rest) - 1, _MAX_REST_FRAMES).astype(int))]
    one, other = np.triu_indices(len(rest), k=1)
    return curve.displacement[rest[one]] - curve.displacement[rest[other]]


class _Clock:
    """Frames to milliseconds and back; with an unknown rate, fixed numbers of frames stand in."""

    def __init__(self, timestamps_ms: np.ndarray | None, num_frames: int) -> None:
        self.num_frames = num_frames
        self.times = None if timestamps_ms is None else np.asarray(timestamps_ms, np.float64)

    @property
    def frame_ms(self) -> float | None:
        return None if self.times is None or len(self.times) < 2 else float(np.median(np.diff(self.times)))

    @property
    def is_short(self) -> bool:
        if self.times is None:
            return self.num_frames <= _SHORT_CLIP_FRAMES
        return float(self.times[-1]) <= _SHORT_CLIP_MS

    def frames(self, milliseconds: float, otherwise: float) -> float:
        return otherwise if not self.frame_ms else milliseconds / self.frame_ms

    def before(self, frame: int, milliseconds: float) -> int:
        """First frame within that time before a frame."""
        if self.times is None:
            return max(0, frame - _SHORT_CLIP_FRAMES)
        return int(np.searchsorted(self.times, self.times[frame] - milliseconds))

    def after(self, frame: int, milliseconds: float) -> int:
        """Last frame within that time after a frame."""
        if self.times is None:
            return self.num_frames - 1
        return int(np.searchsorted(self.times, self.times[frame] + milliseconds, side="right")) - 1

    def duration(self, interval: Interval) -> float | None:
        return None if self.times is None else float(self.times[interval.offset] - self.times[interval.onset])


def _filled(displacement: np.ndarray, present: np.ndarray) -> np.ndarray:
    """Frames without a face repeat the last one that had one, so that smoothing does not spread the gap."""
    indices = np.arange(len(present))
    known = np.maximum.accumulate(np.where(present, indices, -1))
    return displacement[np.where(known < 0, int(np.argmax(present)), known)]


def _smoothed(moved: np.ndarray, clock: _Clock) -> np.ndarray:
    sigma = max(clock.frames(_SMOOTHING_MS, _SMOOTHING_FRAMES), 0.3)
    rows = moved.reshape(len(moved), -1)  # time runs down the rows, and only down is blurred
    blurred = cv2.GaussianBlur(
        rows, (1, 2 * int(4 * sigma + 0.5) + 1), 1, sigmaY=sigma, borderType=cv2.BORDER_REPLICATE
    )
    return blurred.reshape(moved.shape)


def _median_of_three(level: np.ndarray) -> np.ndarray:
    padded = np.pad(level, 1, mode="edge")
    return np.median([padded[:-2], padded[1:-1], padded[2:]], axis=0)


def _baseline(moved: np.ndarray, clock: _Clock) -> np.ndarray:
    if clock.is_short:
        count = int(np.clip(round(clock.frames(_REST_MS, _REST_FRAMES)), 1, max(1, len(moved) // 4)))
        return np.broadcast_to(moved[:count].mean(axis=0), moved.shape)
    gap = max(1, round(clock.frames(_PAST_GAP_MS, _PAST_GAP_FRAMES)))
    past = max(2, round(clock.frames(_PAST_MS, _PAST_FRAMES)))
    step = max(1, past // 16)  # neighbouring frames hardly change the median
    ends = np.maximum(np.arange(len(moved)) - gap, 0)
    medians = {end: np.median(moved[max(0, end - past) : end + 1 : step], axis=0) for end in np.unique(ends)}
    return np.stack([medians[end] for end in ends])


def _peaks(level: np.ndarray, clock: _Clock) -> list[int]:
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


def _refined(moved: np.ndarray, present: np.ndarray, peak: int, clock: _Clock) -> Interval:
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
    lowest = float(along[min(apex, limit) : max(apex, limit) + 1].min())
    threshold = max(lowest, 0.0) + _EDGE_SHARE * (float(along[apex]) - max(lowest, 0.0))
    while frame != limit and along[frame] > threshold:
        frame += step
    return frame


def _on_faces(present: np.ndarray, onset: int, apex: int) -> tuple[int, int]:
    """The same frames, or the nearest with a face, the onset before the apex."""
    seen = np.flatnonzero(present)
    apex = int(seen[1:][np.argmin(np.abs(seen[1:] - apex))])
    earlier = seen[seen < apex]
    return int(earlier[np.argmin(np.abs(earlier - onset))]), apex


def _ranked(intervals: list[Interval], level: np.ndarray, clock: _Clock) -> tuple[Interval, ...]:
    """Distinct intervals by the height of their peak; those of a plausible duration before the others."""
    distinct: list[Interval] = []
    for interval in intervals:
        if all(interval.apex != other.apex and not _mostly_shared(interval, other) for other in distinct):
            distinct.append(interval)
    distinct.sort(key=lambda interval: (not _is_plausible(clock.duration(interval)), -level[interval.apex]))
    floor = float(np.percentile(level, 25))
    heights = [float(level[interval.apex]) for interval in distinct]
    return tuple(
        replace(interval, confidence=_confidence(index, heights, floor)) for index, interval in enumerate(distinct)
    )


def _mostly_shared(one: Interval, other: Interval) -> bool:
    shared = min(one.offset, other.offset) - max(one.onset, other.onset)
    return shared > 0.5 * min(one.offset - one.onset, other.offset - other.onset)


def _is_plausible(duration_ms: float | None) -> bool:
    return duration_ms is None or MIN_DURATION_MS <= duration_ms <= MAX_DURATION_MS


def _confidence(index: int, heights: list[float], floor: float) -> float:
    height = max(heights[index], 1e-9)
    rivals = [other for position, other in enumerate(heights) if position != index]
    rival = max([floor, *rivals])
    return round(float(np.clip((1 - floor / height) * (1 - 0.5 * min(1.0, rival / height)), 0, 1)), 2)
