"""The temperature that makes probabilities as right as they claim to be, and how far off they are."""

import numpy as np
from scipy.optimize import minimize_scalar
from scipy.special import log_softmax

_BOUNDS = (0.05, 20.0)  # further out every answer would be certain, or a coin toss
_BINS = 10
_DRAWS = 1000


def fit_temperature(logits: np.ndarray, labels: np.ndarray) -> float:
    """The temperature, 0.05 to 20, that gives the true classes the greatest likelihood.

    The likelihood has one maximum, since its logarithm is concave in 1/T. Source: Guo et al., 2017 (arXiv 1706.04599).

    Args:
        logits: float64 (N, C).
        labels: int64 (N,), the true class.
    """
    found = minimize_scalar(
        lambda log_t: nll(logits / np.exp(log_t), labels),
        bounds=np.log(_BOUNDS),
        method="bounded",
        options={"xatol": 1e-6},
    )
    return float(np.exp(found.x))


def nll(logits: np.ndarray, labels: np.ndarray) -> float:
    """Mean negative logarithm of the true class's probability, for logits (N, C)."""
    return float(-log_softmax(logits, axis=1)[np.arange(len(labels)), labels].mean())


def calibration_error(probabilities: np.ndarray, right: np.ndarray) -> float:
    """Expected calibration error: how far the top probability lies from the share of right answers, 0 to 1.

    Clips are sorted by their top probability into ten bins of equal numbers; the mean over bins of the absolute
    difference, weighted by their clips.

    Args:
        probabilities: float64 (N, C).
        right: bool (N,), whether the most probable class is the true one.
    """
    top = probabilities.max(axis=1)
    bins = np.array_split(np.argsort(top, kind="stable"), min(_BINS, len(top)))
    return float(sum(abs((top[rows] - right[rows]).sum()) for rows in bins) / len(top))


def error_of_perfect(probabilities: np.ndarray, seed: int = 0) -> float:
    """What `calibration_error` finds on average where these probabilities are exactly true; never 0 on few clips."""
    top = probabilities.max(axis=1)
    drawn = np.random.default_rng(seed).random((_DRAWS, len(top))) < top
    return float(np.mean([calibration_error(probabilities, right) for right in drawn]))
