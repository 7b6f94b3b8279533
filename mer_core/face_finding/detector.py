"""All faces of one image: BlazeFace proposes, the face mesh confirms."""

from dataclasses import dataclass
from functools import cache

import cv2
import numpy as np

from mer_core.crop import Square
from mer_core.face_finding.mesh import Face, detection_square, fit_mesh, mesh_square
from mer_core.face_finding.nets import run_face_net

# The detector alone fires on round objects; the mesh's own confidence tells faces from them.
MIN_PRESENCE = 0.5
_MIN_SCORE = 0.5
_MAX_OVERLAP = 0.3
# Each proposal costs up to two runs of the mesh; a picture of a crowd must not take seconds.
_MAX_PROPOSALS = 12


@dataclass(frozen=True)
class _Detector:
    """One BlazeFace network: its input side, its anchor grids (cells a side, anchors a cell), its output layers."""

    net: str
    side: int
    grids: tuple[tuple[int, int], ...]
    scores: str
    boxes: str


_SHORT_RANGE = _Detector("face_detection_short_range", 128, ((16, 2), (8, 6)), "classificators", "regressors")
_FULL_RANGE = _Detector(
    "face_detection_full_range",
    192,
    ((48, 1),),
    "reshaped_classifier_face_4",
    "reshaped_regressor_face_4",
)
# Neither network sees a face that fills the picture, as in clips already cropped to the face; a margin makes it
# look smaller.
_WITH_MARGIN = 0.5


def detect_faces(image: np.ndarray) -> list[Face]:
    """Return the faces of an RGB image, uint8 (H, W, 3), largest first; an empty list when there is none.

    Both networks look: the full-range one finds faces of 5 % to 60 % of the longer side, several of them better, and
    the short-range one from 13 %. When neither proposes any, the short-range one looks once more with a margin around
    the picture. A face counts when the mesh's presence exceeds MIN_PRESENCE. Landmarks come from a second mesh fit
    around the first, so that they equal those of tracking. Source: Bazarevsky et al., BlazeFace, 2019,
    arXiv:1907.05047; plain instead of blended non-maximum suppression, since the mesh refines the place anyway.
    """
    if image.ndim != 3 or image.shape[2] != 3 or image.dtype != np.uint8:
        raise ValueError(f"expected an RGB image, uint8 (H, W, 3), got {image.dtype} {image.shape}")
    proposals = _proposals(image, _FULL_RANGE) + _proposals(image, _SHORT_RANGE)
    faces = _confirmed(image, proposals or _proposals(image, _SHORT_RANGE, _WITH_MARGIN))
    return sorted(faces, key=lambda face: face.box[2] * face.box[3], reverse=True)


def _confirmed(image: np.ndarray, squares: list[Square]) -> list[Face]:
    """Return one face for each square in which the mesh sees one that no earlier square has given."""
    faces: list[Face] = []
    for square in squares:
        if any(_holds(face, square.centre) for face in faces):
            continue
        first = fit_mesh(image, square)
        if first.presence <= MIN_PRESENCE:
            continue
        again = mesh_square(first.landmarks)
        second = fit_mesh(image, again)
        if second.presence > MIN_PRESENCE and not any(_holds(face, again.centre) for face in faces):
            faces.append(second)
    return faces


def _holds(face: Face, point: tuple[float, float]) -> bool:
    """Return whether a point (x, y) lies in a face's box."""
    x, y, width, height = face.box
    return x < point[0] < x + width and y < point[1] < y + height


def _proposals(image: np.ndarray, detector: _Detector, fill: float = 1.0) -> list[Square]:
    """Return squares around possible faces, most likely first; the picture fills that part of the input."""
    blob, scale, padding = _letterboxed(image, detector.side, fill)
    outputs = run_face_net(detector.net, blob)
    logits = outputs[detector.scores].reshape(-1)
    likely = np.flatnonzero(logits > np.log(_MIN_SCORE / (1 - _MIN_SCORE)))
    # Box centre, box size, and six points of which the first two are the person's right and left eye.
    values = outputs[detector.boxes].reshape(-1, 8, 2)[likely]
    anchors = _anchors(detector.grids)[likely, np.newaxis] * detector.side
    sizes = values[:, 1] / scale
    points = (values[:, [0, 2, 3]] + anchors - padding) / scale - 0.5  # pixel edges to pixel centres
    boxes = np.column_stack([points[:, 0] - sizes / 2, sizes])
    kept = _suppressed(boxes, logits[likely])[:_MAX_PROPOSALS]
    return [detection_square(boxes[index], points[index, 1], points[index, 2]) for index in kept]


def _letterboxed(image: np.ndarray, side: int, fill: float) -> tuple[np.ndarray, float, np.ndarray]:
    """Return the image in a black square as a blob in -1..1, the scale used, and the padding (x, y) px."""
    height, width = image.shape[:2]
    scale = fill * side / max(height, width)
    small_size = max(1, round(width * scale)), max(1, round(height * scale))
    interpolation = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    small = cv2.resize(image, small_size, interpolation=interpolation)
    left, top = (side - small_size[0]) // 2, (side - small_size[1]) // 2
    canvas = np.zeros((side, side, 3), np.uint8)
    canvas[top : top + small_size[1], left : left + small_size[0]] = small
    blob = cv2.dnn.blobFromImage(canvas, scalefactor=1 / 127.5, mean=(127.5, 127.5, 127.5))
    return blob, scale, np.array([left, top])


@cache
def _anchors(grids: tuple[tuple[int, int], ...]) -> np.ndarray:
    """Return the anchor centres (N, 2) as fractions of the input side, row by row, cell by cell."""
    centres = []
    for cells, per_cell in grids:
        rows, columns = np.mgrid[:cells, :cells]
        cell_centres = (np.column_stack([columns.ravel(), rows.ravel()]) + 0.5) / cells
        centres.append(np.repeat(cell_centres, per_cell, axis=0))
    return np.concatenate(centres)


def _suppressed(boxes: np.ndarray, scores: np.ndarray) -> list[int]:
    """Return the indices of the best boxes (N, 4: x, y, width, height) that do not cover each other, best first."""
    low, high = boxes[:, :2], boxes[:, :2] + boxes[:, 2:]
    kept: list[int] = []
    for index in np.argsort(-scores, kind="stable"):
        common = np.clip(np.minimum(high[index], high[kept]) - np.maximum(low[index], low[kept]), 0, None)
        shared = common.prod(axis=1)
        union = boxes[index, 2:].prod() + boxes[kept, 2:].prod(axis=1) - shared
        if np.all(shared <= _MAX_OVERLAP * union):
            kept.append(int(index))
    return kept
