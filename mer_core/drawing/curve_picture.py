"""The motion curve as a picture: noise band, other candidates, and the three markers, each with its own shape."""

from dataclasses import dataclass

import cv2
import numpy as np

from mer_core.colours import rgb
from mer_core.drawing.curve_view import CurveView, Mark
from mer_core.drawing.ink import Label, Palette, line_height, text_width, write
from mer_core.drawing.scales import ticks

_SHIFT = 4  # bits of sub-pixel position in OpenCV's drawing
_TEXT = 17
_MARK_PX = 10.0
_GUTTER, _RIGHT = 64, 24
_TICKS_UP, _TICKS_ALONG = 4, 8
# How far the noise band and the other candidates stand out from the paper.
_BAND, _OTHERS = 0.16, 0.05
# Corners on a circle, degrees clockwise from the right: pointing right, up and left.
_CORNERS = {"onset": (0, 120, 240), "apex": (270, 30, 150), "offset": (180, 300, 60)}


@dataclass(frozen=True)
class _Frame:
    """Where the plot lies in its picture (px), and what its axes span."""

    left: int
    top: int
    right: int
    bottom: int
    first: float
    last: float
    top_px: float

    def x(self, at: np.ndarray | float) -> np.ndarray:
        """Times or frame numbers to px."""
        span = max(self.last - self.first, 1e-9)
        return self.left + (np.asarray(at) - self.first) / span * (self.right - self.left)

    def y(self, level: np.ndarray | float) -> np.ndarray:
        """Motion (px of the face crop) to px of the picture, kept within the plot."""
        share = np.clip(np.nan_to_num(level) / self.top_px, 0, 1)
        return self.bottom - share * (self.bottom - self.top)


def curve_picture(view: CurveView, width: int, height: int, palette: Palette) -> np.ndarray:
    """The curve with title, axes, band and markers; uint8 (height, width, 3) RGB."""
    row = line_height(_TEXT)
    frame = _Frame(_GUTTER, 3 * row + 20, width - _RIGHT, height - 2 * row, view.at[0], float(view.at[-1]), view.top_px)
    picture = np.full((height, width, 3), rgb(palette.paper), np.uint8)
    _shade_spans(picture, view, frame, palette)
    labels = [*_title(view, palette), *_draw_axes(picture, view, frame, palette)]
    _draw_level(picture, view, frame, palette)
    for mark in view.marks:
        _draw_mark(picture, mark, frame, palette)
    return write(picture, [*labels, *_mark_labels(view, frame, palette)])


def _title(view: CurveView, palette: Palette) -> list[Label]:
    noise = "unknown: too few frames at rest" if view.noise_px is None else f"{view.noise_px:.2f} px, the grey band"
    noise += " · pale upright bands: other movements" if view.others else ""
    title = "Motion since the onset"
    middle = line_height(_TEXT) / 2
    return [
        Label(title, (0, middle), _TEXT, palette.text),
        Label(
            f"px of the face crop · noise of this clip {noise}",
            (text_width(title, _TEXT) + 14, middle),
            _TEXT,
            palette.quiet,
        ),
    ]


def _shade_spans(picture: np.ndarray, view: CurveView, frame: _Frame, palette: Palette) -> None:
    def shade(x: np.ndarray, y: tuple[float, float], strength: float) -> None:
        area = picture[round(y[0]) : round(y[1]), round(float(x[0])) : round(float(x[1])) + 1]
        area[:] = np.round(area + strength * (np.array(rgb(palette.text)) - area.astype(float)))

    for other in view.others:
        shade(frame.x(np.array(other)), (frame.top, frame.bottom), _OTHERS)
    if view.noise_px is not None:
        shade(np.array([frame.left, frame.right]), (float(frame.y(view.noise_px)), frame.bottom), _BAND)


def _draw_axes(picture: np.ndarray, view: CurveView, frame: _Frame, palette: Palette) -> list[Label]:
    line = rgb(palette.line)
    labels = []
    for level in ticks(frame.top_px, _TICKS_UP):
        y = round(float(frame.y(level)))
        cv2.line(picture, (frame.left, y), (frame.right, y), line, 1)
        labels.append(Label(f"{level:g} px" if level else "0", (frame.left - 10, y), _TEXT, palette.quiet, "rm"))
    middle = frame.bottom + 6 + line_height(_TEXT) / 2
    for at in ticks(frame.last, _TICKS_ALONG):
        x = round(float(frame.x(at)))
        cv2.line(picture, (x, frame.bottom), (x, frame.bottom + 5), line, 1)
        labels.append(Label(f"{at:g}", (x, middle), _TEXT, palette.quiet, "mm"))
    below = middle + line_height(_TEXT) * 0.9
    labels.append(Label(view.unit, (frame.right, below), _TEXT, palette.quiet, "rm"))
    return labels


def _draw_level(picture: np.ndarray, view: CurveView, frame: _Frame, palette: Palette) -> None:
    points = np.column_stack([frame.x(view.at), frame.y(view.level)])
    seen = np.isfinite(view.level)
    gaps = np.flatnonzero(np.diff(seen.astype(int))) + 1
    pieces = [piece for piece in np.split(np.arange(len(seen)), gaps) if seen[piece[0]]]
    fixed = [np.round(points[piece] * 2**_SHIFT).astype(np.int32) for piece in pieces]
    cv2.polylines(picture, fixed, False, rgb(palette.text), 2, cv2.LINE_AA, _SHIFT)


def _draw_mark(picture: np.ndarray, mark: Mark, frame: _Frame, palette: Palette) -> None:
    x, y = float(frame.x(mark.at)), float(frame.y(mark.level))
    row = 2.3 if mark.name == "apex" else 3.2
    top = round((row - 0.1) * line_height(_TEXT))
    cv2.line(picture, (round(x), top), (round(x), frame.bottom), rgb(palette.quiet), 1)
    angles = np.deg2rad(_CORNERS[mark.name])
    corners = np.column_stack([x + _MARK_PX * np.cos(angles), y + _MARK_PX * np.sin(angles)])
    fixed = [np.round(corners * 2**_SHIFT).astype(np.int32)]
    cv2.fillPoly(picture, fixed, rgb(palette.text), cv2.LINE_AA, _SHIFT)
    cv2.polylines(picture, fixed, True, rgb(palette.paper), 2, cv2.LINE_AA, _SHIFT)


def _mark_labels(view: CurveView, frame: _Frame, palette: Palette) -> list[Label]:
    """Names and times: the apex above, the onset to the left of its line, the offset to the right of its own."""
    onset, apex, offset = view.marks
    texts = [f"{mark.name} {mark.at:.0f} ms" if view.in_ms else f"{mark.name} {mark.frame}" for mark in view.marks]
    widths = [text_width(text, _TEXT) for text in texts]
    x_onset = max(float(frame.x(onset.at)) - 8 - widths[0], 0.0)
    x_apex = float(np.clip(frame.x(apex.at) - widths[1] / 2, 0, frame.right - widths[1]))
    x_offset = max(float(frame.x(offset.at)) + 8, x_onset + widths[0] + 12)
    x_offset = min(x_offset, frame.right + _RIGHT - widths[2])
    x_onset = min(x_onset, x_offset - widths[0] - 12)  # at the clip's end the offset's name needs the room
    rows = [2.7, 1.8, 2.7]
    return [
        Label(text, (x, row * line_height(_TEXT)), _TEXT, palette.text)
        for text, x, row in zip(texts, (x_onset, x_apex, x_offset), rows, strict=True)
    ]
