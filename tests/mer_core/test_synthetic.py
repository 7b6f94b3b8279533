import dataclasses
import json

import av
import cv2
import numpy as np
import pytest

from mer_core.errors import MerError
from mer_core.flow import compute_flow
from mer_core.synthetic import (
    ActiveUnit,
    Scenario,
    emotion_scenario,
    render,
    rest_landmarks,
    true_flow,
    true_landmarks,
    write_sample,
)

SMALL = (320, 180)
CLEAN = {"noise": 0.0, "lighting_drift": 0.0, "head_motion_px": 0.0}


def short(*units, **changes):
    """A clip of 12 small, clean frames."""
    fields = {"onset": 2, "apex": 6, "offset": 10, "num_frames": 12, "size": SMALL, **CLEAN, **changes}
    return Scenario("positive", tuple(ActiveUnit(*unit) for unit in units), **fields)


SMILE = short(("AU12", "B", 2.0))
SHAKEN = dataclasses.replace(SMILE, head_motion_px=3.0, seed=4)


def at_landmark(flow, landmark):
    x, y = np.rint(rest_landmarks(SMALL)[landmark]).astype(int)
    return flow[y, x]


def warped_back(image, flow):
    y, x = np.mgrid[0 : flow.shape[0], 0 : flow.shape[1]].astype(np.float32)
    return cv2.remap(image.astype(np.float32), x + flow[..., 0], y + flow[..., 1], cv2.INTER_CUBIC)


@pytest.mark.parametrize(
    "scenario",
    [SMILE, SHAKEN, short(("AU4", "B", 3.0), ("AU9", "L", 2.0), head_motion_px=1.0), short(blink_frames=(6,))],
)
def test_the_exact_flow_carries_the_apex_frame_back_onto_the_onset_frame(scenario):
    scenario = dataclasses.replace(scenario, size=(640, 360))
    frames, flow = render(scenario).clip.frames, true_flow(scenario, 2, 6)

    def error(flow):
        return np.abs(frames[2] - warped_back(frames[6], flow))[120:350, 210:430].mean()

    assert error(flow) < 0.55  # rounding both frames to whole grey levels alone gives about 0.4
    for nudge in ((0.1, 0), (-0.1, 0), (0, 0.1), (0, -0.1)):
        assert error(flow + np.float32(nudge)) > 1.1 * error(flow)


def test_there_and_back_again_is_no_flow():
    there, back = true_flow(SHAKEN, 2, 6), true_flow(SHAKEN, 6, 2)
    y, x = np.mgrid[20:160, 20:300].astype(np.float32)
    landed = cv2.remap(back, x + there[20:160, 20:300, 0], y + there[20:160, 20:300, 1], cv2.INTER_LINEAR)
    np.testing.assert_allclose(landed, -there[20:160, 20:300], atol=0.02)


def test_nothing_moves_before_the_onset_and_after_the_offset():
    for frame in (0, 1, 2, 10, 11):
        assert np.abs(true_flow(SMILE, 2, frame)).max() < 1e-4


def test_a_frame_has_no_flow_to_itself():
    assert np.abs(true_flow(SHAKEN, 6, 6)).max() < 1e-4


def test_the_flow_is_largest_at_the_apex_and_there_as_large_as_asked():
    sizes = [np.linalg.norm(true_flow(SMILE, 2, frame), axis=2).max() for frame in range(12)]
    assert int(np.argmax(sizes)) == 6
    assert sizes[6] == pytest.approx(2.0, abs=0.02)


def test_a_smile_lifts_the_lip_corners_outwards():
    flow = true_flow(SMILE, 2, 6)
    (left_u, left_v), (right_u, right_v) = at_landmark(flow, 291), at_landmark(flow, 61)
    assert left_u > 0.5
    assert right_u < -0.5
    assert left_v < -0.5
    assert right_v < -0.5


def test_a_unit_on_the_left_moves_the_image_right_only():
    flow = true_flow(short(("AU12", "L", 2.0)), 2, 6)
    assert np.linalg.norm(at_landmark(flow, 291)) > 1
    assert np.linalg.norm(at_landmark(flow, 61)) == 0


