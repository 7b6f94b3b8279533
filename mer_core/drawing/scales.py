"""Round numbers for colour bars, arrows and axes."""

from math import floor, log10

import numpy as np

from mer_core.analysis import Analysis
from mer_core.noise import SMALLEST_PX, TIMES_NOISE

_ROUND = (1.0, 1.2, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0, 6.0, 8.0, 10.0)
_TICK_STEPS = (1.0, 2.0, 5.0, 10.0)
# Scales never shrink below these: a face at rest must look at rest.
_LEAST_MOTION_PX, _LEAST_STRAIN = 0.4, 0.01
_FACTORS = (50, 20, 10, 5, 2, 1)


def round_up(value: float, steps: tuple[float, ...] = _ROUND) -> float:
    """The next round number, e.g. 1.2 or 0.25: one of the steps times a power of ten, at least the value (> 0)."""
    power = 10.0 ** floor(log10(value))
    step = next(step for step in steps if step * power >= value * (1 - 1e-9))
    return float(f"{step * power:.6g}")


def round_down(value: float) -> float:
    """The last 1, 2 or 5 times a power of ten that does not exceed the value, which is > 0."""
    power = 10.0 ** floor(log10(value))
    return float(f"{max(step for step in (1, 2, 5) if step * power <= value * (1 + 1e-9)) * power:.6g}")


def motion_limit_px(analysis: Analysis) -> float:
    """Where the colour scales of u, v and magnitude end, px; one for all three, so that they compare.

    The motion that 99 % of the face stay under, rounded up; never below twice the clip's noise, nor below 0.4 px.
    """
    noise = analysis.noise.noise_px or 0.0
    return round_up(max(analysis.motion.max_px, 2 * noise, _LEAST_MOTION_PX))


def strain_limit(analysis: Analysis) -> float:
    """Where the colour scale of strain ends: 99 % of the face stay under it, rounded up; never below 0.01."""
    motion = analysis.motion
    return round_up(max(float(np.percentile(motion.strain[motion.face], 99)), _LEAST_STRAIN))


def noise_floor_px(analysis: Analysis) -> float:
    """Motion under this is not drawn as arrows, px: what does not count as movement, see `mer_core.noise`."""
    return max(TIMES_NOISE * (analysis.noise.noise_px or 0.0), SMALLEST_PX)


def arrow_factor(analysis: Analysis) -> int:
    """The largest round factor at which the longest arrow stays under a twelfth of the picture: 1, 2, 5, 10, 20, 50."""
    motion = analysis.motion
    return next((factor for factor in _FACTORS if factor * motion.max_px <= motion.crop_px / 12), _FACTORS[-1])


def ticks(limit: float, most: int) -> list[float]:
    """Round numbers from 0 up to a limit (> 0), evenly spaced, at most `most` of them after 0."""
    step = round_up(limit / most, _TICK_STEPS)
    return [float(f"{count * step:.6g}") for count in range(int(limit / step + 1e-9) + 1)]
