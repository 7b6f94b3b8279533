from dataclasses import replace

import numpy as np
import pytest
from scipy.special import softmax

from mer_core.errors import MerError
from mer_core.labels import LABELS
from tests.training.made_up_predictions import always, megc2019_labels, partly_right
from training.metrics import SubjectCounts, uar, uf1
from training.predictions import Predictions
from training.reliability.measure import (
    CrossFitted,
    answer_sets_of,
    calibration_of,
    cross_fitted,
    people_of,
    record_of,
)
from training.reliability.temperature import fit_temperature


def drawn_predictions(seed: int, factor: float = 1.0) -> Predictions:
    """The 442 samples with logits whose softmax, at temperature `factor`, is exactly as true as it claims."""
    rng = np.random.default_rng(seed)
    rows = megc2019_labels()
    labels = np.array([row[2] for row in rows])
    # Log density ratios of three Gaussians, with the classes' shares as prior: the true posterior.
    centres = 1.3 * np.eye(3)
    seen = centres[labels] + rng.normal(0, 1, (len(labels), 3))
    logits = seen @ centres.T - (centres**2).sum(axis=1) / 2 + np.log(np.bincount(labels) / len(labels))
    ids = tuple(f"{row[0]}/{row[1]}/clip{number:04d}" for number, row in enumerate(rows))
    datasets, subjects = tuple(row[0] for row in rows), tuple(row[1] for row in rows)
    return Predictions(ids, datasets, subjects, labels, softmax(factor * logits, axis=1), factor * logits)


@pytest.fixture(scope="module")
def predictions() -> Predictions:
    return drawn_predictions(0, factor=3.0)


@pytest.fixture(scope="module")
def found(predictions: Predictions) -> CrossFitted:
    return cross_fitted(predictions)


def _of(predictions: Predictions, person: tuple[str, str]) -> np.ndarray:
    return np.array([other == person for other in people_of(predictions)])


def test_what_is_used_on_a_person_does_not_depend_on_their_labels(predictions: Predictions, found: CrossFitted) -> None:
    person = max(set(people_of(predictions)), key=people_of(predictions).count)
    own = _of(predictions, person)
    labels = predictions.labels.copy()
    labels[own] = (labels[own] + 1) % 3
    altered = cross_fitted(replace(predictions, labels=labels))
    assert np.array_equal(altered.temperatures[own], found.temperatures[own])
    assert np.array_equal(altered.limits[own], found.limits[own])
    assert np.array_equal(altered.sets[own], found.sets[own])
    assert not np.array_equal(altered.temperatures[~own], found.temperatures[~own])


def test_what_is_used_on_a_person_does_not_depend_on_their_logits(predictions: Predictions, found: CrossFitted) -> None:
    own = _of(predictions, people_of(predictions)[0])
    logits = predictions.logits.copy()
    logits[own] = logits[own][:, ::-1]
    altered = cross_fitted(replace(predictions, logits=logits, probabilities=softmax(logits, axis=1)))
    assert np.array_equal(altered.limits[own], found.limits[own])
    assert not np.array_equal(altered.probabilities[own], found.probabilities[own])


def test_a_person_has_one_temperature_for_all_their_clips(predictions: Predictions, found: CrossFitted) -> None:
    for person in set(people_of(predictions)):
        assert len(set(found.temperatures[_of(predictions, person)])) == 1


def test_a_predictor_three_times_too_sure_gets_a_temperature_of_three() -> None:
    drawn = [drawn_predictions(seed, factor=3.0) for seed in range(10)]
    assert np.mean([fit_temperature(one.logits, one.labels) for one in drawn]) == pytest.approx(3, rel=0.08)


def test_calibration_lowers_the_error_on_people_it_was_not_fitted_on(
    predictions: Predictions, found: CrossFitted
) -> None:
    calibration = calibration_of(predictions, found)
    assert calibration.temperature == fit_temperature(predictions.logits, predictions.labels)
    assert calibration.ece_before > 2 * calibration.ece_after
    assert calibration.ece_after < calibration.ece_of_perfect + 0.03
    assert calibration.nll_after < calibration.nll_before


def test_sets_reach_their_coverage_in_every_class_on_people_they_were_not_fitted_on() -> None:
    coverage = []
    for seed in range(6):
        predictions = drawn_predictions(seed)
        sets = answer_sets_of(predictions, cross_fitted(predictions), 1.0)
        coverage.append([sets.coverage.value, *sets.class_coverage.values()])
    assert np.mean(coverage, axis=0) == pytest.approx([0.9] * 4, abs=0.02)


def test_the_figures_of_the_sets_agree_with_each_other(predictions: Predictions, found: CrossFitted) -> None:
    sets = answer_sets_of(predictions, found, 3.0)
    counts = np.bincount(predictions.labels)
    assert sum(sets.sizes) == len(predictions)
    assert sets.mean_size == pytest.approx(sum((1 + i) * n for i, n in enumerate(sets.sizes)) / len(predictions))
    assert sets.coverage.value == pytest.approx(
        np.average([sets.class_coverage[name] for name in LABELS], weights=counts)
    )
    assert sets.coverage.low < sets.coverage.value < sets.coverage.high
    assert found.sets.any(axis=1).all()


def test_the_record_is_that_of_the_report_beside_the_constant_baseline() -> None:
    predictions = partly_right(0.6, 0)
    record, counts = record_of(predictions), SubjectCounts.of(predictions)
    assert (record.num_samples, record.num_subjects) == (442, 68)
    assert record.uf1.value == uf1(counts.pooled)
    assert record.uar.value == uar(counts.pooled)
    assert record.uf1.low < record.uf1.value < record.uf1.high
    assert record.baseline.always == "negative"
    assert record.baseline.uf1 == pytest.approx(0.2408, abs=1e-4)
    assert record_of(always(0)).uf1.value == record.baseline.uf1
    right = (predictions.predicted == 2) & (predictions.labels == 2)
    assert record.found("surprise") == (right.sum(), 83)
    assert record.said("surprise") == (right.sum(), (predictions.predicted == 2).sum())


def test_one_person_alone_cannot_be_left_out() -> None:
    predictions = partly_right(0.6, 0)
    alone = predictions.selected(np.flatnonzero(_of(predictions, people_of(predictions)[0])).tolist())
    with pytest.raises(MerError, match="at least two, got 1"):
        cross_fitted(alone)
