"""What a predictor says with a checkpoint that has an ensemble, a reliability, or both."""

from dataclasses import replace

import pytest
import torch

from mer_core.analysis import PreparedClip
from mer_core.checkpoints import Checkpoint
from mer_core.predictor import Predictor
from tests.mer_core.made_up_reliability import (
    made_up_calibration,
    made_up_motion,
    made_up_reliability,
    made_up_sets,
)
from tests.mer_core.test_ensemble import ensemble_of, trained_networks


@pytest.fixture(scope="module")
def with_ensemble(small_checkpoint: Checkpoint) -> Checkpoint:
    return replace(small_checkpoint, ensemble=ensemble_of(trained_networks("ststnet", 7), "ststnet"))


def _trusted(checkpoint: Checkpoint, **parts: object) -> Checkpoint:
    return replace(checkpoint, reliability=made_up_reliability(checkpoint, **parts))


def test_the_mean_of_all_networks_answers(with_ensemble: Checkpoint, prepared_sample: PreparedClip) -> None:
    analysis = Predictor(with_ensemble).analyze(prepared_sample)
    inputs = torch.from_numpy(analysis.network_input)[None]
    with torch.inference_mode():
        each = torch.stack([network(inputs)[0].softmax(0) for network in trained_networks("ststnet", 7)])
    prediction = analysis.prediction
    assert list(prediction.probabilities.values()) == pytest.approx(each.mean(0).tolist(), abs=1e-5)
    assert prediction.label == with_ensemble.labels[int(each.mean(0).argmax())]
    assert prediction.agreement == (int((each.argmax(1) == each.mean(0).argmax()).sum()), 7)


def test_an_ensemble_alone_validates_nothing(with_ensemble: Checkpoint, prepared_sample: PreparedClip) -> None:
    prediction = Predictor(with_ensemble).analyze(prepared_sample).prediction
    assert prediction.reliability is None
    assert prediction.answers == ()
    assert prediction.familiarity is None


def test_each_network_is_softened_by_the_temperature_before_the_mean(
    with_ensemble: Checkpoint, prepared_sample: PreparedClip
) -> None:
    checkpoint = _trusted(with_ensemble, calibration=made_up_calibration(4.0))
    analysis = Predictor(checkpoint).analyze(prepared_sample)
    logits = with_ensemble.ensemble.logits(torch.from_numpy(analysis.network_input)[None])[:, 0]
    expected = (logits / 4).softmax(dim=1).mean(dim=0)
    assert list(analysis.prediction.probabilities.values()) == pytest.approx(expected.tolist(), abs=1e-6)
    assert analysis.prediction.to_json()["calibrated"] == "approximately"


def test_the_answer_is_the_set_of_the_checkpoint(small_checkpoint: Checkpoint, prepared_sample: PreparedClip) -> None:
    everything = made_up_sets(negative=1.0, positive=1.0, surprise=1.0)
    prediction = Predictor(_trusted(small_checkpoint, sets=everything)).analyze(prepared_sample).prediction
    assert len(prediction.answers) == 3
    assert prediction.answers[0] == prediction.label
    assert prediction.agreement is None


def test_motion_measured_otherwise_than_in_training_is_not_validated(
    with_ensemble: Checkpoint, prepared_sample: PreparedClip
) -> None:
    predictor = Predictor(_trusted(with_ensemble))
    assert predictor.analyze(prepared_sample).prediction.reliability is not None
    other = predictor.analyze(prepared_sample, method="farneback").prediction
    assert other.reliability is None
    assert other.answers == ()
    assert other.agreement is not None
    assert other.to_json()["validated"] is False


def test_a_motion_unlike_the_laboratorys_gets_no_class(
    small_checkpoint: Checkpoint, prepared_sample: PreparedClip
) -> None:
    analysis = Predictor(_trusted(small_checkpoint, known_motion=made_up_motion(0))).analyze(prepared_sample)
    assert analysis.prediction.is_finding
    assert not analysis.prediction.has_answer
    assert analysis.cautions[0].startswith("Unlike all that the network knows: this motion is stranger than each")
    assert analysis.to_json()["prediction"]["label"] is None


def test_an_unusual_motion_gets_a_class_and_a_caution(
    small_checkpoint: Checkpoint, prepared_sample: PreparedClip
) -> None:
    plain = Predictor(_trusted(small_checkpoint)).analyze(prepared_sample)
    assert not any("stranger" in caution for caution in plain.cautions)
    known = made_up_motion()
    distances = known.distances.copy()
    distances[: int(0.94 * len(distances))] = 0  # all but the last 6 % are less strange than anything
    unusual = replace(known, distances=distances)
    analysis = Predictor(_trusted(small_checkpoint, known_motion=unusual)).analyze(prepared_sample)
    assert analysis.prediction.has_answer
    assert analysis.cautions[0].startswith("Unusual: this motion is stranger than 93 % of the 442")
