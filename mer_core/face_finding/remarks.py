"""What a user should know about a clip's faces, in plain sentences."""

from collections.abc import Iterable

import numpy as np

from mer_core.crop import CropTransform, eye_centres

# Below this the landmarks' jitter is as large as a micro-expression.
SMALL_FACE = 100
# Degrees; beyond it one half of the face is mostly hidden.
LARGE_YAW = 30
# In eye distances: the crop stays where the reference frame put it, and a face further away is partly outside.
_FAR_FROM_CROP = 0.5
_MAX_RANGES = 6
# How far the nose tip stands out before the ears' plane, in half face widths; ties the mesh's asymmetry to degrees.
_NOSE_DEPTH = 1.2
_NOSE_TIP, _RIGHT_SIDE, _LEFT_SIDE = 1, 234, 454


def frame_ranges(frames: Iterable[int]) -> str:
    """Return frame numbers as compact text.

    >>> frame_ranges([0, 1, 2, 5])
    '0-2, 5'
    """
    ranges: list[list[int]] = []
    for frame in sorted(set(frames)):
        if ranges and frame == ranges[-1][1] + 1:
            ranges[-1][1] = frame
        else:
            ranges.append([frame, frame])
    return ", ".join(str(low) if low == high else f"{low}-{high}" for low, high in ranges)


def in_frames(frames: Iterable[int]) -> str:
    """Return "frame 3" or "frames 0-2, 5", shortened where a face comes and goes many times."""
    text = frame_ranges(frames)
    if text.isdigit():
        return f"frame {text}"
    ranges = text.split(", ")
    if len(ranges) > _MAX_RANGES:
        text = ", ".join(ranges[:_MAX_RANGES]) + f" and {len(ranges) - _MAX_RANGES} more stretches"
    return f"frames {text}"


def yaw_degrees(landmarks: np.ndarray) -> np.ndarray:
    """Return how far faces (..., 468, 2) are turned, in degrees (...,), positive towards the picture's right.

    A rough estimate (within about 5 degrees) from how near the nose tip lies to either side of the face.
    """
    across = landmarks[..., _LEFT_SIDE, :] - landmarks[..., _RIGHT_SIDE, :]
    to_nose = landmarks[..., _NOSE_TIP, :] - landmarks[..., _RIGHT_SIDE, :]
    position = (across * to_nose).sum(axis=-1) / (across**2).sum(axis=-1)
    return np.degrees(np.arctan((2 * position - 1) / _NOSE_DEPTH))


def face_warnings(landmarks: np.ndarray, reference: int, crop: CropTransform, shape: tuple[int, int]) -> list[str]:
    """Return warnings on a tracked face: small, cut by the picture's edge, turned away, out of its crop.

    `landmarks` are (T, 468, 2) px with NaN where there is no face, `shape` the frames' (height, width) px.
    """
    tracked = np.flatnonzero(~np.isnan(landmarks[:, 0, 0]))
    faces = landmarks[tracked]
    width = float(np.ptp(faces[tracked == reference][0, :, 0]))
    sentences = []
    if width < SMALL_FACE:
        sentences.append(
            f"The face is {width:.0f} px wide; below about {SMALL_FACE} px micro-expressions are hard to tell from "
            "noise, so film closer or in a higher resolution."
        )
    for found, text in (
        (_cut_by_edge(faces, shape), "The face is cut by the picture's edge in {}."),
        (
            np.abs(yaw_degrees(faces)) > LARGE_YAW,
            "The face is turned far to the side in {}; the far half is unreliable.",
        ),
        (
            _far_from_crop(faces, crop, reference, tracked),
            "The face leaves its place in the crop in {}; motion there is unreliable.",
        ),
    ):
        if found.any():
            sentences.append(text.format(in_frames(tracked[found].tolist())))
    return sentences


def _cut_by_edge(faces: np.ndarray, shape: tuple[int, int]) -> np.ndarray:
    """Return which faces (N, 468, 2) reach beyond the picture by more than a fiftieth of their width."""
    low, high = faces.min(axis=1), faces.max(axis=1)
    slack = (high[:, :1] - low[:, :1]) / 50
    last_pixel = np.array([shape[1] - 1, shape[0] - 1])
    return ((low < -slack) | (high > last_pixel + slack)).any(axis=1)


def _far_from_crop(faces: np.ndarray, crop: CropTransform, reference: int, tracked: np.ndarray) -> np.ndarray:
    """Return which faces (N, 468, 2) have moved far from where they were in the reference frame."""
    eyes = np.array([eye_centres(crop.to_crop(face)) for face in faces])
    distance = np.linalg.norm(np.diff(eyes[tracked == reference][0], axis=0))
    middle = eyes.mean(axis=1)
    shift = np.linalg.norm(middle - middle[tracked == reference], axis=1)
    return shift > _FAR_FROM_CROP * distance