def test_units_far_apart_add_up():
    both, brows, lips = (
        true_flow(short(*units), 2, 6)
        for units in ((("AU1", "B", 1), ("AU15", "B", 1)), (("AU1", "B", 1),), (("AU15", "B", 1),))
    )
    np.testing.assert_allclose(both, brows + lips, atol=1e-4)


def test_the_measured_flow_agrees_with_the_truth():
    scenario = Scenario("positive", (ActiveUnit("AU12", "B", 2.0),), 2, 6, 10, num_frames=12, **CLEAN)
    clip = render(scenario).clip
    face = (slice(130, 345), slice(220, 425))
    measured = compute_flow(clip.grey(2)[face], clip.grey(6)[face])
    truth = true_flow(scenario, 2, 6)[face]
    moving = np.linalg.norm(truth, axis=2) > 0.5
    assert np.linalg.norm(measured - truth, axis=2)[moving].mean() < 0.15


def test_flow_without_head_motion_is_the_expression_alone():
    shaken, still = true_flow(SHAKEN, 2, 6, head_motion=False), true_flow(SMILE, 2, 6)
    assert np.linalg.norm(true_flow(SHAKEN, 2, 6)[10, 10]) > 0.2
    assert np.abs(shaken[10, 10]).max() < 1e-4
    # The head has turned a little by the onset, so the expression lies a pixel or so elsewhere in that frame.
    assert np.linalg.norm(shaken, axis=2).max() == pytest.approx(np.linalg.norm(still, axis=2).max(), rel=0.03)


def test_flow_with_head_motion_is_the_expression_plus_a_similarity():
    rest = true_flow(SHAKEN, 2, 6) - true_flow(SHAKEN, 2, 6, head_motion=False)
    y, x = np.mgrid[0:180, 0:320].astype(np.float64)
    design = np.column_stack([x.ravel(), -y.ravel(), np.ones(x.size), np.zeros(x.size)])
    design = np.vstack([design, np.column_stack([y.ravel(), x.ravel(), np.zeros(x.size), np.ones(x.size)])])
    wanted = np.concatenate([rest[..., 0].ravel(), rest[..., 1].ravel()])
    found = np.linalg.lstsq(design, wanted, rcond=None)[0]
    np.testing.assert_allclose(design @ found, wanted, atol=1e-4)


def test_with_everything_off_the_background_stands_still_to_the_bit():
    frames = render(SMILE).clip.frames
    assert (frames[:, :60] == frames[0, :60]).all()
    assert (frames[:, :, :80] == frames[0, :, :80]).all()
    assert (frames[[0, 1, 2, 10, 11]] == frames[0]).all()
    assert (frames[6] != frames[0]).any()


def test_noise_has_the_size_asked_for():
    clean, noisy = (render(dataclasses.replace(SMILE, noise=noise)).clip.frames for noise in (0.0, 2.0))
    middle = (clean > 20) & (clean < 235)
    assert np.std((noisy.astype(float) - clean)[middle]) == pytest.approx(2.0, abs=0.1)


def test_lighting_drift_changes_the_brightness_by_the_stated_gain():
    scenario = dataclasses.replace(short(lighting_drift=0.05), seed=2)
    frames = render(scenario).clip.frames.astype(float)[:, :40, 100:200]
    measured = frames.mean(axis=(1, 2, 3)) / frames[0].mean()
    np.testing.assert_allclose(measured, scenario.gains, atol=0.003)


def test_a_blink_narrows_the_eyes_and_leaves_the_mouth():
    scenario = short(blink_frames=(6,), fps=50.0)
    points = render(scenario).landmarks
    opening = np.linalg.norm(points[:, 386] - points[:, 374], axis=1)
    assert opening[6] < 0.5 * opening[0]
    assert (points[:, 291] == points[0, 291]).all()


