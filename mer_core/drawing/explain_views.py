"""Pictures of why: attributions and what a network weighs, on the grey face, with a scale.

Unlike motion they are shown beyond the face's edge too: a network that looks at the background must be seen to.
"""

from dataclasses import dataclass

import cv2
import numpy as np

from mer_core.analysis import Analysis
from mer_core.colours import (
    diverging_colours,
    laid_over,
    magnitude_lut,
    muted,
    opacity,
    rgb,
    sequential_colours,
    strain_lut,
)
from mer_core.drawing.crops import enlarged, grey_face
from mer_core.drawing.flow_views import SIDE
from mer_core.drawing.ink import palette
from mer_core.drawing.legends import Bar, Strip, bar_strip, overlay_ramp
from mer_core.explain.attribution import Attribution
from mer_core.explain.gates import AttentionView
from mer_core.regions import REGIONS

_BAR_STEPS = 128
# These are shown at about their own size.
_TEXT = 0.038
# Colours end where one place in a hundred goes on: single pixels would leave all others grey.
_LIMIT_PERCENTILE = 99.0
_OUTLINE, _HALO = "#FFFFFF", "#14191C"
_NONE_TO_MOST = ("none", "most")
_SHIFT = 4  # bits of sub-pixel position in OpenCV's drawing


@dataclass(frozen=True)
class Look:
    """How a picture is drawn.

    Attributes:
        strength: opacity of the colours over the face, 0..1.
        outlines: whether the regions of the face are outlined.
        side: of the face, px.
        dark: whether the strip below suits a dark or a light surrounding.
    """

    strength: float = 1.0
    outlines: bool = False
    side: int = SIDE
    dark: bool = True


@dataclass(frozen=True, eq=False)
class _Layer:
    """A map and how it is coloured: from 0 by a table, or to both sides of 0 where there is none."""

    values: np.ndarray
    limit: float
    title: str
    ends: tuple[str, str]
    lut: np.ndarray | None

    def colours(self, values: np.ndarray) -> np.ndarray:
        if self.lut is None:
            return diverging_colours(values, self.limit)
        return sequential_colours(values, self.limit, self.lut)

    def bar(self) -> Bar:
        """The scale; ends that are words stand in a line of their own."""
        steps = np.linspace(-self.limit if self.lut is None else 0, self.limit, _BAR_STEPS)
        ramp = overlay_ramp(self.colours(steps), steps, self.limit)
        return Bar(self.title, "-", "+", ramp, self.ends) if self.lut is None else Bar(self.title, *self.ends, ramp)


def attribution_picture(analysis: Analysis, attribution: Attribution, channel: str | None, look: Look) -> np.ndarray:
    """An attribution over the onset's face; uint8 (side + strip, side, 3) RGB.

    Signed methods in two colours apart from zero, others from none to most; the scale is that of all channels of this
    picture, so that they compare.

    Args:
        analysis: whose face.
        attribution: what to draw.
        channel: one of `attribution.channels`; None for all together.
        look: how.

    Raises:
        ValueError: the attribution has no such channel.
    """
    title = attribution.method.title if channel is None else f"{attribution.method.title}, {channel}"
    planes = attribution.values if attribution.method.is_signed else np.abs(attribution.values)
    shown = planes.sum(axis=0) if channel is None else planes[attribution.channels.index(channel)]
    limit = _limit(shown if channel is None else planes)
    if attribution.method.is_signed:
        return _picture(analysis, _Layer(shown, limit, title, ("against it", "for it"), None), look)
    return _picture(analysis, _Layer(shown, limit, title, _NONE_TO_MOST, magnitude_lut()), look)


def strain_control_picture(analysis: Analysis, look: Look) -> np.ndarray:
    """The strain by itself, in which no network has a say: what an attribution must beat; as `attribution_picture`."""
    strain = analysis.motion.strain
    return _picture(
        analysis, _Layer(strain, _limit(strain), "Control: strain alone", _NONE_TO_MOST, strain_lut()), look
    )


def attention_picture(analysis: Analysis, view: AttentionView, index: int, look: Look) -> np.ndarray:
    """One map of what a network weighs, its cells as large as they are; uint8 (side + strip, side, 3) RGB.

    Args:
        analysis: whose face.
        view: the group of maps.
        index: which of them, from 0.
        look: how.
    """
    low, high = view.range
    span = max(high - low, 1e-12)
    ends = (f"{low:.2g}", f"{high:.2g}")
    cells = cv2.resize(view.maps[index] - low, (look.side, look.side), interpolation=cv2.INTER_NEAREST)
    return _picture(analysis, _Layer(cells, span, view.labels[index], ends, magnitude_lut()), look)


def _limit(values: np.ndarray) -> float:
    return max(float(np.percentile(np.abs(values), _LIMIT_PERCENTILE)), 1e-12)


def _picture(analysis: Analysis, layer: _Layer, look: Look) -> np.ndarray:
    values = enlarged(np.asarray(layer.values, np.float32), look.side)
    if layer.lut is not None:
        values = np.maximum(values, 0)  # enlarging overshoots beside steep edges
    alpha = look.strength * opacity(values, layer.limit)
    picture = laid_over(muted(grey_face(analysis, look.side)), layer.colours(values), alpha)
    if look.outlines:
        _outline_regions(picture, analysis)
    return np.concatenate([picture, bar_strip(Strip(look.side, palette(look.dark), _TEXT), layer.bar())])


def _outline_regions(picture: np.ndarray, analysis: Analysis) -> None:
    corners = (analysis.landmarks + 0.5) * (picture.shape[0] / analysis.motion.crop_px) - 0.5
    for region in REGIONS:
        line = np.round(corners[list(region.outline)] * 2**_SHIFT).astype(np.int32)
        for colour, thickness in ((_HALO, 3), (_OUTLINE, 1)):
            cv2.polylines(picture, [line], True, rgb(colour), thickness, cv2.LINE_AA, _SHIFT)
