"""One picture of a whole analysis, for reports, downloads and the command line."""

from pathlib import Path

import cv2
import numpy as np

from mer_core.analysis import Analysis
from mer_core.drawing.crops import crop_picture
from mer_core.drawing.curve_picture import curve_picture
from mer_core.drawing.curve_view import curve_view
from mer_core.drawing.flow_views import arrows_picture, strain_picture
from mer_core.drawing.ink import LIGHT, Label, line_height, shortened, text_width, wrapped, write
from mer_core.drawing.legends import Strip
from mer_core.errors import MerError
from mer_core.findings import interval_sentence, what_moved
from mer_core.verdict import verdict_sentence
from mer_core.whole_files import whole_file

LIMIT_SENTENCE = "Describes facial movement; does not tell what someone feels, means or hides."
_WIDTH, _MARGIN, _GAP = 1440, 40, 16
_CURVE_HEIGHT = 330
_TEXT, _TITLE = 20, 24
_MOST_MOVED = 3


def overview_picture(analysis: Analysis) -> np.ndarray:
    """Onset, apex, arrows, strain, the curve and what they say in words; uint8 (height, 1440, 3) RGB, white paper."""
    inner = _WIDTH - 2 * _MARGIN
    blocks = [
        _header(analysis, inner),
        _plates(analysis, inner),
        _space(inner, 28),
        curve_picture(curve_view(analysis), inner, _CURVE_HEIGHT, LIGHT),
        _space(inner, 12),
        _words(analysis, inner),
    ]
    return np.pad(np.concatenate(blocks), ((_MARGIN, _MARGIN), (_MARGIN, _MARGIN), (0, 0)), constant_values=255)


def overview_sentences(analysis: Analysis) -> tuple[str, ...]:
    """The words of the overview: what moved, when, what the network calls it, and what none of this tells."""
    moved = what_moved(analysis)
    # The last sentence names what stayed still and matters as much as the fourth part that moved.
    shown = moved if len(moved) <= _MOST_MOVED else (*moved[: _MOST_MOVED - 1], moved[-1])
    timing = interval_sentence(analysis)
    return (" ".join(shown), timing[0].upper() + timing[1:], verdict_sentence(analysis), LIMIT_SENTENCE)


def save_overview(analysis: Analysis, path: str | Path) -> None:
    """Write the overview as PNG, completely or not at all; an existing file is replaced.

    Raises:
        MerError: it cannot be written there.
    """
    write_png(overview_picture(analysis), Path(path))


def write_png(picture: np.ndarray, path: Path) -> None:
    """Write a picture as PNG under a temporary name beside its place, then rename it.

    Raises:
        MerError: it cannot be written there.
    """
    try:
        with whole_file(path) as part:
            part.write_bytes(png_bytes(picture))
    except OSError as error:
        raise MerError(
            f"{path} cannot be written ({error.strerror or error}): choose an existing folder that you may write to."
        ) from error


def png_bytes(picture: np.ndarray) -> bytes:
    """A picture, uint8 (H, W, 3) RGB or (H, W) grey, as the bytes of a PNG file, without loss."""
    stored = picture if picture.ndim == 2 else cv2.cvtColor(picture, cv2.COLOR_RGB2BGR)
    written, encoded = cv2.imencode(".png", stored)
    assert written, "OpenCV encodes every uint8 picture"
    return encoded.tobytes()


def _space(width: int, height: int) -> np.ndarray:
    return np.full((height, width, 3), 255, np.uint8)


def _header(analysis: Analysis, width: int) -> np.ndarray:
    clip = analysis.clip
    rate = "frame rate unknown" if clip.fps is None else f"{clip.fps:g} fps"
    facts = f"{clip.num_frames} frames · {rate} · face crop {analysis.motion.crop_px} px"
    room = width - text_width(facts, _TEXT) - 2 * _GAP
    height = round(1.4 * line_height(_TITLE))
    middle = line_height(_TITLE) / 2
    return write(
        _space(width, height),
        [
            Label(shortened(clip.name, room, _TITLE), (0, middle), _TITLE, LIGHT.text),
            Label(facts, (width, middle), _TEXT, LIGHT.quiet, "rm"),
        ],
    )


def _plates(analysis: Analysis, width: int) -> np.ndarray:
    side = (width - 3 * _GAP) // 4
    plates = [
        _crop_plate(analysis, "Onset", analysis.interval.onset, side),
        _crop_plate(analysis, "Apex", analysis.interval.apex, side),
        arrows_picture(analysis, side=side, dark=False),
        strain_picture(analysis, side=side, dark=False),
    ]
    row = _space(width, plates[0].shape[0])
    for number, plate in enumerate(plates):
        left = number * (side + _GAP)
        row[:, left : left + side] = plate
    return row


def _crop_plate(analysis: Analysis, name: str, frame: int, side: int) -> np.ndarray:
    strip = Strip(side, LIGHT)
    time_ms = analysis.clip.time_ms(frame)
    when = f"frame {frame}, from 0" if time_ms is None else f"{time_ms:.0f} ms · frame {frame}, from 0"
    below = write(strip.blank(), [strip.label(name, strip.margin, 0), strip.label(when, strip.margin, 1)])
    return np.concatenate([crop_picture(analysis, frame, side), below])


def _words(analysis: Analysis, width: int) -> np.ndarray:
    row = line_height(_TEXT)
    labels: list[Label] = []
    top = 0.0
    for sentence in overview_sentences(analysis):
        colour = LIGHT.quiet if sentence == LIMIT_SENTENCE else LIGHT.text
        for line in wrapped(sentence, width, _TEXT):
            labels.append(Label(line, (0, top + row / 2), _TEXT, colour))
            top += row
        top += row / 3
    return write(_space(width, round(top)), labels)
