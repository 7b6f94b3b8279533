"""The face that synthetic clips move: a public-domain portrait and where its mesh lies."""

import json
from functools import lru_cache
from pathlib import Path

import cv2
import numpy as np

from mer_core.errors import MerError

_FACES = Path(__file__).parents[1] / "assets" / "faces"
# The rows of astronaut.png that fill the frame and the point at its centre; what lies around is a margin for the head
# to move in. A 16:9 frame shows 320 columns, a narrower one fewer, so the face always has the same share of the height.
_VIEW_HEIGHT, _VIEW_CENTRE = 180, (167.5, 97.0)
# The picture is kept finer than the frame: OpenCV's cubic lookup rounds positions to 1/32 px.
_FINER = 2
# Grain that moves with the skin. The enlarged photograph is smooth at the scale of single pixels, where a camera
# would show pores and optical flow finds its hold.
_GRAIN_LEVELS = 1.5
_GRAIN_PX = (0.8, 2.4)


@lru_cache(maxsize=4)
def rest_landmarks(size: tuple[int, int]) -> np.ndarray:
    """Landmarks of the resting face in a frame of (width, height) px; float32 (468, 2)."""
    stored = json.loads((_FACES / "astronaut_landmarks.json").read_text(encoding="utf-8"))
    matrix = _photo_to_frame(size)
    landmarks = (np.array(stored["landmarks"]) @ matrix[:, :2].T + matrix[:, 2]).astype(np.float32)
    landmarks.flags.writeable = False  # one array serves every caller
    return landmarks


@lru_cache(maxsize=4)
def face_picture(size: tuple[int, int]) -> tuple[np.ndarray, np.ndarray]:
    """The resting scene for a frame of (width, height) px, finer and wider than the frame.

    Returns:
        float32 RGB (H', W', 3), grey levels 0 to 255; and the float64 (2, 3) matrix from frame px to its px.
    """
    photo = cv2.imread(str(_FACES / "astronaut.png"), cv2.IMREAD_COLOR_RGB)
    if photo is None:
        raise MerError(f"The picture {_FACES / 'astronaut.png'} is missing or damaged; install MER Studio again.")
    scale = _photo_to_frame(size)[0, 0] * _FINER
    height, width = photo.shape[:2]
    shape = (round(width * scale), round(height * scale))
    # Pixel centres, not corners, keep their place: cv2.resize maps them as (x + 0.5) * scale - 0.5.
    fine = cv2.resize(photo.astype(np.float32), shape, interpolation=cv2.INTER_CUBIC)
    stretch = np.diag([shape[0] / width, shape[1] / height])
    photo_to_fine = np.column_stack([stretch, (stretch.diagonal() - 1) / 2])
    fine += _grain(shape)[..., None]
    frame_to_photo = cv2.invertAffineTransform(_photo_to_frame(size))
    return fine, photo_to_fine @ np.vstack([frame_to_photo, [0, 0, 1]])


def _photo_to_frame(size: tuple[int, int]) -> np.ndarray:
    """Matrix (2, 3) from px of the photograph to px of a frame of (width, height) px."""
    centre = np.array([(size[0] - 1) / 2, (size[1] - 1) / 2])
    scale = size[1] / _VIEW_HEIGHT
    return np.column_stack([np.eye(2) * scale, centre - scale * np.array(_VIEW_CENTRE)])


def _grain(shape: tuple[int, int]) -> np.ndarray:
    """Band-limited noise, the same on every call; float32 (H', W'), standard deviation `_GRAIN_LEVELS`."""
    white = np.random.default_rng(0).standard_normal((shape[1], shape[0]), dtype=np.float32)
    fine, coarse = (cv2.GaussianBlur(white, (0, 0), px * _FINER) for px in _GRAIN_PX)
    band = fine - coarse
    return band * np.float32(_GRAIN_LEVELS / band.std())
