from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest

import mer_core
from mer_core.clips import Clip
from mer_core.errors import FaceError
from mer_core.face_finding import tracking
from mer_core.faces import CropGeometry, detect_faces, track_face

PORTRAIT = Path(mer_core.__file__).parent / "assets" / "faces" / "astronaut.png"
BLACK = np.zeros((320, 520, 3), np.uint8)


@pytest.fixture(scope="module")
def portrait() -> np.ndarray:
    """The portrait enlarged to a face 121 px wide; 437 x 255 px."""
    return cv2.resize(cv2.cvtColor(cv2.imread(str(PORTRAIT)), cv2.COLOR_BGR2RGB), None, fx=1.3, fy=1.3)


def pasted(portrait: np.ndarray, *places: tuple[int, int]) -> np.ndarray:
    """A frame with the portrait's face at each place (x, y), the upper left corner of a square of 180 px."""
    frame = np.full_like(BLACK, 110)
    for x, y in places:
        frame[y : y + 180, x : x + 180] = portrait[75:255, 126:306]
    return frame


def clip_of(*frames: np.ndarray) -> Clip:
    return Clip(np.stack(frames), None, "test.avi", "0" * 64)


def test_a_moving_face_is_followed(portrait: np.ndarray) -> None:
    shifts = [(20 + 6 * index, 40 + 3 * index) for index in range(12)]
    track = track_face(clip_of(*(pasted(portrait, shift) for shift in shifts)))
    assert track.reference == 0
    assert track.frames_without == track.frames_several == ()
    assert track.landmarks.shape == (12, 468, 2)
    assert track.landmarks.dtype == np.float32
    still = track.landmarks - np.array(shifts, np.float32)[:, np.newaxis]
    assert np.abs(still - still[0]).mean(axis=(1, 2)).max() < 1


def test_crop_and_box_come_from_the_reference_frame(portrait: np.ndarray) -> None:
    clip = clip_of(*(pasted(portrait, (20 + 4 * index, 40)) for index in range(8)))
    first, last = track_face(clip), track_face(clip, reference=7)
    assert last.reference == 7
    assert last.box[0] - first.box[0] == pytest.approx(28, abs=1)
    crops = [track.crop.resized(64).apply(clip.frames[track.reference]).astype(int) for track in (first, last)]
    assert np.abs(crops[0] - crops[1]).mean() < 6


def test_another_geometry_gives_another_crop(portrait: np.ndarray) -> None:
    clip = clip_of(pasted(portrait, (20, 40)), pasted(portrait, (20, 40)))
    wide = track_face(clip, geometry=CropGeometry(side_in_eye_distances=3.3))
    assert wide.crop.size == pytest.approx(1.5 * track_face(clip).crop.size, abs=1)


def test_frames_without_a_face_are_exactly_those(portrait: np.ndarray) -> None:
    frame = pasted(portrait, (100, 60))
    without = (3, 4, 5, 9)
    track = track_face(clip_of(*(BLACK if index in without else frame for index in range(11))))
    assert track.frames_without == without
    assert tuple(np.flatnonzero(np.isnan(track.landmarks).all(axis=(1, 2)))) == without
    assert not np.isnan(np.delete(track.landmarks, without, axis=0)).any()
    assert "No face in frames 3-5, 9 (of 11)." in track.warnings


def test_in_a_long_clip_a_lost_face_is_found_again_at_the_frame_of_its_return(
    portrait: np.ndarray, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tracking, "_MAX_SEARCHED", 10)  # searches every fourth frame of 40
    frame = pasted(portrait, (100, 60))
    for gap in (range(10, 21), range(15, 16), range(33, 40)):
        track = track_face(clip_of(*(BLACK if index in gap else frame for index in range(40))))
        assert track.frames_without == tuple(gap)


@pytest.fixture
def thinned(monkeypatch: pytest.MonkeyPatch) -> Callable[..., Clip]:
    """Makes clips of 200 fps that count as long: the mesh is fitted to every fourth frame."""
    monkeypatch.setattr(tracking, "_EVERY_FRAME", 10)
    return lambda *frames: replace(clip_of(*frames), timestamps_ms=np.arange(len(frames)) * 5.0)


@pytest.mark.parametrize("reference", [0, 6])
def test_in_a_very_long_clip_faces_between_fitted_frames_move_on_evenly(
    portrait: np.ndarray, thinned: Callable[..., Clip], reference: int
) -> None:
    shifts = [(20 + 3 * index, 40 + index) for index in range(23)]
    shares: list[float] = []
    track = track_face(thinned(*(pasted(portrait, shift) for shift in shifts)), reference, progress=shares.append)
    assert shares == sorted(shares)
    assert shares[-1] == 1
    assert track.reference == reference
    assert track.frames_without == ()
    still = track.landmarks - np.array(shifts, np.float32)[:, np.newaxis]
    assert np.abs(still - still[reference]).mean(axis=(1, 2)).max() < 1
    between = track.landmarks[reference : reference + 5]
    assert np.allclose(between[1] - between[0], (between[4] - between[0]) / 4, atol=1e-4)


