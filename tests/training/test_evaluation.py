import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from mer_core.checkpoints import Checkpoint
from mer_core.ensemble import FoldEnsemble, stacked_weights
from mer_core.errors import MerError
from mer_core.inputs import InputSpec
from mer_core.labels import LABELS
from tests.mer_core.made_up_reliability import made_up_calibration, made_up_reliability
from tests.training.megc2019_tree import make_megc2019_tree
from training.datasets.maps import LabelledMaps
from training.datasets.megc2019 import read_megc2019
from training.evaluation import evaluation_json, evaluation_markdown, predict
from training.fit import seeded_model
from training.overlap import FITTED_ON, Overlap, fingerprints, overlap


@pytest.fixture
def data(tmp_path: Path) -> LabelledMaps:
    return read_megc2019(make_megc2019_tree(tmp_path / "maps"))


def _checkpoint(**changes: object) -> Checkpoint:
    spec = InputSpec(channels=("strain", "v", "u"))
    checkpoint = Checkpoint("mine", seeded_model("ststnet", 0).eval(), "ststnet", spec)
    return replace(checkpoint, **changes)  # type: ignore[arg-type]


def _part(data: LabelledMaps, rows: list[int]) -> LabelledMaps:
    return LabelledMaps(tuple(data.samples[row] for row in rows), data.maps[rows], "a part")


def _evaluated(checkpoint: Checkpoint, data: LabelledMaps) -> tuple[dict[str, object], Overlap]:
    seen = overlap(checkpoint.training, data)
    return evaluation_json(checkpoint, {"data": "made up"}, predict(checkpoint, data), seen), seen


def test_a_checkpoint_says_of_each_sample_what_it_says_of_it_alone(data: LabelledMaps) -> None:
    checkpoint = _checkpoint()
    predictions = predict(checkpoint, data)
    assert predictions.sample_ids == tuple(sample.sample_id for sample in data.samples)
    with torch.inference_mode():
        alone = [checkpoint.model(checkpoint.input_spec.from_map(one)[None])[0].softmax(dim=0) for one in data.maps]
    np.testing.assert_allclose(predictions.probabilities, torch.stack(alone), rtol=1e-4, atol=1e-9)


def test_where_the_networks_of_the_folds_are_kept_their_mean_is_scored_calibrated_as_in_the_app(
    data: LabelledMaps,
) -> None:
    networks = [seeded_model("ststnet", seed).eval() for seed in range(3)]
    weights = stacked_weights([network.state_dict() for network in networks])
    ensemble = FoldEnsemble("ststnet", {}, weights, ["one", "two", "three"])
    softened = made_up_reliability(_checkpoint(), calibration=made_up_calibration(3.0))
    checkpoint = _checkpoint(ensemble=ensemble, reliability=softened)
    told: list[tuple[str, int, int]] = []
    predictions = predict(checkpoint, data, lambda *what: told.append(what))
    inputs = torch.stack([checkpoint.input_spec.from_map(one) for one in data.maps])
    with torch.inference_mode():
        each = torch.stack([(network(inputs) / 3).softmax(dim=1) for network in networks])
    assert (each[0] - each.mean(dim=0)).abs().max() > 0.01
    np.testing.assert_allclose(predictions.probabilities, each.mean(dim=0), rtol=1e-4)
    assert told[-1] == ("answers", 6, 6)
    report, _ = _evaluated(checkpoint, data)
    assert isinstance(report["checkpoint"], dict)
    assert report["checkpoint"]["answering"] == "the mean of 3 networks, each of which left out one person"


def test_an_answer_without_any_doubt_has_finite_logits(data: LabelledMaps) -> None:
    checkpoint = _checkpoint()
    with torch.no_grad():
        list(checkpoint.model.parameters())[-1].copy_(torch.tensor([1e4, 0.0, 0.0]))
    predictions = predict(checkpoint, data)
    assert np.isfinite(predictions.logits).all()
    assert (predictions.probabilities[:, 0] == 1).all()


def test_labels_in_another_order_are_put_into_ours(data: LabelledMaps) -> None:
    turned = predict(_checkpoint(labels=LABELS[::-1]), data)
    np.testing.assert_array_equal(turned.logits, predict(_checkpoint(), data).logits[:, ::-1])


def test_a_checkpoint_that_needs_pixels_is_refused_on_maps(data: LabelledMaps) -> None:
    with pytest.raises(MerError, match=r"mine needs motion in pixels .* the motion map of casme2/sub01/EP02_01f no"):
        predict(_checkpoint(input_spec=InputSpec(kind="pixels112", size=112)), data)


def test_scores_on_the_training_samples_are_called_no_evidence(data: LabelledMaps) -> None:
    report, seen = _evaluated(_checkpoint(training={FITTED_ON: fingerprints(data)}), data)
    assert report["trained_on_these"] is True
    assert report["new_people"] is None
    text = evaluation_markdown(report, seen)
    assert text.splitlines()[2].startswith("**THIS IS NO EVIDENCE: the checkpoint was trained on 6 of these 6 samples")
    assert text.count("(**trained on these**)") == 3 + 4  # headings, and a row for all and for each data set
    assert "always" in text


def test_people_it_was_not_trained_on_are_scored_apart(data: LabelledMaps) -> None:
    report, seen = _evaluated(_checkpoint(training={FITTED_ON: fingerprints(_part(data, [0, 1, 2]))}), data)
    assert report["overlap"] == {"num_samples": 6, "num_people": 4, "trained_on_samples": 3, "trained_on_people": 2}
    assert isinstance(report["new_people"], dict)
    assert report["new_people"]["all"]["num_subjects"] == 2
    assert list(report["new_people"]["datasets"]) == ["smic"]
    assert "## Only the people it was not trained on" in evaluation_markdown(report, seen)


def test_scores_on_other_people_carry_no_warning(data: LabelledMaps) -> None:
    trained = fingerprints(_part(data, [0, 1, 2]))
    report, seen = _evaluated(_checkpoint(training={FITTED_ON: trained}), _part(data, [3, 4, 5]))
    assert report["trained_on_these"] is False
    assert report["warning"] is None
    assert "trained on these**" not in evaluation_markdown(report, seen)


def test_a_checkpoint_that_does_not_tell_is_not_trusted(data: LabelledMaps) -> None:
    report, seen = _evaluated(_checkpoint(), data)
    assert report["trained_on_these"] == "unknown"
    assert "perhaps trained on these" in evaluation_markdown(report, seen)
    assert json.loads(json.dumps(report, allow_nan=False)) == report
