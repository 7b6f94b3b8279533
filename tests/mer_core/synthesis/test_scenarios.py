import dataclasses

import numpy as np
import pytest

from mer_core.errors import MerError
from mer_core.labels import LABELS
from mer_core.synthesis.scenarios import ActiveUnit, Scenario, emotion_scenario

SMILE = (ActiveUnit("AU12", "B", 2.0),)


def names(scenario):
    return {unit.name for unit in scenario.action_units}


@pytest.mark.parametrize("emotion", LABELS)
def test_every_drawn_scenario_is_a_micro_expression(emotion):
    for seed in range(50):
        scenario = emotion_scenario(emotion, seed)
        assert 10 <= scenario.onset <= 22
        assert 8 <= scenario.apex - scenario.onset <= 20
        assert 10 <= scenario.offset - scenario.apex <= 25
        assert (scenario.offset - scenario.onset) * 1000 / scenario.fps < 500
        assert scenario.num_frames == 72
        assert 1.3 < max(unit.amplitude_px for unit in scenario.action_units) <= 3


def test_positive_always_has_au12_and_surprise_au1_and_au2():
    assert all("AU12" in names(emotion_scenario("positive", seed)) for seed in range(30))
    assert all({"AU1", "AU2"} <= names(emotion_scenario("surprise", seed)) for seed in range(30))


def test_negative_draws_every_pattern_of_the_priors_and_never_a_smile():
    drawn = [names(emotion_scenario("negative", seed)) for seed in range(60)]
    assert set.union(*drawn) == {"AU1", "AU4", "AU7", "AU9", "AU10", "AU14", "AU15", "AU17", "AU20"}


def test_contempt_is_on_one_side():
    drawn = [emotion_scenario("negative", seed) for seed in range(60)]
    dimples = [scenario.action_units for scenario in drawn if "AU14" in names(scenario)]
    assert {units[0].side for units in dimples} == {"L", "R"}
    assert all(len(units) == 1 for units in dimples)


def test_the_same_seed_gives_the_same_scenario_and_another_seed_another():
    assert emotion_scenario("positive", 3) == emotion_scenario("positive", 3)
    assert len({emotion_scenario("positive", seed) for seed in range(20)}) == 20


def test_overrides_replace_what_would_be_drawn():
    scenario = emotion_scenario("surprise", 1, noise=0.0, action_units=SMILE)
    assert scenario.noise == 0
    assert scenario.action_units == SMILE
    assert scenario.onset == emotion_scenario("surprise", 1).onset


def test_at_another_frame_rate_the_durations_stay():
    at_30, at_200 = emotion_scenario("positive", 0, fps=30), emotion_scenario("positive", 0, fps=200)
    assert (at_30.num_frames, at_200.num_frames) == (22, 144)
    assert at_30.apex / 30 == pytest.approx(at_200.apex / 200, abs=0.05)


def test_amplitudes_grow_with_the_frame():
    small, large = (emotion_scenario("positive", 0, size=size) for size in ((320, 180), (640, 360)))
    ratio = large.action_units[0].amplitude_px / small.action_units[0].amplitude_px
    assert ratio == pytest.approx(2, abs=0.01)


def test_amplified_multiplies_every_amplitude_and_nothing_else():
    scenario = emotion_scenario("positive", 0)
    stronger = scenario.amplified(2.0)
    assert [u.amplitude_px for u in stronger.action_units] == [2 * u.amplitude_px for u in scenario.action_units]
    assert dataclasses.replace(stronger, action_units=scenario.action_units) == scenario


def test_the_expression_is_zero_outside_the_interval_and_peaks_at_the_apex_alone():
    scenario = Scenario("positive", SMILE, onset=12, apex=26, offset=50)
    course = np.array([scenario.expression(frame) for frame in range(scenario.num_frames)])
    assert not course[:13].any()
    assert not course[50:].any()
    assert course[26] == 1
    assert (np.diff(course[12:27]) > 0).all()
    assert (np.diff(course[26:51]) < 0).all()


def test_even_the_slowest_expression_is_visibly_less_one_frame_beside_its_apex():
    scenario = Scenario("positive", SMILE, onset=10, apex=30, offset=55)
    assert scenario.expression(29) < 0.97
    assert scenario.expression(31) < 0.98


def test_a_blink_is_fully_closed_at_its_frame_and_lasts_about_200_ms():
    scenario = Scenario("positive", SMILE, onset=12, apex=26, offset=50, blink_frames=(40,))
    closed = np.array([scenario.blink(frame) for frame in range(scenario.num_frames)])
    assert closed.argmax() == 40
    assert closed.max() == 1
    assert 18 <= np.count_nonzero(closed) <= 21


def test_the_head_starts_at_rest_and_moves_as_far_as_asked():
    path = emotion_scenario("positive", 5, head_motion_px=3.0).head_path
    assert path.shape == (72, 4)
    assert not path[0].any()
    assert np.hypot(path[:, 0], path[:, 1]).max() == pytest.approx(3)
    assert np.abs(np.diff(path[:, :2], axis=0)).max() < 0.4


def test_the_light_drifts_slowly_and_no_further_than_asked():
    gains = emotion_scenario("positive", 5, lighting_drift=0.02).gains
    assert gains[0] == 1
    assert np.abs(gains - 1).max() == pytest.approx(0.02)
    assert np.abs(np.diff(gains)).max() < 0.004


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"emotion": "joy"}, "Unknown emotion 'joy'; choose one of negative, positive, surprise"),
        ({"apex": 12}, "must follow each other within frames 0 to 71"),
        ({"offset": 72}, "must follow each other within frames 0 to 71"),
        ({"action_units": (ActiveUnit("AU99", "B", 1.0),)}, "Unknown action unit 'AU99'"),
        ({"action_units": (ActiveUnit("AU1", "left", 1.0),)}, "side 'left'"),
        ({"fps": 0.0}, "fps must be above 0"),
        ({"size": (640, 40)}, "at least 64 px"),
        ({"noise": -1.0}, "not negative"),
    ],
)
def test_an_impossible_scenario_is_refused_in_one_sentence(wrong, sentence):
    fields = {"emotion": "positive", "action_units": SMILE, "onset": 12, "apex": 26, "offset": 50}
    with pytest.raises(MerError, match=sentence):
        Scenario(**{**fields, **wrong})


def test_an_unknown_emotion_or_a_negative_seed_is_refused():
    with pytest.raises(MerError, match="Unknown emotion 'joy'"):
        emotion_scenario("joy", 0)
    with pytest.raises(MerError, match="The seed must be 0 or above, got -1"):
        emotion_scenario("positive", -1)
