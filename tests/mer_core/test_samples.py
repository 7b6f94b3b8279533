import json

import pytest

from mer_core.clips import read_clip
from mer_core.labels import LABELS
from mer_core.predictor import Predictor
from mer_core.samples import sample_clips
from mer_core.synthesis.action_units import ACTION_UNITS


@pytest.fixture
def predictor(small_checkpoint):
    return Predictor(small_checkpoint)


def test_there_is_one_sample_for_each_class():
    assert set(sample_clips()) == set(LABELS)


@pytest.mark.parametrize("name", LABELS)
def test_a_sample_is_small_and_its_truth_lies_beside_it(name):
    sample = sample_clips()[name]
    truth = json.loads(sample.path.with_suffix(".json").read_text())
    assert sample.path.stat().st_size < 400_000
    assert truth["emotion"] == name
    clip = read_clip(sample.path)
    assert clip.num_frames == truth["num_frames"]
    assert clip.fps == pytest.approx(truth["fps"])


def test_the_movements_named_are_those_that_were_rendered():
    expected = {"positive": {"AU12"}, "surprise": {"AU1", "AU2"}, "negative": {"AU4", "AU9"}}
    for name, sample in sample_clips().items():
        truth = json.loads(sample.path.with_suffix(".json").read_text())
        units = {unit["name"] for unit in truth["action_units"]}
        assert units == expected[name]
        assert units <= set(ACTION_UNITS)


@pytest.mark.parametrize("name", LABELS)
def test_a_sample_is_found_where_it_truly_moves(name, predictor):
    truth = json.loads(sample_clips()[name].path.with_suffix(".json").read_text())["interval"]
    analysis = predictor.analyze(read_clip(sample_clips()[name].path))
    assert abs(analysis.interval.apex - truth["apex"]) <= 2
    assert analysis.prediction.is_finding
