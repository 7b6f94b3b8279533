"""Text and paper of the drawings: a light and a dark palette, Pillow's own scalable font, wrapping."""

from dataclasses import dataclass
from functools import cache

import numpy as np
from PIL import Image, ImageDraw, ImageFont

_LINE_HEIGHT = 1.45


@dataclass(frozen=True)
class Palette:
    """Colours of everything around the data, "#RRGGBB"."""

    paper: str
    text: str
    quiet: str
    line: str


LIGHT = Palette(paper="#FFFFFF", text="#1B2428", quiet="#56636A", line="#D5DBDE")
DARK = Palette(paper="#14191C", text="#E6EBED", quiet="#A3AFB5", line="#3A4449")


def palette(dark: bool) -> Palette:
    """The colours for a dark or a light surrounding."""
    return DARK if dark else LIGHT


@cache
def font(size: int) -> ImageFont.FreeTypeFont:
    """Pillow's built-in font at a size in px; every machine has it, and it holds ASCII and few other signs."""
    loaded = ImageFont.load_default(size=size)
    assert isinstance(loaded, ImageFont.FreeTypeFont)  # requirements.txt asks for a Pillow with FreeType
    return loaded


def printable(text: str) -> str:
    """The text with every sign that the built-in font lacks replaced by "?", so that no empty boxes are drawn."""
    return "".join(sign if " " <= sign <= "~" or sign in "·°" else "?" for sign in text)


def text_width(text: str, size: int) -> float:
    """Width of one line of text, px."""
    return float(font(size).getlength(printable(text)))


def line_height(size: int) -> int:
    """Distance between lines of text, px."""
    return round(_LINE_HEIGHT * size)


def shortened(text: str, width: float, size: int) -> str:
    """The text, or its beginning and end around "..." if it is wider than that many px."""
    keep = len(text)
    short = text
    while text_width(short, size) > width and keep > 2:
        keep -= 1
        short = f"{text[: (keep + 1) // 2]}...{text[len(text) - keep // 2 :]}"
    return short


def wrapped(text: str, width: float, size: int) -> list[str]:
    """The text in lines that are at most that many px wide; single words that are wider are shortened."""
    lines: list[str] = []
    line = ""
    for word in text.split():
        longer = f"{line} {word}".strip()
        if line and text_width(longer, size) > width:
            lines.append(line)
            longer = word
        line = shortened(longer, width, size) if " " not in longer else longer
    return [*lines, line] if line else lines


@dataclass(frozen=True)
class Label:
    """One line of text: where its anchor lies (px), which anchor (Pillow's two letters), and how it looks."""

    text: str
    at: tuple[float, float]
    size: int
    colour: str
    anchor: str = "lm"


def write(picture: np.ndarray, labels: list[Label]) -> np.ndarray:
    """The picture with the labels written on it; uint8 RGB, a new array."""
    image = Image.fromarray(picture)
    draw = ImageDraw.Draw(image)
    for label in labels:
        draw.text(label.at, printable(label.text), font=font(label.size), fill=label.colour, anchor=label.anchor)
    return np.array(image)
