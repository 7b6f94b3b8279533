"""Squares of a frame: where they lie, how they are cut out, and how points travel to and fro.

Points are (x, y) with the centre of the top left pixel at (0, 0), OpenCV's convention; a square of side `size`
therefore covers -0.5 to size - 0.5.
"""

from dataclasses import dataclass
from math import cos, hypot, sin

import cv2
import numpy as np

from mer_core.errors import FaceError

# Optical flow is measured on the crop: dense inverse search at its finest scale is the most accurate up to this
# side; on larger crops it becomes slow and the strain noisy.
MAX_CROP = 256
# Below this the crop is enlarged, so that the flow's 8 px patches still see parts of a face.
MIN_CROP = 64

RIGHT_EYE_CORNERS = (33, 133)
LEFT_EYE_CORNERS = (362, 263)


@dataclass(frozen=True)
class CropGeometry:
    """Where the face lies in its crop: the crop's side in eye distances, the eyes' height as a fraction of it.

    The defaults put the face where the benchmark's maps have it (docs/decisions/0001-crop-like-the-benchmark.md).
    """

    side_in_eye_distances: float = 2.2
    eye_line: float = 0.28


@dataclass(frozen=True)
class Square:
    """A square of a frame: centre (x, y) px, side px, and the clockwise angle in radians of its upper edge."""

    centre: tuple[float, float]
    side: float
    angle: float = 0.0

    def matrix(self, size: int) -> np.ndarray:
        """Return the similarity, float64 (2, 3), from frame px to px of this square drawn at side `size`."""
        scale = size / self.side
        cosine, sine = scale * cos(self.angle), scale * sin(self.angle)
        linear = np.array([[cosine, sine], [-sine, cosine]])
        shift = (size - 1) / 2 - linear @ np.asarray(self.centre)
        return np.column_stack([linear, shift])


@dataclass(frozen=True, eq=False)
class CropTransform:
    """A similarity (rotation, uniform scale, shift) from a frame to a square crop of side `size`.

    `matrix` is float64 (2, 3), frame px to crop px.
    """

    matrix: np.ndarray
    size: int

    @property
    def scale(self) -> float:
        """Crop px in one px of the frame."""
        return hypot(self.matrix[0, 0], self.matrix[1, 0])

    def apply(self, image: np.ndarray) -> np.ndarray:
        """Return the crop of a frame, uint8 (size, size[, 3]); beyond the frame its border pixels repeat."""
        return cut_out(image, self.matrix, self.size)

    def to_crop(self, points: np.ndarray) -> np.ndarray:
        """Return points (N, 2) of the frame as px of the crop, float64."""
        return transform_points(self.matrix, points)

    def to_frame(self, points: np.ndarray) -> np.ndarray:
        """Return points (N, 2) of the crop as px of the frame, float64."""
        return transform_points(invert_similarity(self.matrix), points)

    def resized(self, size: int) -> "CropTransform":
        """Return the transform to the same region of the frame at side `size`.

        It agrees with resizing the crop itself (pixel areas match; no corner alignment).
        """
        factor = size / self.size
        matrix = self.matrix * factor
        matrix[:, 2] += (factor - 1) / 2
        return CropTransform(matrix, size)


def transform_points(matrix: np.ndarray, points: np.ndarray) -> np.ndarray:
    """Return points (N, 2) moved by an affine matrix (2, 3), float64."""
    return np.asarray(points, np.float64) @ matrix[:, :2].T + matrix[:, 2]


def invert_similarity(matrix: np.ndarray) -> np.ndarray:
    """Return the inverse of an affine matrix, float64 (2, 3)."""
    inverse = np.linalg.inv(matrix[:, :2])
    return np.column_stack([inverse, -inverse @ matrix[:, 2]])


def eye_centres(landmarks: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the person's right and left eye centre (x, y), from the eye corners, which a blink does not move."""
    right = landmarks[list(RIGHT_EYE_CORNERS)].mean(axis=0, dtype=np.float64)
    left = landmarks[list(LEFT_EYE_CORNERS)].mean(axis=0, dtype=np.float64)
    return right, left


def crop_around(landmarks: np.ndarray, geometry: CropGeometry | None = None) -> CropTransform:
    """Return the face crop for landmarks (468, 2) px: eyes level, centred on their midpoint, at native resolution.

    The side is the region's own number of pixels, at most MAX_CROP (then it is scaled down) and at least MIN_CROP
    (the only case in which it is scaled up).

    Raises:
        FaceError: the landmarks are NaN, because the frame shows no face.
    """
    if not np.isfinite(landmarks).all():
        raise FaceError("No face in the frame that the crop should come from; choose a frame with a face.")
    geometry = geometry or CropGeometry()
    right, left = eye_centres(landmarks)
    across = left - right
    distance = hypot(*across)
    side = geometry.side_in_eye_distances * distance
    down = np.array([-across[1], across[0]]) / distance
    centre = (right + left) / 2 + (0.5 - geometry.eye_line) * side * down
    size = int(np.clip(round(side), MIN_CROP, MAX_CROP))
    square = Square((centre[0], centre[1]), side, float(np.arctan2(across[1], across[0])))
    return CropTransform(square.matrix(size), size)


def px_per_native_px(crop: CropTransform, landmarks: np.ndarray) -> float:
    """Return the px of a crop in one px of the native crop of these landmarks, in which motion curves are measured."""
    return crop.scale / crop_around(landmarks).scale


def cut_out(image: np.ndarray, matrix: np.ndarray, size: int) -> np.ndarray:
    """Return the square of side `size` that `matrix` (frame px to square px, a similarity) maps the image to.

    Shrinking by more than 1.5 averages whole blocks of pixels first, because bilinear interpolation would skip source
    pixels and turn fine texture into false motion.
    """
    shrink = round(1 / hypot(matrix[0, 0], matrix[1, 0]))
    if shrink > 1:
        image, matrix = _shrunk(image, matrix, size, shrink)
    return cv2.warpAffine(image, matrix, (size, size), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)


def _shrunk(image: np.ndarray, matrix: np.ndarray, size: int, shrink: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the part of the image that the square needs, each `shrink` px averaged to one, and its matrix."""
    last = np.array([image.shape[1], image.shape[0]]) // shrink - 1  # blocks; a cut one at the border is dropped
    corners = np.array([[0, 0], [size, 0], [0, size], [size, size]]) - 0.5
    blocks = transform_points(invert_similarity(matrix), corners) / shrink
    first = np.clip(np.floor(blocks.min(axis=0)).astype(int) - 2, 0, last)
    number = np.clip(np.ceil(blocks.max(axis=0)).astype(int) + 2, first, last) + 1 - first
    start, stop = first * shrink, (first + number) * shrink
    part = image[start[1] : stop[1], start[0] : stop[0]]
    small = cv2.resize(part, (int(number[0]), int(number[1])), interpolation=cv2.INTER_AREA)
    shift = matrix[:, :2] @ (start + (shrink - 1) / 2) + matrix[:, 2]
    return small, np.column_stack([matrix[:, :2] * shrink, shift])
