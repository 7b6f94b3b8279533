import json
from dataclasses import replace

import numpy as np
import pytest
import torch

from mer_core.analysis import Analysis, PreparedClip
from mer_core.checkpoints import Checkpoint
from mer_core.clips import Clip
from mer_core.errors import FaceError, MotionError
from mer_core.inputs import InputSpec
from mer_core.models import build_model
from mer_core.predictor import Predictor, prepare_clip
from mer_core.synthetic import ActiveUnit, RenderedClip, Scenario, render


def test_the_sample_is_analysed_at_its_true_apex(sample: RenderedClip, sample_analysis: Analysis) -> None:
    assert abs(sample_analysis.interval.apex - sample.scenario.apex) <= 2
    assert sample_analysis.motion.max_px > 0.5
    assert sample_analysis.noise.at_noise_level is False
    assert sample_analysis.prediction.is_finding
    assert sum(sample_analysis.prediction.probabilities.values()) == pytest.approx(1)


def test_the_network_receives_the_motion_through_its_own_input_spec(
    sample_analysis: Analysis, small_checkpoint: Checkpoint
) -> None:
    expected = small_checkpoint.input_spec.from_motion(sample_analysis.motion)
    assert np.array_equal(sample_analysis.network_input, expected.numpy())
    with torch.inference_mode():
        logits = small_checkpoint.model(expected[None])[0]
    assert list(sample_analysis.prediction.probabilities.values()) == pytest.approx(logits.softmax(0).tolist())


def test_a_clip_and_its_prepared_form_give_the_same_answer(
    sample_analysis: Analysis, small_checkpoint: Checkpoint
) -> None:
    again = Predictor(small_checkpoint).analyze(sample_analysis.prepared)
    assert again.interval == sample_analysis.interval
    assert np.array_equal(again.motion.flow, sample_analysis.motion.flow)
    assert again.prediction == sample_analysis.prediction


def test_moving_the_apex_changes_the_motion_and_is_marked_as_the_users(
    prepared_sample: PreparedClip, sample_analysis: Analysis, small_checkpoint: Checkpoint
) -> None:
    earlier = sample_analysis.interval.apex - 4
    moved = Predictor(small_checkpoint).analyze(prepared_sample, apex=earlier)
    assert moved.interval.apex == earlier
    assert moved.interval.sources == ("proposed", "user", "proposed")
    assert moved.motion.mean_px < sample_analysis.motion.mean_px


def test_a_checkpoint_for_raw_pixels_gets_a_crop_of_112(prepared_sample: PreparedClip) -> None:
    spec = InputSpec(kind="pixels112", size=112, flow_method="dis", strain_mode="legacy_ecnu", remove_head_motion=False)
    checkpoint = Checkpoint("ecnu", build_model("mini_aorcnn").eval(), "mini_aorcnn", spec)
    analysis = Predictor(checkpoint).analyze(prepared_sample)
    assert analysis.motion.crop_px == 112
    assert analysis.network_input.shape == (3, 112, 112)
    assert np.array_equal(analysis.network_input[0], analysis.motion.flow[..., 0])


def test_another_method_is_used_and_warned_of(prepared_sample: PreparedClip, small_checkpoint: Checkpoint) -> None:
    analysis = Predictor(small_checkpoint).analyze(prepared_sample, method="farneback", remove_head_motion=False)
    assert analysis.motion.settings.method == "farneback"
    assert any("flow by farneback instead of dis, head motion kept" in caution for caution in analysis.cautions)


def test_a_face_that_did_nothing_gets_no_class(small_checkpoint: Checkpoint) -> None:
    still = render(Scenario("positive", (), 10, 15, 20, num_frames=30, head_motion_px=0.5))
    analysis = Predictor(small_checkpoint).analyze(still.clip, onset=10, apex=15)
    assert analysis.noise.at_noise_level is True
    assert not analysis.prediction.is_finding
    assert not any("not gone back" in warning or "Onset to offset" in warning for warning in analysis.warnings)
    assert analysis.to_json()["prediction"]["label"] is None
    assert analysis.cautions[0].startswith("Too little motion")


def test_an_unknown_frame_rate_gives_no_times_and_says_so(
    prepared_sample: PreparedClip, small_checkpoint: Checkpoint
) -> None:
    timeless = replace(prepared_sample, clip=replace(prepared_sample.clip, timestamps_ms=None))
    analysis = Predictor(small_checkpoint).analyze(timeless)
    result = analysis.to_json()
    assert result["clip"]["fps"] is None
    assert result["interval"]["apex_ms"] is None
    assert any("frame rate is unknown" in warning for warning in analysis.warnings)


