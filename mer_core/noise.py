"""What a clip's motion looks like where nothing moves, to judge a movement by."""

from dataclasses import dataclass

import numpy as np

from mer_core.clock import Clock
from mer_core.interval import Interval
from mer_core.motion_curve import MotionCurve

# A movement counts from twice the noise. Flow errs by about half of the floor (benchmarks/flow_accuracy.py), so in a
# clip without any noise less than that is still nothing.
TIMES_NOISE, SMALLEST_PX = 2.0, 0.15
_REST_MS = 500.0
_MIN_REST_FRAMES, _MAX_REST_FRAMES = 5, 24
# Shares of the movement at which a frame before the onset belongs to another movement, and at which that one is over.
_OTHER_MOVEMENT, _DIED_DOWN = 0.5, 0.1


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
        """Whether the movement is at most twice the noise, or 0.15 px; None for larger ones in unknown noise."""
        if self.apex_px <= SMALLEST_PX:
            return True
        return None if self.noise_px is None else self.apex_px <= TIMES_NOISE * self.noise_px


def measure_noise(curve: MotionCurve, interval: Interval, timestamps_ms: np.ndarray | None) -> Noise:
    """Motion from onset to apex beside the motion between the rest frames before the onset."""
    between = rest_displacements(curve, interval, timestamps_ms)
    noise = None if between is None else float(np.percentile(curve.level_of(between), 95))
    return Noise(noise, float(curve.level_at(interval.apex, interval.onset)))


def rest_displacements(curve: MotionCurve, interval: Interval, timestamps_ms: np.ndarray | None) -> np.ndarray | None:
    """Displacement between every two of up to 24 rest frames, float32 (pairs, 28, 28, 2) px.

    Rest frames show a face and lie within 500 ms before the onset; None when there are fewer than five. Pairs are
    taken because the movement itself is the difference of two frames, each with its own noise.

    Args:
        curve: motion of T frames.
        interval: its onset ends the rest.
        timestamps_ms: (T,) or None.
    """
    first = Clock(timestamps_ms, len(curve.displacement)).before(interval.onset, _REST_MS)
    rest = np.arange(first, interval.onset)
    rest = rest[np.isfinite(curve.displacement[rest, 0, 0, 0])]
    if len(rest) < _MIN_REST_FRAMES:
        return None
    rest = _after_other_movements(curve, rest, interval)
    rest = rest[np.unique(np.linspace(0, len(rest) - 1, _MAX_REST_FRAMES).astype(int))]
    one, other = np.triu_indices(len(rest), k=1)
    return curve.displacement[rest[one]] - curve.displacement[rest[other]]


def _after_other_movements(curve: MotionCurve, rest: np.ndarray, interval: Interval) -> np.ndarray:
    """The rest frames after the latest earlier movement has died down; all, if few remain.

    A frame that lies as far from the onset as half the movement belongs to another one, whose size says nothing of this
    clip's noise. In a clip where nothing moves such frames lie everywhere; then all are kept.
    """
    moved_px = float(curve.level_at(interval.apex, interval.onset))
    share = curve.level_at(rest, interval.onset) / max(moved_px, 1e-6)
    moved = np.flatnonzero(share > _OTHER_MOVEMENT)
    if not len(moved):
        return rest
    quiet = np.flatnonzero((np.arange(len(rest)) > moved[-1]) & (share < _DIED_DOWN))
    return rest[quiet[0] :] if len(quiet) and len(rest) - quiet[0] >= _MIN_REST_FRAMES else rest
