"""The least probability with which a class belongs to an answer."""

from math import ceil

import numpy as np

from mer_core.errors import MerError
from mer_core.labels import LABELS


def fit_thresholds(probabilities: np.ndarray, labels: np.ndarray, coverage: float) -> np.ndarray:
    """For each class the probability that at least this share of new clips of it reaches; float64 (3,).

    Label-conditional split-conformal prediction: of n clips of a class, the ceil((n + 1) coverage)-th largest
    probability of that class; 0, so that the class belongs to every answer, where n is too small to tell.

    Args:
        probabilities: float64 (N, 3), calibrated.
        labels: int64 (N,), the true class.
        coverage: share aimed at in every class, 0 to 1.

    Raises:
        MerError: a class has no clip.
    """
    thresholds = []
    for index, name in enumerate(LABELS):
        own = np.sort(probabilities[labels == index, index])[::-1]
        if not len(own):
            raise MerError(f"There is no {name} clip to fit answers on; reliability needs some of each class.")
        rank = ceil((len(own) + 1) * coverage)
        thresholds.append(own[rank - 1] if rank <= len(own) else 0.0)
    return np.array(thresholds)