def test_a_slow_camera_is_warned_of(prepared_sample: PreparedClip, small_checkpoint: Checkpoint) -> None:
    times = np.arange(prepared_sample.clip.num_frames) * 1000 / 30
    slow = replace(prepared_sample, clip=replace(prepared_sample.clip, timestamps_ms=times))
    warnings = Predictor(small_checkpoint).analyze(slow).warnings
    assert any("30 fps: a movement of 100 ms covers 3 frames" in warning for warning in warnings)


def test_a_movement_that_is_held_is_called_longer_than_a_micro_expression(small_checkpoint: Checkpoint) -> None:
    scenario = Scenario("positive", (ActiveUnit("AU12", "B", 2.5),), 10, 25, 70, num_frames=72, head_motion_px=0)
    rising = Clip(render(scenario).clip.frames[:26], np.arange(26) * 10.0, "cut.mp4", "", ())
    analysis = Predictor(small_checkpoint).analyze(rising)
    assert any("has not gone back" in warning for warning in analysis.warnings)


def test_an_ordinary_smile_is_called_large(small_checkpoint: Checkpoint) -> None:
    scenario = Scenario("positive", (ActiveUnit("AU12", "B", 12.0),), 8, 20, 32, num_frames=40, head_motion_px=0)
    analysis = Predictor(small_checkpoint).analyze(render(scenario).clip)
    assert any("ordinary expression" in caution for caution in analysis.cautions)


@pytest.mark.parametrize(
    ("markers", "message"),
    [
        ({"apex": 500}, "The apex (frame 500) lies beyond the clip, whose frames are 0 to 71."),
        ({"onset": -1}, "The onset (frame -1) lies beyond the clip"),
        ({"onset": 30, "apex": 20}, "The apex (frame 20) must come after the onset (frame 30)."),
        ({"onset": 5, "apex": 20, "offset": 10}, "The offset (frame 10) must not come before the apex (frame 20)."),
    ],
)
def test_markers_that_make_no_sense_are_refused(
    prepared_sample: PreparedClip, small_checkpoint: Checkpoint, markers: dict, message: str
) -> None:
    with pytest.raises(MotionError) as raised:
        Predictor(small_checkpoint).analyze(prepared_sample, **markers)
    assert message in str(raised.value)


def test_a_marker_on_a_frame_without_a_face_is_refused(
    prepared_sample: PreparedClip, small_checkpoint: Checkpoint
) -> None:
    track = replace(prepared_sample.track, frames_without=(40,))
    with pytest.raises(MotionError, match=r"apex \(frame 40\) shows no face"):
        Predictor(small_checkpoint).analyze(replace(prepared_sample, track=track), apex=40)


def test_a_clip_without_a_face_is_refused() -> None:
    frames = np.full((5, 120, 160, 3), 90, np.uint8)
    clip = Clip(frames, np.arange(5) * 10.0, "wall.mp4", "", ())
    with pytest.raises(FaceError, match=r"wall\.mp4"):
        prepare_clip(clip)


def test_the_json_has_every_promised_entry_and_survives_strict_json(sample_analysis: Analysis) -> None:
    result = json.loads(json.dumps(sample_analysis.to_json(), allow_nan=False))
    expected = {
        "clip": {"frames", "fps", "duration_ms", "width", "height"},
        "face": {"found", "frames_without", "box"},
        "interval": {
            *("onset", "apex", "offset", "onset_ms", "apex_ms", "offset_ms"),
            *("sources", "confidence"),
        },
        "motion": {"method", "crop_px", "max_px", "mean_px", "removed", "noise_px", "at_noise_level"},
        "prediction": {"label", "probabilities"},
        "model": {"name", "parameters", "checkpoint_sha256"},
        "timings_ms": {"face", "flow", "strain", "network", "total"},
    }
    for part, entries in expected.items():
        assert entries <= set(result[part]), part
    assert set(result["interval"]["sources"]) == {"onset", "apex", "offset"}
    assert set(result["motion"]["removed"]) == {"dx", "dy", "rotation_deg", "scale"}
    assert list(result["prediction"]["probabilities"]) == ["negative", "positive", "surprise"]
    assert result["candidates"][0]["apex"] == result["interval"]["apex"]
    assert result["interval"]["apex_ms"] == pytest.approx(result["interval"]["apex"] * 10)
