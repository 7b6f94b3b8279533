"""Which way of making answer sets keeps its promise with the fewest classes, on the predictions of an honest run.

Usage: `python -m benchmarks.answer_sets RUN`. Every way aims at 90 %, is fitted on all people but one and scored on
that one, and always gives the most probable class. "Threshold": a class belongs by its own probability (Sadinle et al.,
2019). "Adaptive": by the sum of all larger probabilities and its own (Romano et al., 2020, arXiv 2006.02544, without
randomisation); "half adaptive": and half of its own. "One limit": the same for all classes. The app uses the last line.
"""

import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
from scipy.special import softmax

from mer_core.labels import LABELS
from mer_core.reliability.answer_sets import scores
from training.predictions import Predictions
from training.reliability.limits import limit_of
from training.reliability.measure import TARGET_COVERAGE, people_of
from training.reliability.people import each_person
from training.reliability.temperature import fit_temperature
from training.store import PREDICTIONS_FILE

_Score = Callable[[np.ndarray], np.ndarray]


def main() -> None:
    """Print one line a way."""
    predictions = Predictions.from_csv(Path(sys.argv[1]) / PREDICTIONS_FILE)
    print(f"{'':24} covered {'':22} classes {'':6} clips with 1, 2, 3 classes")
    for name, score in (("threshold", _threshold), ("adaptive", _adaptive), ("half adaptive", scores)):
        for kind, per_class in (("one limit", False), ("per class", True)):
            _line(f"{name}, {kind}", predictions, _sets(predictions, score, per_class))


def _threshold(probabilities: np.ndarray) -> np.ndarray:
    """Nonconformity of each class; float64 (N, 3)."""
    return 1 - probabilities


def _adaptive(probabilities: np.ndarray) -> np.ndarray:
    return scores(probabilities) + probabilities / 2


def _sets(predictions: Predictions, score: _Score, per_class: bool) -> np.ndarray:
    """Classes of each answer; bool (N, 3)."""
    sets = np.zeros(predictions.logits.shape, bool)
    for own, others in each_person(people_of(predictions)):
        logits, labels = predictions.logits[others], predictions.labels[others]
        temperature = fit_temperature(logits, labels)
        true_scores = score(softmax(logits / temperature, axis=1))[np.arange(len(labels)), labels]
        groups = [true_scores[labels == index] if per_class else true_scores for index in range(len(LABELS))]
        limits = np.array([limit_of(group, TARGET_COVERAGE) for group in groups])
        probabilities = softmax(predictions.logits[own] / temperature, axis=1)
        first = np.eye(len(LABELS), dtype=bool)[probabilities.argmax(axis=1)]
        sets[own] = (score(probabilities) <= limits) | first
    return sets


def _line(name: str, predictions: Predictions, sets: np.ndarray) -> None:
    labels = predictions.labels
    covered, sizes = sets[np.arange(len(labels)), labels], sets.sum(axis=1)
    each = " ".join(f"{label[:3]} {covered[labels == index].mean():.3f}" for index, label in enumerate(LABELS))
    counts = np.bincount(sizes, minlength=4)[1:]
    print(f"{name:24} {covered.mean():.3f} ({each}) {sizes.mean():.2f} {'':8} {counts[0]}, {counts[1]}, {counts[2]}")


if __name__ == "__main__":
    main()
