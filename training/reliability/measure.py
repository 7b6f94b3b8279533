"""What the out-of-fold predictions of a run tell: scores, calibration and answer sets.

Temperature and limits are fitted twice. To be scored, without the person they are scored on; to be used, on all.
"""

from dataclasses import dataclass

import numpy as np
from scipy.special import softmax

from mer_core.labels import LABELS
from mer_core.reliability import AnswerSets, Baseline, Calibration, Record
from mer_core.reliability.answer_sets import members
from training.metrics import NUM_DRAWS, SubjectCounts, accuracy, estimate, score, subject_draws, uar, uf1
from training.predictions import Predictions
from training.reliability.limits import fit_limits
from training.reliability.people import each_person
from training.reliability.temperature import calibration_error, error_of_perfect, fit_temperature, nll

TARGET_COVERAGE = 0.9


@dataclass(frozen=True, eq=False)
class CrossFitted:
    """What each sample gets from a temperature and limits that were fitted without its person.

    Attributes:
        temperatures: float64 (N,).
        limits: float64 (N, 3).
        probabilities: float64 (N, 3), calibrated.
        sets: bool (N, 3), the classes of its answer.
    """

    temperatures: np.ndarray
    limits: np.ndarray
    probabilities: np.ndarray
    sets: np.ndarray


def cross_fitted(predictions: Predictions, coverage: float = TARGET_COVERAGE) -> CrossFitted:
    """Temperature, limits and answer set of each sample, fitted on all other people.

    Raises:
        MerError: there is only one person, or the others have no clip of some class.
    """
    temperatures, limits = np.empty(len(predictions)), np.empty((len(predictions), len(LABELS)))
    for own, others in each_person(people_of(predictions)):
        logits, labels = predictions.logits[others], predictions.labels[others]
        temperatures[own] = fit_temperature(logits, labels)
        limits[own] = fit_limits(softmax(logits / temperatures[own[0]], axis=1), labels, coverage)
    probabilities = softmax(predictions.logits / temperatures[:, None], axis=1)
    return CrossFitted(temperatures, limits, probabilities, members(probabilities, limits))


def people_of(predictions: Predictions) -> list[tuple[str, str]]:
    """(Data set, subject) of each sample."""
    return list(zip(predictions.datasets, predictions.subjects, strict=True))


def record_of(predictions: Predictions) -> Record:
    """The pooled scores with their intervals over people, beside the constant baseline."""
    counts = SubjectCounts.of(predictions)
    scores, baseline = score(counts), counts.baseline().pooled
    return Record(
        num_subjects=len(counts.subjects),
        confusion=tuple(tuple(row) for row in counts.pooled.tolist()),
        uf1=scores.uf1,
        uar=scores.uar,
        accuracy=scores.accuracy,
        baseline=Baseline(
            LABELS[counts.majority()], float(uf1(baseline)), float(uar(baseline)), float(accuracy(baseline))
        ),
    )


def calibration_of(predictions: Predictions, found: CrossFitted) -> Calibration:
    """The temperature for use, fitted on all, and what cross-fitted ones are worth."""
    logits, labels = predictions.logits, predictions.labels
    right = predictions.predicted == labels  # a temperature does not change which class is the most probable
    return Calibration(
        temperature=fit_temperature(logits, labels),
        ece_before=calibration_error(softmax(logits, axis=1), right),
        ece_after=calibration_error(found.probabilities, right),
        ece_of_perfect=error_of_perfect(found.probabilities),
        nll_before=nll(logits, labels),
        nll_after=nll(logits / found.temperatures[:, None], labels),
    )


def answer_sets_of(
    predictions: Predictions, found: CrossFitted, temperature: float, coverage: float = TARGET_COVERAGE
) -> AnswerSets:
    """The limits for use, fitted on all, and what cross-fitted ones are worth.

    Args:
        predictions: out-of-fold.
        found: the same cross-fitted.
        temperature: fitted on all.
        coverage: share aimed at in every class.
    """
    labels = predictions.labels
    limits = fit_limits(softmax(predictions.logits / temperature, axis=1), labels, coverage)
    covered, sizes = found.sets[np.arange(len(labels)), labels], found.sets.sum(axis=1)
    of_class = {name: labels == index for index, name in enumerate(LABELS)}
    return AnswerSets(
        target=coverage,
        limits=dict(zip(LABELS, limits.tolist(), strict=True)),
        coverage=estimate(covered.mean(), _drawn_coverage(predictions, covered)),
        mean_size=float(sizes.mean()),
        class_coverage={name: float(covered[rows].mean()) for name, rows in of_class.items()},
        class_mean_size={name: float(sizes[rows].mean()) for name, rows in of_class.items()},
        sizes=tuple(np.bincount(sizes, minlength=len(LABELS) + 1)[1:].tolist()),
    )


def _drawn_coverage(predictions: Predictions, covered: np.ndarray) -> np.ndarray:
    """Coverage in each bootstrap draw over people; float64 (draws,)."""
    rows = [own for own, _ in each_person(people_of(predictions))]
    weights = subject_draws(len(rows), NUM_DRAWS, seed=0)
    hits, clips = (np.array([values[own].sum() for own in rows]) for values in (covered, np.ones(len(covered))))
    return (weights @ hits) / (weights @ clips)
