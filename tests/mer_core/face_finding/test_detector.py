from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import cv2
import numpy as np
import pytest

import mer_core
from mer_core.crop import eye_centres
from mer_core.face_finding.detector import detect_faces
from mer_core.face_finding.mesh import Face

PORTRAIT = Path(mer_core.__file__).parent / "assets" / "faces" / "astronaut.png"
MOUTH_CORNERS, NOSE_TIP, CHIN = [61, 291], 1, 152


@pytest.fixture(scope="module")
def portrait() -> np.ndarray:
    return cv2.cvtColor(cv2.imread(str(PORTRAIT)), cv2.COLOR_BGR2RGB)


@pytest.fixture(scope="module")
def face(portrait: np.ndarray) -> Face:
    (found,) = detect_faces(portrait)
    return found


def placed(portrait: np.ndarray, matrix: np.ndarray, width: int = 640, height: int = 480) -> np.ndarray:
    """The portrait moved by an affine matrix onto a plain picture."""
    return cv2.warpAffine(
        portrait, matrix, (width, height), flags=cv2.INTER_AREA, borderMode=cv2.BORDER_CONSTANT, borderValue=(120,) * 3
    )


def moved(face: Face, matrix: np.ndarray) -> np.ndarray:
    return face.landmarks @ matrix[:, :2].T + matrix[:, 2]


def test_the_portrait_has_one_face_in_the_right_place(face: Face) -> None:
    assert face.presence > 0.9
    assert face.landmarks.shape == (468, 2)
    assert face.landmarks.dtype == np.float32
    x, y, width, height = face.box
    assert 85 < width < 105
    assert 95 < height < 120
    assert abs(x + width / 2 - 166) < 5
    assert abs(y + height / 2 - 123) < 5


def test_the_landmarks_lie_as_in_a_face(face: Face) -> None:
    right_eye, left_eye = eye_centres(face.landmarks)
    mouth = face.landmarks[MOUTH_CORNERS].mean(axis=0)
    assert right_eye[0] < face.landmarks[NOSE_TIP, 0] < left_eye[0]  # the person's right is the picture's left
    assert max(right_eye[1], left_eye[1]) < face.landmarks[NOSE_TIP, 1] < mouth[1] < face.landmarks[CHIN, 1]
    low, extent = np.array(face.box[:2]), np.array(face.box[2:])
    assert (face.landmarks >= low - 1e-3).all()
    assert (face.landmarks <= low + extent + 1e-3).all()


def test_detection_repeats_exactly(portrait: np.ndarray, face: Face) -> None:
    (again,) = detect_faces(portrait)
    assert np.array_equal(again.landmarks, face.landmarks)
    assert again.presence == face.presence


def test_four_threads_find_the_same_face(portrait: np.ndarray, face: Face) -> None:
    with ThreadPoolExecutor(4) as pool:
        results = list(pool.map(detect_faces, [portrait] * 8))
    assert all(np.array_equal(found[0].landmarks, face.landmarks) for found in results)


@pytest.mark.parametrize("degrees", [-30, 30])
def test_a_turned_head_is_found(portrait: np.ndarray, face: Face, degrees: float) -> None:
    matrix = cv2.getRotationMatrix2D((166, 123), degrees, 1.5) + np.array([[0, 0, 150], [0, 0, 120]])
    (found,) = detect_faces(placed(portrait, matrix))
    assert np.abs(found.landmarks - moved(face, matrix)).mean() < 2


@pytest.mark.parametrize("width", [40, 64, 150, 400])
def test_faces_from_small_to_large_are_found(portrait: np.ndarray, face: Face, width: int) -> None:
    scale = width / face.box[2]
    matrix = np.array([[scale, 0, 320 - 166 * scale], [0, scale, 240 - 123 * scale]])
    (found,) = detect_faces(placed(portrait, matrix))
    assert np.abs(found.landmarks - moved(face, matrix)).mean() < 0.02 * width


def test_a_face_that_fills_the_picture_is_found(portrait: np.ndarray, face: Face) -> None:
    x, y, width, height = (round(value) for value in face.box)
    (found,) = detect_faces(np.ascontiguousarray(portrait[y : y + height, x : x + width]))
    assert np.abs(found.landmarks + (x, y) - face.landmarks).mean() < 3


def test_a_shifted_picture_shifts_the_landmarks(portrait: np.ndarray, face: Face) -> None:
    for shift in ((37, 0), (150, 90), (-13, 21)):
        matrix = np.array([[1.0, 0, shift[0]], [0, 1, shift[1]]])
        (found,) = detect_faces(placed(portrait, matrix))
        assert np.abs(found.landmarks - moved(face, matrix)).mean() < 1


def test_two_people_are_two_faces_largest_first(portrait: np.ndarray) -> None:
    large = cv2.resize(portrait, None, fx=1.4, fy=1.4)
    small = cv2.copyMakeBorder(portrait, 0, len(large) - len(portrait), 0, 0, cv2.BORDER_REPLICATE)
    faces = detect_faces(np.hstack([small, large]))
    assert [found.box[0] > 336 for found in faces] == [True, False]
    assert faces[0].box[2] == pytest.approx(1.4 * faces[1].box[2], rel=0.05)


@pytest.mark.parametrize("size", [(480, 640), (1, 1), (3, 700)])
def test_a_picture_without_a_face_gives_none(size: tuple[int, int]) -> None:
    assert detect_faces(np.zeros((*size, 3), np.uint8)) == []


def test_round_objects_are_not_faces() -> None:
    image = np.full((480, 640, 3), 200, np.uint8)
    cv2.circle(image, (320, 240), 110, (190, 150, 130), -1)
    cv2.circle(image, (285, 210), 14, (40, 30, 30), -1)
    cv2.circle(image, (355, 210), 14, (40, 30, 30), -1)
    assert detect_faces(cv2.GaussianBlur(image, (0, 0), 2)) == []


@pytest.mark.parametrize("image", [np.zeros((8, 8), np.uint8), np.zeros((8, 8, 3), np.float32)])
def test_only_rgb_bytes_are_accepted(image: np.ndarray) -> None:
    with pytest.raises(ValueError, match="expected an RGB image"):
        detect_faces(image)
