import json
from pathlib import Path

import numpy as np
import pytest

import mer_core
from mer_core.crop import crop_around
from mer_core.face_finding.remarks import face_warnings, frame_ranges, in_frames, yaw_degrees

FACES = Path(mer_core.__file__).parent / "assets" / "faces"


@pytest.fixture(scope="module")
def landmarks() -> np.ndarray:
    """The portrait's landmarks, twice as large: a face about 190 px wide around (332, 246)."""
    return 2 * np.array(json.loads((FACES / "astronaut_landmarks.json").read_text())["landmarks"], np.float32)


def warned(landmarks: np.ndarray, reference: int = 0, shape: tuple[int, int] = (480, 640)) -> list[str]:
    return face_warnings(landmarks, reference, crop_around(landmarks[reference]), shape)


@pytest.mark.parametrize(
    ("frames", "text"),
    [([], ""), ([7], "7"), ([0, 1, 2, 5], "0-2, 5"), ([9, 3, 4, 3], "3-4, 9"), (range(72), "0-71")],
)
def test_frame_ranges_are_compact(frames: list[int], text: str) -> None:
    assert frame_ranges(frames) == text


def test_one_frame_is_singular() -> None:
    assert in_frames([4]) == "frame 4"
    assert in_frames([4, 5]) == "frames 4-5"


def test_many_stretches_are_cut_short() -> None:
    assert in_frames(range(0, 20, 2)) == "frames 0, 2, 4, 6, 8, 10 and 4 more stretches"


def test_a_good_face_needs_no_warning(landmarks: np.ndarray) -> None:
    assert warned(np.stack([landmarks, landmarks + 2])) == []


def test_a_small_face_is_told_with_its_width(landmarks: np.ndarray) -> None:
    small = landmarks * 64 / np.ptp(landmarks[:, 0])
    (sentence,) = warned(np.stack([small, small]))
    assert sentence.startswith("The face is 64 px wide; below about 100 px")


def test_a_face_at_the_edge_is_told_with_its_frames(landmarks: np.ndarray) -> None:
    low, high = landmarks.min(axis=0), landmarks.max(axis=0)
    frames = np.stack([landmarks, landmarks - (low[0] + 20, 0), landmarks + (0, 500 - high[1])])
    assert "The face is cut by the picture's edge in frames 1-2." in warned(frames)


def test_a_face_that_moves_away_from_its_crop_is_told(landmarks: np.ndarray) -> None:
    absent = np.full_like(landmarks, np.nan)
    (sentence,) = warned(np.stack([landmarks, absent, landmarks + (50, 0), landmarks]), reference=3)
    assert sentence.startswith("The face leaves its place in the crop in frame 2;")


def test_a_face_turned_to_the_side_is_told(landmarks: np.ndarray) -> None:
    turned = landmarks.copy()
    turned[1] = 0.9 * landmarks[454] + 0.1 * landmarks[234]
    assert warned(np.stack([landmarks, turned])) == [
        "The face is turned far to the side in frame 1; the far half is unreliable."
    ]


def test_yaw_is_zero_from_the_front_and_has_the_sign_of_the_turn() -> None:
    front = np.zeros((468, 2))
    front[454], front[1] = (100, 0), (50, 20)
    assert yaw_degrees(front) == pytest.approx(0)
    front[1, 0] = 80
    assert 20 < yaw_degrees(front) < 35
    front[1, 0] = 20
    assert -35 < yaw_degrees(front) < -20
