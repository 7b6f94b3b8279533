from dataclasses import replace

import cv2
import numpy as np
import pytest

from mer_core.clips import Clip
from mer_core.crop import crop_around
from mer_core.interval import Interval
from mer_core.preview import MAX_PICTURES, kept_frames, make_preview


def decoded(file):
    return cv2.imdecode(np.frombuffer(file, np.uint8), cv2.IMREAD_COLOR)[..., ::-1]


@pytest.fixture(scope="module")
def preview(prepared_sample):
    return make_preview(prepared_sample)


def test_a_short_clip_keeps_every_frame(preview, prepared_sample):
    assert preview.frames == tuple(range(prepared_sample.clip.num_frames))
    assert len(preview.pictures) == len(preview.frames)


def test_a_small_face_is_shown_at_its_own_resolution_and_nothing_is_said_to_be_missing(preview):
    assert preview.scale == 1
    assert preview.reduction is None


def test_every_picture_shows_its_frame(preview, prepared_sample):
    left, top = preview.origin
    width, height = preview.size
    for frame in (0, 25, 71):
        part = prepared_sample.clip.frames[frame, top : top + height, left : left + width]
        difference = np.abs(decoded(preview.pictures[frame]).astype(int) - part)
        assert difference.mean() < 3


def test_a_picture_drawn_through_its_matrix_is_the_crop_of_the_analysis(preview, prepared_sample):
    crop = crop_around(prepared_sample.track.landmarks[11])
    unit = preview.to_unit_crop(crop)
    # A screen measures from a pixel's corner, OpenCV from its centre.
    matrix = unit * crop.size
    matrix[:, 2] += matrix[:, :2] @ (0.5, 0.5) - 0.5
    drawn = cv2.warpAffine(decoded(preview.pictures[30]), matrix, (crop.size, crop.size), flags=cv2.INTER_LINEAR)
    expected = crop.apply(prepared_sample.clip.frames[30])
    inner = slice(4, -4)
    difference = np.abs(drawn[inner, inner].astype(int) - expected[inner, inner])
    assert difference.mean() < 3


def test_the_crop_of_every_frame_lies_within_the_pictures(preview, prepared_sample):
    for landmarks in prepared_sample.track.landmarks[::10]:
        crop = crop_around(landmarks)
        corners = crop.to_frame(np.array([[0, 0], [1, 1]]) * (crop.size - 1.0))
        assert (corners >= np.array(preview.origin) - 1).all()
        assert (corners <= np.array(preview.origin) + preview.size).all()


def test_a_large_face_is_reduced_and_that_is_said(prepared_sample):
    clip, factor = prepared_sample.clip, 4
    frames = np.stack([cv2.resize(frame, None, fx=factor, fy=factor) for frame in clip.frames[:3]])
    landmarks = prepared_sample.track.landmarks[:3] * factor
    track = replace(prepared_sample.track, landmarks=landmarks, crop=crop_around(landmarks[0]))
    large = Clip(frames, clip.timestamps_ms[:3], "large", "")
    preview = make_preview(replace(prepared_sample, clip=large, track=track, candidates=(Interval(0, 1, 2),)))
    assert preview.scale < 0.7
    assert max(preview.size) < 520
    assert "% of the recording's size" in preview.reduction


def test_a_long_clip_is_thinned_out_but_not_around_its_movements():
    movements = (Interval(3000, 3030, 3060), Interval(5900, 5950, 5999))
    kept = kept_frames(6000, movements)
    assert len(kept) <= MAX_PICTURES
    assert kept == sorted(set(kept))
    assert (kept[0], kept[-1]) == (0, 5999)
    assert set(range(2950, 3110)) <= set(kept)
    assert set(range(5850, 6000)) <= set(kept)
    assert np.diff(kept).max() <= 11


def test_more_movement_than_room_never_exceeds_the_limit():
    movements = tuple(Interval(start, start + 200, start + 400) for start in range(0, 5000, 400))
    assert len(kept_frames(6000, movements)) <= MAX_PICTURES


def test_progress_reaches_its_end(prepared_sample):
    shares = []
    make_preview(prepared_sample, progress=shares.append)
    assert shares[-1] == 1
    assert shares == sorted(shares)


def test_without_movements_the_frames_of_a_long_clip_are_left_out_evenly():
    steps = np.diff(kept_frames(6000, (), most=600))
    assert len(steps) == 599
    assert set(steps.tolist()) <= {10, 11}


def test_an_even_preview_says_so_and_does_not_hang_on_what_was_proposed(prepared_sample, monkeypatch):
    monkeypatch.setattr("mer_core.preview._KEPT_AROUND", 5)
    monkeypatch.setattr("mer_core.preview.kept_frames", lambda *given: kept_frames(*given, most=30))
    early = replace(prepared_sample, candidates=(Interval(2, 5, 9),))
    late = replace(prepared_sample, candidates=(Interval(50, 60, 70),))
    one, other = (make_preview(prepared, is_even=True) for prepared in (early, late))
    assert one.frames == other.frames
    assert "30 of 72 frames, evenly spread" in one.reduction
    assert make_preview(early).frames != make_preview(late).frames
