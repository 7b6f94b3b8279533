from itertools import pairwise

import numpy as np
import pytest

from mer_core.face_finding.mesh import Face
from mer_core.face_finding.tracking import frames_with_several_faces, mesh_stride, search_stride


class Scene:
    """Frames of which some show two faces, counting how often it is looked at."""

    def __init__(self, *crowded: range) -> None:
        self.crowded = {index for frames in crowded for index in frames}
        self.looked_at: list[int] = []

    def faces_in(self, index: int) -> list[Face]:
        self.looked_at.append(index)
        face = Face((0, 0, 1, 1), np.zeros((468, 2), np.float32), 1.0)
        return [face] * (2 if index in self.crowded else 1)


@pytest.mark.parametrize("crowded", [range(0), range(100), range(37, 100), range(52), range(13, 78), range(99, 100)])
def test_someone_who_stays_for_a_while_is_seen_in_exactly_those_frames(crowded: range) -> None:
    assert frames_with_several_faces(100, Scene(crowded).faces_in) == tuple(crowded)


def test_few_frames_are_looked_at() -> None:
    scene = Scene(range(600, 2000))
    frames_with_several_faces(2000, scene.faces_in)
    assert len(scene.looked_at) == len(set(scene.looked_at)) < 20


@pytest.mark.parametrize("num_frames", [2, 3, 5, 6])
def test_a_short_clip_is_looked_at_whole(num_frames: int) -> None:
    for crowded in (range(num_frames), range(1, 2)):
        assert frames_with_several_faces(num_frames, Scene(crowded).faces_in) == tuple(crowded)


def test_short_clips_are_searched_in_every_frame_and_long_ones_in_no_more() -> None:
    assert search_stride(2) == search_stride(200) == 1
    assert all(number / search_stride(number) <= 200 for number in range(2, 3000))
    assert all(search_stride(one) <= search_stride(next_one) for one, next_one in pairwise(range(2, 3000)))


def test_the_mesh_is_fitted_to_every_frame_of_up_to_2000_and_once_in_20_ms_of_longer_clips() -> None:
    assert mesh_stride(np.arange(2000) * 5.0, 2000) == 1
    for fps, stride in ((200, 4), (240, 4), (120, 2), (100, 2), (60, 1), (30, 1)):
        assert mesh_stride(np.arange(2001) * (1000 / fps), 2001) == stride
    assert mesh_stride(None, 6000) == 1
