"""Pictures of an analysis as arrays, uint8 RGB, for the app, the report and the command line.

Drawn with OpenCV and Pillow alone; `mer_core.figures` holds the interactive ones.
"""

import cv2
import numpy as np

from mer_core.analysis import Analysis, PreparedClip
from mer_core.drawing.crops import crop_of, crop_picture, prepared_of
from mer_core.drawing.flow_views import (
    FLOW_VIEWS,
    arrows_picture,
    component_picture,
    overlay_picture,
    strain_picture,
    wheel_picture,
)
from mer_core.drawing.ink import palette, write
from mer_core.drawing.legends import Strip
from mer_core.drawing.overview import (
    LIMIT_SENTENCE,
    overview_picture,
    overview_sentences,
    png_bytes,
    save_overview,
    write_png,
)
from mer_core.errors import MerError
from mer_core.face_finding.mesh import landmark_box

__all__ = [
    "FLOW_VIEWS",
    "LIMIT_SENTENCE",
    "arrows_picture",
    "component_picture",
    "crop_picture",
    "frame_with_box",
    "overlay_picture",
    "overview_picture",
    "overview_sentences",
    "png_bytes",
    "save_overview",
    "strain_picture",
    "wheel_picture",
    "write_png",
]

# A whole frame is shown larger than a crop, and its text is a smaller share of its width.
_FRAME_TEXT = 0.028
_SHIFT = 4  # bits of sub-pixel position in OpenCV's drawing
_FACE, _CROP, _OUTLINE = (255, 244, 214), (94, 214, 196), (18, 24, 28)


def frame_with_box(found: Analysis | PreparedClip, frame: int, width: int = 720, dark: bool = True) -> np.ndarray:
    """A whole frame with the face's box and the crop's square; uint8 (height + strip, width, 3) RGB.

    The box is that of the frame itself and is missing where no face was found; the square is the one crop that serves
    all frames.

    Args:
        found: the face's track, and the crop.
        frame: counted from 0.
        width: of the picture, px.
        dark: whether the strip suits a dark or a light surrounding.

    Raises:
        MerError: the clip has no such frame.
    """
    prepared = prepared_of(found)
    clip, crop = prepared.clip, crop_of(found)
    if not 0 <= frame < clip.num_frames:
        raise MerError(f"{clip.name} has no frame {frame}; its frames are 0 to {clip.num_frames - 1}.")
    scale = width / clip.width
    picture = _resized(clip.frames[frame], width, round(clip.height * scale))
    edge = np.array([[0, 0], [crop.size, 0], [crop.size, crop.size], [0, crop.size]]) - 0.5
    corners = crop.to_frame(edge)
    _draw_border(picture, corners, scale, _CROP)
    landmarks = prepared.track.landmarks[frame]
    strip = Strip(width, palette(dark), _FRAME_TEXT)
    note = "no face found in this frame"
    if np.isfinite(landmarks).all():
        left, top, across, down = landmark_box(landmarks)
        box = np.array([[left, top], [left + across, top], [left + across, top + down], [left, top + down]])
        _draw_border(picture, box, scale, _FACE)
        note = f"light: face, {across:.0f} px wide"
    side = np.linalg.norm(corners[1] - corners[0])
    labels = [
        strip.label(f"frame {frame}, from 0", strip.margin, 0),
        strip.label(f"{note} · green: crop, {side:.0f} px of the frame", strip.margin, 1),
    ]
    return np.concatenate([picture, write(strip.blank(), labels)])


def _resized(image: np.ndarray, width: int, height: int) -> np.ndarray:
    method = cv2.INTER_CUBIC if width > image.shape[1] else cv2.INTER_AREA
    return cv2.resize(image, (width, height), interpolation=method)


def _draw_border(picture: np.ndarray, corners: np.ndarray, scale: float, colour: tuple[int, int, int]) -> None:
    """A closed line through corners (4, 2), px of the frame, within a darker one so that it shows on any background."""
    drawn = (np.asarray(corners, np.float64) + 0.5) * scale - 0.5
    fixed = [np.round(drawn * 2**_SHIFT).astype(np.int32)]
    cv2.polylines(picture, fixed, True, _OUTLINE, 4, cv2.LINE_AA, _SHIFT)
    cv2.polylines(picture, fixed, True, colour, 2, cv2.LINE_AA, _SHIFT)
