import cv2
import numpy as np
import pytest

from mer_core.faces import detect_faces
from mer_core.synthesis.face import face_picture, rest_landmarks


def frame_of(size):
    picture, matrix = face_picture(size)
    frame = cv2.warpAffine(picture, matrix, size, flags=cv2.INTER_CUBIC | cv2.WARP_INVERSE_MAP)
    return np.clip(frame, 0, 255).astype(np.uint8)


@pytest.mark.parametrize("size", [(640, 360), (320, 180), (300, 360)])
def test_the_stored_landmarks_lie_where_the_face_mesh_finds_them(size):
    (face,) = detect_faces(frame_of(size))
    off = np.linalg.norm(face.landmarks - rest_landmarks(size), axis=1) / size[1]
    assert off.mean() < 0.005
    assert face.presence > 0.9


def test_the_face_is_large_and_whole_in_the_frame():
    points = rest_landmarks((640, 360))
    assert points.shape == (468, 2)
    assert np.ptp(points[:, 1]) > 200
    assert points.min() > 100
    assert points[:, 1].max() < 350


def test_the_same_scene_appears_at_every_size():
    large, small = frame_of((640, 360)), frame_of((320, 180))
    shrunk = cv2.resize(large, (320, 180), interpolation=cv2.INTER_AREA)
    assert np.abs(shrunk.astype(float) - small).mean() < 3


def test_the_picture_reaches_beyond_the_frame_so_that_the_head_can_move():
    picture, matrix = face_picture((640, 360))
    left_top = matrix @ (0, 0, 1)
    right_bottom = matrix @ (639, 359, 1)
    assert (left_top > 20).all()
    assert (right_bottom < np.array(picture.shape[1::-1]) - 20).all()


def test_the_shared_landmarks_cannot_be_changed_by_accident():
    with pytest.raises(ValueError, match="read-only"):
        rest_landmarks((640, 360))[0] = 0