def test_the_true_landmarks_travel_with_the_flow():
    onset, apex = true_landmarks(SHAKEN, 2), true_landmarks(SHAKEN, 6)
    x, y = onset.T[:, :, None]
    carried = cv2.remap(true_flow(SHAKEN, 2, 6), x, y, cv2.INTER_LINEAR)[:, 0]
    np.testing.assert_allclose(apex, onset + carried, atol=0.02)


def test_the_same_seed_gives_the_same_pixels_and_another_seed_others():
    scenario = dataclasses.replace(SHAKEN, noise=1.0)
    first, again = render(scenario).clip, render(scenario).clip
    other = render(dataclasses.replace(scenario, seed=5)).clip
    assert first.sha256 == again.sha256 != other.sha256
    np.testing.assert_array_equal(first.frames, again.frames)


def test_a_rendered_clip_carries_exact_timestamps():
    clip = render(dataclasses.replace(SMILE, fps=200.0)).clip
    assert clip.frames.shape == (12, 180, 320, 3)
    assert clip.frames.dtype == np.uint8
    np.testing.assert_allclose(clip.timestamps_ms, np.arange(12) * 5.0)


def test_a_portrait_frame_shows_the_face_at_the_same_share_of_its_height():
    wide, tall = rest_landmarks((640, 360)), rest_landmarks((300, 360))
    np.testing.assert_allclose(wide - [170, 0], tall, atol=1e-3)
    assert render(dataclasses.replace(SMILE, size=(150, 180))).clip.frames.shape == (12, 180, 150, 3)


def test_a_frame_outside_the_clip_is_refused():
    with pytest.raises(MerError, match="Frame 12 is outside the clip's frames 0 to 11"):
        true_flow(SMILE, 2, 12)


def test_a_sample_is_a_video_with_its_truth_beside_it(tmp_path):
    written = write_sample(tmp_path / "smile.mp4", "positive", 3)
    assert written == tmp_path / "smile.json"
    truth, scenario = json.loads(written.read_text()), emotion_scenario("positive", 3)
    assert truth["interval"] == {"onset": scenario.onset, "apex": scenario.apex, "offset": scenario.offset}
    assert (truth["emotion"], truth["seed"], truth["fps"]) == ("positive", 3, 100.0)
    assert [unit["name"] for unit in truth["action_units"]] == [unit.name for unit in scenario.action_units]
    assert (tmp_path / "smile.mp4").stat().st_size < 400_000
    with av.open(str(tmp_path / "smile.mp4")) as video:
        frames = [frame.to_ndarray(format="rgb24") for frame in video.decode(video=0)]
    assert len(frames) == truth["num_frames"] == 72
    assert frames[0].shape == (360, 640, 3)
    assert _recovered(frames, scenario) > 0.75


def _recovered(frames, scenario):
    """Share of the true expression that DIS still finds between the decoded onset and apex."""
    face = (slice(130, 345), slice(220, 425))
    onset, apex = (cv2.cvtColor(frames[i], cv2.COLOR_RGB2GRAY)[face] for i in (scenario.onset, scenario.apex))
    truth, whole = (true_flow(scenario, scenario.onset, scenario.apex, head_motion=h)[face] for h in (False, True))
    found = compute_flow(onset, apex) - (whole - truth)
    moving = np.linalg.norm(truth, axis=2) > 0.3
    return (found[moving] * truth[moving]).sum() / (truth[moving] ** 2).sum()


def test_a_sample_with_an_unknown_emotion_writes_nothing(tmp_path):
    with pytest.raises(MerError, match="Unknown emotion 'joy'; choose one of negative, positive, surprise"):
        write_sample(tmp_path / "joy.mp4", "joy", 0)
    assert not list(tmp_path.iterdir())


def test_a_sample_in_a_missing_folder_is_refused_in_one_sentence(tmp_path):
    with pytest.raises(MerError, match="choose a folder you may write to") as caught:
        write_sample(tmp_path / "missing" / "smile.mp4", "positive", 0)
    assert "\n" not in str(caught.value)
