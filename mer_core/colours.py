"""The colours of MER Studio: classes, signed and unsigned maps, directions. None of them is a rainbow of values."""

from functools import cache

import cv2
import numpy as np

CLASS_COLOURS: dict[str, str] = {"negative": "#7B5EA7", "positive": "#B8860B", "surprise": "#009E73"}
CLASS_SHAPES: dict[str, str] = {"negative": "square", "positive": "triangle", "surprise": "circle"}
# The same shapes where only text can be drawn.
CLASS_SIGNS: dict[str, str] = {"negative": "■", "positive": "▲", "surprise": "●"}
# For classes of other label sets, and for an answer that is not a finding.
NEUTRAL_COLOUR, NEUTRAL_SHAPE, NEUTRAL_SIGN = "#8A949C", "diamond", "◆"

# Blue to vermilion through light grey: even steps of lightness to both sides, and apart for every colour blindness.
_DIVERGING = ("#08407E", "#2A74B8", "#7FB2DA", "#E6E8EA", "#F2A27B", "#D9532C", "#8C1C0C")
_LEVELS = 256
# Lab: one lightness for all directions and the greatest colourfulness that sRGB holds at it for every hue.
_WHEEL_LIGHTNESS, _WHEEL_CHROMA = 66.0, 46.0
# Faces under a coloured overlay keep to these, so that no skin is too dark or too light for the colours to show.
_FACE_DARKEST, _FACE_LIGHTEST = 45.0, 205.0
_MOST_OPAQUE = 0.88


def class_colour(label: str) -> str:
    """Colour of a class, "#RRGGBB"; grey for a label outside the common set."""
    return CLASS_COLOURS.get(label, NEUTRAL_COLOUR)


def class_shape(label: str) -> str:
    """Shape that marks a class wherever its colour does: square, triangle or circle; diamond for other labels."""
    return CLASS_SHAPES.get(label, NEUTRAL_SHAPE)


def class_sign(label: str) -> str:
    """The shape of a class as a letter of text."""
    return CLASS_SIGNS.get(label, NEUTRAL_SIGN)


def rgb(colour: str) -> tuple[int, int, int]:
    """A "#RRGGBB" as three values 0..255."""
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


@cache
def diverging_lut() -> np.ndarray:
    """Colours from the most negative to the most positive value, zero in the middle; uint8 (256, 3) RGB."""
    anchors = np.array([rgb(colour) for colour in _DIVERGING], np.float64)
    at = np.linspace(0, len(anchors) - 1, _LEVELS)
    channels = [np.interp(at, np.arange(len(anchors)), anchors[:, channel]) for channel in range(3)]
    return _fixed(np.round(np.stack(channels, axis=1)).astype(np.uint8))


@cache
def magnitude_lut() -> np.ndarray:
    """Colours from no motion to the most, ever lighter; uint8 (256, 3) RGB (Viridis, van der Walt & Smith, 2015)."""
    return _opencv_lut(cv2.COLORMAP_VIRIDIS)


@cache
def strain_lut() -> np.ndarray:
    """Colours from no strain to the most, ever lighter; uint8 (256, 3) RGB (Inferno, van der Walt & Smith, 2015)."""
    return _opencv_lut(cv2.COLORMAP_INFERNO)


def diverging_colours(values: np.ndarray, limit: float) -> np.ndarray:
    """Colours of signed values (...), zero in the middle, clipped at -limit and limit; uint8 (..., 3) RGB."""
    return diverging_lut()[_steps((np.asarray(values) / limit + 1) / 2)]


def sequential_colours(values: np.ndarray, limit: float, lut: np.ndarray) -> np.ndarray:
    """Colours of values (...) from 0 to a limit, clipped there; uint8 (..., 3) RGB."""
    return lut[_steps(np.asarray(values) / limit)]


def wheel_colours(flow: np.ndarray, limit: float, lightness: np.ndarray | float = _WHEEL_LIGHTNESS) -> np.ndarray:
    """Colours of motion: hue is direction, saturation is length, clipped at the limit; uint8 (..., 3) RGB.

    After the colour wheel of Baker et al., 2011, DOI 10.1007/s11263-010-0390-2, with two departures: hues run around
    the Lab circle at one lightness, so that no direction looks stronger than another, and zero is grey, not white.
    Rightward motion is red, downward yellow, leftward green, upward blue.

    Args:
        flow: float (H, W, 2), u right and v down, px.
        limit: length of full saturation, px.
        lightness: Lab lightness 0..100, one or per pixel (H, W); the grey face shines through it.
    """
    lengths = np.hypot(flow[..., 0], flow[..., 1])
    chroma = _WHEEL_CHROMA * np.minimum(lengths / limit, 1) / np.maximum(lengths, 1e-9)
    lab = np.empty((*flow.shape[:2], 3), np.float32)
    lab[..., 0] = lightness
    lab[..., 1:] = flow * chroma[..., None]
    return np.round(np.clip(cv2.cvtColor(lab, cv2.COLOR_LAB2RGB), 0, 1) * 255).astype(np.uint8)


def muted(grey: np.ndarray) -> np.ndarray:
    """A grey picture (H, W), any values 0..255, with its range narrowed for overlays; float32."""
    return _FACE_DARKEST + np.asarray(grey, np.float32) * ((_FACE_LIGHTEST - _FACE_DARKEST) / 255)


def opacity(values: np.ndarray, limit: float) -> np.ndarray:
    """How opaque an overlay is: 0 where the value is 0, growing with its size, flat from the limit on; float32."""
    share = np.minimum(np.abs(np.asarray(values, np.float32)) / limit, 1)
    return _MOST_OPAQUE * share


def laid_over(grey: np.ndarray, colours: np.ndarray, alpha: np.ndarray) -> np.ndarray:
    """Colours (H, W, 3) over a grey picture (H, W) with opacity alpha (H, W); uint8 (H, W, 3) RGB."""
    base = np.asarray(grey, np.float32)[..., None]
    return np.round(base + np.asarray(alpha, np.float32)[..., None] * (colours - base)).astype(np.uint8)


def _opencv_lut(number: int) -> np.ndarray:
    ramp = np.arange(_LEVELS, dtype=np.uint8)[:, None]
    return _fixed(np.ascontiguousarray(cv2.applyColorMap(ramp, number)[:, 0, ::-1]))


def _fixed(lut: np.ndarray) -> np.ndarray:
    lut.flags.writeable = False  # shared by all callers
    return lut


def _steps(share: np.ndarray) -> np.ndarray:
    return np.round(np.clip(np.nan_to_num(share), 0, 1) * (_LEVELS - 1)).astype(np.intp)
