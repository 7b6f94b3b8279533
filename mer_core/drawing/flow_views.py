"""The ways to look at motion on the face: arrows, size, sideways, up and down, strain, colour wheel.

All views lie on the grey crop of the onset, end where the face ends, and carry a strip with their scale and its unit.
Pixels (px) are those of the crop the motion was measured on, not of the drawing.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import cv2
import numpy as np

from mer_core.analysis import Analysis
from mer_core.colours import (
    diverging_colours,
    laid_over,
    magnitude_lut,
    muted,
    opacity,
    sequential_colours,
    strain_lut,
    wheel_colours,
)
from mer_core.drawing.arrows import draw_arrow
from mer_core.drawing.crops import enlarged, face_share, grey_face
from mer_core.drawing.ink import palette
from mer_core.drawing.legends import Bar, Strip, arrow_strip, bar_strip, overlay_ramp, wheel_strip
from mer_core.drawing.scales import (
    arrow_factor,
    motion_limit_px,
    noise_floor_px,
    round_down,
    strain_limit,
)
from mer_core.noise import SMALLEST_PX

SIDE = 480
# Arrows a side; every arrow is the mean motion of its cell.
_ARROWS = 20
_BAR_STEPS = 128


def arrows_picture(analysis: Analysis, factor: int | None = None, side: int = SIDE, dark: bool = True) -> np.ndarray:
    """Motion from onset to apex as arrows, lengthened by a factor; uint8 (side + strip, side, 3) RGB.

    Every arrow starts at the middle of its cell and is the mean of the cell's motion. Motion within twice the clip's
    noise (or within 0.15 px) gets no arrow.

    Args:
        analysis: whose motion.
        factor: drawn length over true length; None chooses it so that the longest arrow fits.
        side: of the face, px.
        dark: whether the strip suits a dark or a light surrounding.
    """
    factor = arrow_factor(analysis) if factor is None else factor
    picture = cv2.cvtColor(np.round(_muted_face(analysis, side)).astype(np.uint8), cv2.COLOR_GRAY2RGB)
    per_px = factor * side / analysis.motion.crop_px
    centres, vectors = sparse_vectors(analysis)
    starts = (centres + 0.5) * (side / analysis.motion.crop_px) - 0.5
    for start, vector in zip(starts, vectors * per_px, strict=True):
        draw_arrow(picture, start, vector, side)
    key_px = round_down(min(side / (7 * per_px), max(analysis.motion.max_px, SMALLEST_PX)))
    title = f"Arrows x{factor}" if len(vectors) else "No arrows: motion within noise"
    note = f"no arrow under {noise_floor_px(analysis):.2f} px"
    below = arrow_strip(
        Strip(side, palette(dark)), title, note, (f"{key_px:g} px", key_px * per_px) if len(vectors) else None
    )
    return np.concatenate([picture, below])


def sparse_vectors(analysis: Analysis) -> tuple[np.ndarray, np.ndarray]:
    """Motion of the cells that moved, weakest first: centres (N, 2) and mean motion (N, 2), both px of the crop.

    Cells lie within the face and move more than `noise_floor_px`.
    """
    motion = analysis.motion
    means = cv2.resize(motion.flow, (_ARROWS, _ARROWS), interpolation=cv2.INTER_AREA)
    inside = cv2.resize(motion.face.astype(np.float32), (_ARROWS, _ARROWS), interpolation=cv2.INTER_AREA) > 0.99
    lengths = np.hypot(means[..., 0], means[..., 1])
    rows, columns = np.nonzero(inside & (lengths > noise_floor_px(analysis)))
    order = np.argsort(lengths[rows, columns])
    cell = motion.crop_px / _ARROWS
    centres = (np.column_stack([columns, rows]) + 0.5) * cell - 0.5
    return centres[order], means[rows, columns][order]


@dataclass(frozen=True, eq=False)
class _Sequential:
    """A map of values from 0 up, and how it is coloured."""

    values: np.ndarray
    limit: float
    lut: np.ndarray
    title: str
    unit: str


def overlay_picture(analysis: Analysis, side: int = SIDE, dark: bool = True) -> np.ndarray:
    """How far every part of the face moved, the more opaque the farther; uint8 (side + strip, side, 3) RGB."""
    limit = motion_limit_px(analysis)
    shown = _Sequential(analysis.motion.magnitude, limit, magnitude_lut(), "Size of the motion", "px")
    return _sequential_view(analysis, shown, side, dark)


def strain_picture(analysis: Analysis, side: int = SIDE, dark: bool = True) -> np.ndarray:
    """How much the skin was stretched or sheared, the more opaque the more; uint8 (side + strip, side, 3) RGB.

    The unit is px per px; strain in the mode of the published ECNU weights has none, and the strip says so.
    """
    unit = "px/px" if analysis.motion.settings.strain_mode == "standard" else "(no unit)"
    shown = _Sequential(analysis.motion.strain, strain_limit(analysis), strain_lut(), "Strain of the skin", unit)
    return _sequential_view(analysis, shown, side, dark)


def component_picture(analysis: Analysis, component: str, side: int = SIDE, dark: bool = True) -> np.ndarray:
    """Motion along one axis, two colours apart from zero, alike limits; uint8 (side + strip, side, 3) RGB.

    Args:
        analysis: whose motion.
        component: "u", positive to the right in the picture, or "v", positive down.
        side: of the face, px.
        dark: whether the strip suits a dark or a light surrounding.

    Raises:
        ValueError: another component.
    """
    if component not in ("u", "v"):
        raise ValueError(f"component must be 'u' or 'v', got {component!r}")
    sideways = component == "u"
    limit = motion_limit_px(analysis)
    values = enlarged(analysis.motion.flow[..., 0 if sideways else 1], side)
    picture = _coloured(analysis, diverging_colours(values, limit), opacity(values, limit))
    steps = np.linspace(-limit, limit, _BAR_STEPS)
    bar = Bar(
        f"{'Sideways' if sideways else 'Up and down'} (flow {component})",
        f"-{limit:g} px",
        f"+{limit:g} px",
        overlay_ramp(diverging_colours(steps, limit), steps, limit),
        ("picture left", "picture right") if sideways else ("up", "down"),
    )
    return np.concatenate([picture, bar_strip(Strip(side, palette(dark)), bar)])


def wheel_picture(analysis: Analysis, side: int = SIDE, dark: bool = True) -> np.ndarray:
    """Direction as hue and size as saturation, on the face's own light and shade; uint8 (side + strip, side, 3) RGB."""
    limit = motion_limit_px(analysis)
    face = _muted_face(analysis, side)
    flow = enlarged(analysis.motion.flow, side) * face_share(analysis, side)[..., None]
    lightness = cv2.cvtColor(np.dstack([face] * 3) / np.float32(255), cv2.COLOR_RGB2LAB)[..., 0]
    picture = wheel_colours(flow, limit, lightness)
    below = wheel_strip(Strip(side, palette(dark)), "Hue: direction", "Saturation: size", f"rim: {limit:g} px")
    return np.concatenate([picture, below])


