"""Strips under the drawings that say what they show, in which unit, up to which limit."""

from dataclasses import dataclass

import cv2
import numpy as np

from mer_core.colours import laid_over, muted, opacity, rgb, wheel_colours
from mer_core.drawing.arrows import draw_arrow
from mer_core.drawing.ink import Label, Palette, line_height, text_width, write

# Shares of the drawing's width.
_MARGIN, _BAR = 0.033, 0.03
# Pictures of 480 px are shown at 210 to 300: this makes their text about 13 px high on the screen.
_TEXT = 0.054
_SMALLEST_TEXT = 14
_MID_GREY = 128


@dataclass(frozen=True)
class Strip:
    """An empty strip of a given width (px) and its measures; text is a share of the width, at least 14 px."""

    width: int
    palette: Palette
    text_share: float = _TEXT

    @property
    def text_size(self) -> int:
        """Size of its text, px."""
        return max(round(self.text_share * self.width), _SMALLEST_TEXT)

    @property
    def margin(self) -> int:
        """Free space around its content, px."""
        return min(round(_MARGIN * self.width), self.text_size)

    def height(self, rows: int = 2) -> int:
        """Room for that many lines, px."""
        return rows * line_height(self.text_size) + self.margin

    def blank(self, rows: int = 2) -> np.ndarray:
        """The strip without content; uint8 (height, width, 3)."""
        return np.full((self.height(rows), self.width, 3), rgb(self.palette.paper), np.uint8)

    def row(self, number: int) -> float:
        """Middle of a line counted from 0, px from the top."""
        return self.margin / 2 + (number + 0.5) * line_height(self.text_size)

    def label(self, text: str, x: float, row: int, anchor: str = "lm") -> Label:
        """A line of text at x; the first row in the text colour, the second quieter."""
        return Label(text, (x, self.row(row)), self.text_size, self.palette.quiet if row else self.palette.text, anchor)


@dataclass(frozen=True, eq=False)
class Bar:
    """A colour bar.

    Attributes:
        title: what it is of.
        low: text at its left end.
        high: text at its right end.
        colours: from left to right, uint8 (N, 3).
        ends: in a line of its own, what its two ends mean; None where the numbers say it.
    """

    title: str
    low: str
    high: str
    colours: np.ndarray
    ends: tuple[str, str] | None = None


def bar_strip(strip: Strip, bar: Bar) -> np.ndarray:
    """A strip with a title and a colour bar between its two limits; uint8 RGB."""
    bar_row = 1 if bar.ends is None else 2
    picture = strip.blank(bar_row + 1)
    gap = strip.margin // 2
    left = round(strip.margin + text_width(bar.low, strip.text_size) + gap)
    right = round(strip.width - strip.margin - text_width(bar.high, strip.text_size) - gap)
    thickness = max(6, round(_BAR * strip.width))
    top = round(strip.row(bar_row) - thickness / 2)
    ramp = cv2.resize(bar.colours[None], (right - left, thickness), interpolation=cv2.INTER_LINEAR)
    picture[top : top + thickness, left:right] = ramp
    right_edge = strip.width - strip.margin
    labels = [
        strip.label(bar.title, strip.margin, 0),
        strip.label(bar.low, strip.margin, bar_row),
        strip.label(bar.high, right_edge, bar_row, "rm"),
    ]
    if bar.ends is not None:
        labels += [strip.label(bar.ends[0], strip.margin, 1), strip.label(bar.ends[1], right_edge, 1, "rm")]
    return write(picture, labels)


def overlay_ramp(colours: np.ndarray, values: np.ndarray, limit: float) -> np.ndarray:
    """What the colours of some values look like over a mid-grey face; uint8 (N, 3) of colours (N, 3), values (N,)."""
    grey = muted(np.full((1, len(values)), _MID_GREY))
    return laid_over(grey, colours[None], opacity(values, limit)[None])[0]


def arrow_strip(strip: Strip, title: str, note: str, key: tuple[str, float] | None) -> np.ndarray:
    """A strip with a key arrow, given as its text and its length in px of the drawing, if any; uint8 RGB."""
    picture = strip.blank()
    labels = [strip.label(title, strip.margin, 0), strip.label(note, strip.margin, 1)]
    if key is not None:
        text, length = key
        right = strip.width - strip.margin
        start = right - text_width(text, strip.text_size) - strip.margin / 2 - length
        draw_arrow(picture, np.array([start, strip.row(0)]), np.array([length, 0.0]), strip.width)
        labels.append(strip.label(text, right, 0, "rm"))
    return write(picture, labels)


def wheel_strip(strip: Strip, title: str, note: str, radius: str) -> np.ndarray:
    """A strip with the colour wheel as its key and the length its rim stands for; uint8 RGB."""
    picture = strip.blank()
    side = round(0.86 * strip.height())
    top = (strip.height() - side) // 2
    left = strip.width - strip.margin - side
    wheel, inside = wheel_key(side)
    patch = picture[top : top + side, left : left + side]
    picture[top : top + side, left : left + side] = np.round(patch + inside[..., None] * (wheel - patch.astype(float)))
    return write(
        picture,
        [
            strip.label(title, strip.margin, 0),
            strip.label(note, strip.margin, 1),
            strip.label(radius, left - strip.margin / 2, 0, "rm"),
        ],
    )


def wheel_key(side: int) -> tuple[np.ndarray, np.ndarray]:
    """The colour of every direction and length: uint8 (side, side, 3), and its disc, float32 0..1 (side, side)."""
    centre = (side - 1) / 2
    y, x = np.mgrid[0:side, 0:side].astype(np.float32) - centre
    lengths = np.hypot(x, y)
    inside = np.clip(centre - lengths + 0.5, 0, 1)
    return wheel_colours(np.dstack([x, y]), centre), inside
