"""Faces with their 468 landmarks: the mesh network run on an upright square around a face."""

from dataclasses import dataclass

import cv2
import numpy as np

from mer_core.crop import Square, cut_out, eye_centres, invert_similarity, transform_points
from mer_core.face_finding.nets import run_face_net

NUM_LANDMARKS = 468
_NET, _SIDE = "face_landmark", 192
_LANDMARKS, _PRESENCE = "conv2d_21", "conv2d_31"
# The network was trained on squares this much larger than the face.
_MARGIN = 1.5


@dataclass(frozen=True, eq=False)
class Face:
    """A face in one frame.

    `box` is (x, y, width, height) px around the landmarks, `landmarks` float32 (468, 2) px in the order of the
    canonical face mesh, `presence` the network's confidence, 0 to 1, that the square held a face.
    """

    box: tuple[float, float, float, float]
    landmarks: np.ndarray
    presence: float


def fit_mesh(image: np.ndarray, square: Square) -> Face:
    """Return the face that the mesh network sees in a square of an RGB frame; check its `presence` before use.

    The network always draws a mesh, also where there is no face. Source: Kartynnik et al., Real-time Facial Surface
    Geometry from Monocular Video on Mobile GPUs, 2019, arXiv:1907.06724; its depth output is not used.
    """
    matrix = square.matrix(_SIDE)
    patch = cut_out(image, matrix, _SIDE)
    outputs = run_face_net(_NET, cv2.dnn.blobFromImage(patch, scalefactor=1 / 255))
    on_patch = outputs[_LANDMARKS].reshape(NUM_LANDMARKS, 3)[:, :2] - 0.5  # pixel edges to pixel centres
    landmarks = transform_points(invert_similarity(matrix), on_patch).astype(np.float32)
    presence = 1 / (1 + np.exp(-float(outputs[_PRESENCE].item())))
    return Face(landmark_box(landmarks), landmarks, float(presence))


def landmark_box(landmarks: np.ndarray) -> tuple[float, float, float, float]:
    """Return the box (x, y, width, height) px around landmarks (N, 2)."""
    (left, top), (right, bottom) = landmarks.min(axis=0), landmarks.max(axis=0)
    return float(left), float(top), float(right - left), float(bottom - top)


def mesh_square(landmarks: np.ndarray) -> Square:
    """Return the square that the mesh network expects around a face whose landmarks (468, 2) are known."""
    right, left = eye_centres(landmarks)
    angle = float(np.arctan2(left[1] - right[1], left[0] - right[0]))
    upright = Square((0.0, 0.0), 1.0, angle).matrix(1)
    x, y, width, height = landmark_box(transform_points(upright, landmarks))
    centre = transform_points(invert_similarity(upright), np.array([[x + width / 2, y + height / 2]]))[0]
    return Square((centre[0], centre[1]), _MARGIN * max(width, height), angle)


def detection_square(box: np.ndarray, right_eye: np.ndarray, left_eye: np.ndarray) -> Square:
    """Return the square for a detector's box (x, y, width, height) px and its two eye points."""
    angle = float(np.arctan2(left_eye[1] - right_eye[1], left_eye[0] - right_eye[0]))
    x, y, width, height = (float(value) for value in box)
    return Square((x + width / 2, y + height / 2), _MARGIN * max(width, height), angle)