# Every view takes (analysis, side=..., dark=...); the first is the one to start with.
FLOW_VIEWS: dict[str, Callable[..., np.ndarray]] = {
    "arrows": arrows_picture,
    "overlay": overlay_picture,
    "u": partial(component_picture, component="u"),
    "v": partial(component_picture, component="v"),
    "strain": strain_picture,
    "wheel": wheel_picture,
}


def _muted_face(analysis: Analysis, side: int) -> np.ndarray:
    return muted(grey_face(analysis, side))


def _sequential_view(analysis: Analysis, shown: _Sequential, side: int, dark: bool) -> np.ndarray:
    values = enlarged(shown.values, side)
    colours = sequential_colours(values, shown.limit, shown.lut)
    picture = _coloured(analysis, colours, opacity(values, shown.limit))
    steps = np.linspace(0, shown.limit, _BAR_STEPS)
    ramp = overlay_ramp(sequential_colours(steps, shown.limit, shown.lut), steps, shown.limit)
    bar = Bar(shown.title, f"0 {shown.unit}", f"{shown.limit:g} {shown.unit}", ramp)
    return np.concatenate([picture, bar_strip(Strip(side, palette(dark)), bar)])


def _coloured(analysis: Analysis, colours: np.ndarray, alpha: np.ndarray) -> np.ndarray:
    side = colours.shape[0]
    return laid_over(_muted_face(analysis, side), colours, alpha * face_share(analysis, side))
