"""The largest score with which a class belongs to an answer."""

from math import ceil

import numpy as np

from mer_core.errors import MerError
from mer_core.labels import LABELS
from mer_core.reliability.answer_sets import scores


def fit_limits(probabilities: np.ndarray, labels: np.ndarray, coverage: float) -> np.ndarray:
    """For each class the score that at least this share of new clips of it keeps; float64 (3,).

    Label-conditional split-conformal prediction: of n clips of a class, the ceil((n + 1) coverage)-th smallest score of
    that class; 1, so that the class belongs to every answer, where n is too small to tell.

    Args:
        probabilities: float64 (N, 3), calibrated.
        labels: int64 (N,), the true class.
        coverage: share aimed at in every class, 0 to 1.

    Raises:
        MerError: a class has no clip.
    """
    found = scores(probabilities)
    limits = []
    for index, name in enumerate(LABELS):
        own = found[labels == index, index]
        if not len(own):
            raise MerError(f"There is no {name} clip to fit answers on; reliability needs some of each class.")
        limits.append(limit_of(own, coverage))
    return np.array(limits)


def limit_of(scores: np.ndarray, coverage: float) -> float:
    """The score that at least this share of new clips keeps; 1, the largest there is, where N is too small to tell.

    Args:
        scores: float64 (N,), 0 to 1, of the true classes.
        coverage: share aimed at, 0 to 1.
    """
    rank = ceil((len(scores) + 1) * coverage)
    return float(np.sort(scores)[rank - 1]) if rank <= len(scores) else 1.0
