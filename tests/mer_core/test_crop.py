import json
from pathlib import Path

import cv2
import numpy as np
import pytest

import mer_core
from mer_core.crop import MAX_CROP, MIN_CROP, CropGeometry, CropTransform, Square, crop_around, cut_out, eye_centres
from mer_core.errors import FaceError

FACES = Path(mer_core.__file__).parent / "assets" / "faces"


@pytest.fixture(scope="module")
def landmarks() -> np.ndarray:
    return np.array(json.loads((FACES / "astronaut_landmarks.json").read_text())["landmarks"], np.float32)


def turned(points: np.ndarray, degrees: float, scale: float = 1.0, shift: tuple[float, float] = (0, 0)) -> np.ndarray:
    angle = np.radians(degrees)
    rotation = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    return scale * points @ rotation.T + np.array(shift)


def textured(height: int, width: int) -> np.ndarray:
    noise = np.random.default_rng(0).integers(0, 256, (height, width, 3), np.uint8)
    return cv2.GaussianBlur(noise, (0, 0), 3)


@pytest.mark.parametrize("degrees", [-70, -20, 0, 10, 45])
def test_the_eyes_are_level_centred_and_at_their_line(landmarks: np.ndarray, degrees: float) -> None:
    crop = crop_around(turned(landmarks, degrees, shift=(300, 200)))
    right, left = (
        crop.to_crop(eye[np.newaxis])[0] for eye in eye_centres(turned(landmarks, degrees, shift=(300, 200)))
    )
    assert right[1] == pytest.approx(left[1], abs=1e-6)
    assert (right + left) / 2 + 0.5 == pytest.approx([0.5 * crop.size, 0.28 * crop.size], abs=1e-6)
    assert left[0] - right[0] == pytest.approx(crop.size / 2.2, abs=1e-6)


def test_another_geometry_moves_the_eyes(landmarks: np.ndarray) -> None:
    crop = crop_around(landmarks, CropGeometry(side_in_eye_distances=3.0, eye_line=0.4))
    right, left = (crop.to_crop(eye[np.newaxis])[0] for eye in eye_centres(landmarks))
    assert (right + left) / 2 + 0.5 == pytest.approx([0.5 * crop.size, 0.4 * crop.size], abs=1e-6)
    assert left[0] - right[0] == pytest.approx(crop.size / 3.0, abs=1e-6)


@pytest.mark.parametrize(("scale", "size"), [(0.3, MIN_CROP), (5.0, MAX_CROP)])
def test_the_side_stays_within_its_limits(landmarks: np.ndarray, scale: float, size: int) -> None:
    assert crop_around(landmarks * scale).size == size


def test_between_the_limits_a_crop_has_the_frame_s_own_resolution(landmarks: np.ndarray) -> None:
    crop = crop_around(landmarks * 1.5)
    assert MIN_CROP < crop.size < MAX_CROP
    assert np.hypot(*crop.matrix[:, 0]) == pytest.approx(1, abs=0.5 / crop.size)


def test_points_return_from_the_crop_to_the_frame(landmarks: np.ndarray) -> None:
    crop = crop_around(turned(landmarks, 25, scale=2.2))
    points = np.random.default_rng(1).uniform(-100, 700, (50, 2))
    assert np.abs(crop.to_frame(crop.to_crop(points)) - points).max() < 1e-6


def test_a_pixel_lands_where_its_point_lands(landmarks: np.ndarray) -> None:
    frame = np.zeros((300, 300), np.uint8)
    cv2.circle(frame, (150, 120), 3, 255, -1)
    crop = crop_around(turned(landmarks, 12))
    rows, columns = np.indices((crop.size, crop.size))
    weights = crop.apply(frame).astype(float)
    seen = np.array([(weights * columns).sum(), (weights * rows).sum()]) / weights.sum()
    assert seen == pytest.approx(crop.to_crop(np.array([[150, 120]]))[0], abs=0.05)


@pytest.mark.parametrize("scale", [1.3, 2.0, 2.7, 4.4])
def test_a_pixel_lands_where_its_point_lands_when_shrunk(scale: float) -> None:
    frame = np.zeros((1003, 1001, 3), np.uint8)
    cv2.circle(frame, (620, 480), 12, (255, 255, 255), -1)
    matrix = Square((600.0, 500.0), 200 * scale, 0.3).matrix(200)
    rows, columns = np.indices((200, 200))
    weights = cut_out(frame, matrix, 200)[..., 1].astype(float)
    seen = np.array([(weights * columns).sum(), (weights * rows).sum()]) / weights.sum()
    assert seen == pytest.approx(CropTransform(matrix, 200).to_crop(np.array([[620, 480]]))[0], abs=0.05)


def test_shrinking_averages_fine_texture_away() -> None:
    noise = np.random.default_rng(0).integers(0, 256, (800, 800), np.uint8)  # standard deviation 74
    small = cut_out(noise, Square((400.0, 400.0), 700.0).matrix(100), 100)
    assert small.astype(float).std() < 1.2 * 74 / 7  # each pixel is the mean of 7 x 7


def test_a_resized_transform_agrees_with_a_resized_crop(landmarks: np.ndarray) -> None:
    frame = textured(400, 400)
    crop = crop_around(landmarks)
    double = crop.resized(2 * crop.size)
    assert double.size == 2 * crop.size
    by_image = cv2.resize(crop.apply(frame), (double.size, double.size), interpolation=cv2.INTER_LINEAR)
    inner = slice(10, -10)
    difference = np.abs(double.apply(frame).astype(float) - by_image)[inner, inner]
    assert difference.mean() < 1.0


def test_resizing_there_and_back_is_the_same_transform(landmarks: np.ndarray) -> None:
    crop = crop_around(landmarks)
    assert np.abs(crop.resized(28).resized(crop.size).matrix - crop.matrix).max() < 1e-9


@pytest.mark.parametrize("size", [64, 300])
def test_outside_the_frame_its_border_repeats(size: int) -> None:
    frame = np.full((200, 200, 3), 90, np.uint8)
    far = cut_out(frame, Square((0.0, 500.0), 250.0, 0.4).matrix(size), size)
    assert far.shape == (size, size, 3)
    assert (far == 90).all()


def test_a_frame_without_a_face_gives_no_crop() -> None:
    with pytest.raises(FaceError, match="choose a frame with a face"):
        crop_around(np.full((468, 2), np.nan, np.float32))
