from dataclasses import replace

import numpy as np

from mer_core.quality import recording_quality


def fact(prepared, name):
    return next(fact for fact in recording_quality(prepared) if fact.name == name)


def at_rate(prepared, fps):
    clip = prepared.clip
    times = None if fps is None else np.arange(clip.num_frames) * 1000 / fps
    return replace(prepared, clip=replace(clip, timestamps_ms=times))


def test_a_good_recording_has_nothing_to_complain_about(prepared_sample):
    assert all(fact.is_good for fact in recording_quality(prepared_sample))


def test_a_slow_camera_is_told_with_its_consequence(prepared_sample):
    found = fact(at_rate(prepared_sample, 30), "frame rate")
    assert not found.is_good
    assert found.consequence == "30 fps: a 100 ms movement covers 3 frames."
    assert fact(at_rate(prepared_sample, 10), "frame rate").consequence.endswith("covers 1 frame.")


def test_an_unknown_frame_rate_is_no_good_one(prepared_sample):
    assert not fact(at_rate(prepared_sample, None), "frame rate").is_good


def test_a_small_face_and_a_moving_head_are_told(prepared_sample):
    track = prepared_sample.track
    small = replace(prepared_sample, track=replace(track, landmarks=track.landmarks / 4))
    assert not fact(small, "face").is_good
    landmarks = track.landmarks.copy()
    landmarks[50] += 60
    moving = replace(prepared_sample, track=replace(track, landmarks=landmarks))
    assert fact(moving, "head").value == "head moves"


def test_frames_without_a_face_are_counted(prepared_sample):
    landmarks = prepared_sample.track.landmarks.copy()
    landmarks[[3, 4]] = np.nan
    track = replace(prepared_sample.track, landmarks=landmarks, frames_without=(3, 4))
    found = fact(replace(prepared_sample, track=track), "face found")
    assert found.value == "no face in 2 of 72"
    assert not found.is_good


def test_two_pictures_are_not_blamed_for_having_no_times(prepared_sample):
    clip = replace(prepared_sample.clip, frames=prepared_sample.clip.frames[:2], timestamps_ms=None)
    rate = fact(replace(prepared_sample, clip=clip), "frame rate")
    assert rate.is_good
    assert rate.value == "two pictures"


def test_what_an_analysis_warns_of_is_marked(prepared_sample):
    assert fact(at_rate(prepared_sample, 30), "frame rate").is_warned_of
    assert not fact(prepared_sample, "frame rate").is_warned_of