def test_in_a_very_long_clip_a_gap_ends_at_its_very_frames(portrait: np.ndarray, thinned: Callable[..., Clip]) -> None:
    frame = pasted(portrait, (100, 60))
    for gap in (range(7, 14), range(3), range(18, 23), range(8, 9)):
        track = track_face(thinned(*(BLACK if index in gap else frame for index in range(23))))
        assert track.frames_without == tuple(gap)


def test_in_a_very_long_clip_no_face_lies_between_the_places_of_a_jump(
    portrait: np.ndarray, thinned: Callable[..., Clip]
) -> None:
    before, after = pasted(portrait, (20, 40)), pasted(portrait, (320, 60))
    track = track_face(thinned(*[before] * 10, *[after] * 11))
    assert track.frames_without == ()
    left = track.landmarks[:, :, 0].mean(axis=1)
    assert np.ptp(left[:10]) < 2
    assert np.ptp(left[10:]) < 2
    assert left[10] - left[9] == pytest.approx(300, abs=3)


def test_a_reference_frame_without_a_face_is_replaced_by_the_nearest_one(portrait: np.ndarray) -> None:
    frame = pasted(portrait, (100, 60))
    track = track_face(clip_of(frame, BLACK, BLACK, BLACK, frame, frame), reference=3)
    assert track.reference == 4
    assert "No face in the reference frame 3; the crop comes from frame 4 instead." in track.warnings


def test_the_largest_face_is_followed_and_the_others_are_told(portrait: np.ndarray) -> None:
    crowd = pasted(portrait, (10, 60))
    crowd[100:226, 340:466] = cv2.resize(portrait[75:255, 126:306], (126, 126))
    track = track_face(clip_of(*[crowd] * 5))
    assert track.frames_several == (0, 1, 2, 3, 4)
    assert track.box[0] < 200
    assert "Several faces in frames 0-4; the largest of frame 0 is followed." in track.warnings


def test_a_second_face_is_told_from_the_frame_in_which_it_appears(portrait: np.ndarray) -> None:
    one, two = pasted(portrait, (10, 60)), pasted(portrait, (10, 60), (320, 60))
    assert track_face(clip_of(*[one] * 17, *[two] * 8)).frames_several == tuple(range(17, 25))


def test_the_same_face_is_kept_when_another_one_appears_during_its_absence(portrait: np.ndarray) -> None:
    alone, other = pasted(portrait, (10, 60)), pasted(portrait, (10, 60), (320, 60))
    track = track_face(clip_of(alone, BLACK, other, other))
    assert track.frames_without == (1,)
    assert (track.landmarks[[0, 2, 3], :, 0] < 250).all()


def test_a_face_that_jumps_is_found_again(portrait: np.ndarray) -> None:
    track = track_face(clip_of(pasted(portrait, (10, 60)), pasted(portrait, (320, 100)), pasted(portrait, (320, 100))))
    assert track.frames_without == ()
    jump = track.landmarks[1] - track.landmarks[0]
    assert np.abs(jump - (310, 40)).mean() < 2
    assert any("leaves its place in the crop in frames 1-2" in sentence for sentence in track.warnings)


def test_a_clip_without_a_face_is_refused_in_one_sentence() -> None:
    with pytest.raises(FaceError, match=r"^No face in any of the 3 frames of test\.avi; [^.]+\.$"):
        track_face(clip_of(BLACK, BLACK, BLACK))


@pytest.mark.parametrize("reference", [-1, 2])
def test_a_reference_outside_the_clip_is_refused(reference: int) -> None:
    with pytest.raises(ValueError, match="reference must be a frame of the clip"):
        track_face(clip_of(BLACK, BLACK), reference)


def test_progress_rises_to_one(portrait: np.ndarray) -> None:
    frame, done = pasted(portrait, (100, 60)), list[float]()
    track_face(clip_of(frame, BLACK, frame, frame), reference=2, progress=done.append)
    assert done == [0.25, 0.5, 0.75, 1.0]


def test_tracking_repeats_exactly_in_four_threads(portrait: np.ndarray) -> None:
    clip = clip_of(*(pasted(portrait, (20 + 5 * index, 40)) for index in range(5)))
    alone = track_face(clip)
    with ThreadPoolExecutor(4) as pool:
        for track in pool.map(track_face, [clip] * 4):
            assert np.array_equal(track.landmarks, alone.landmarks)
            assert np.array_equal(track.crop.matrix, alone.crop.matrix)


def test_tracking_and_detection_agree(portrait: np.ndarray) -> None:
    clip = clip_of(*(pasted(portrait, (20 + 5 * index, 40)) for index in range(5)))
    (face,) = detect_faces(clip.frames[4])
    assert np.abs(track_face(clip).landmarks[4] - face.landmarks).mean() < 1
