"""Answers that are sets: enough classes that the true one is among them about nine times in ten, and never none."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from mer_core.scores import Estimate


@dataclass(frozen=True)
class AnswerSets:
    """Which classes belong to an answer, and how often the true one was among them.

    Split-conformal with one limit a class, so that the promise holds for each class and thus whatever mixture of
    classes a user's clips are (Vovk, 2012, arXiv 1209.2673, "label-conditional"). The score is the adaptive one of
    Romano, Sesia and Candes (2020, arXiv 2006.02544): the probability of all likelier classes and a share of the
    class's own, here half of it, the mean of the random share they draw. Departure: the most probable class always
    belongs, so that no answer is empty, which can only add coverage.

    Attributes:
        target: coverage aimed at in every class, 0 to 1.
        limits: class to the largest score, see `scores`, with which it belongs, 0 to 1. Fitted on all people; the
            figures below come from limits fitted without the person they are scored on.
        coverage: how often the true class was in the set.
        mean_size: classes in a set, on average.
        class_coverage: `coverage` of the clips of each class.
        class_mean_size: `mean_size` of the clips of each class.
        sizes: number of clips that got a set of one class, of two, of three.

    Raises:
        ValueError: a limit outside 0 to 1.
    """

    target: float
    limits: dict[str, float]
    coverage: Estimate
    mean_size: float
    class_coverage: dict[str, float]
    class_mean_size: dict[str, float]
    sizes: tuple[int, ...]

    def __post_init__(self) -> None:
        if not all(0 <= limit <= 1 for limit in self.limits.values()):
            raise ValueError(f"limits must lie between 0 and 1, got {self.limits}")

    def answers(self, probabilities: Mapping[str, float]) -> tuple[str, ...]:
        """The classes that belong to the answer, most probable first; at least one.

        Args:
            probabilities: class to calibrated probability.
        """
        names = list(probabilities)
        values = np.array([probabilities[name] for name in names])
        belong = members(values, np.array([self.limits[name] for name in names]))
        return tuple(names[index] for index in np.argsort(-values, kind="stable") if belong[index])


def scores(probabilities: np.ndarray) -> np.ndarray:
    """The probability of all likelier classes and half of a class's own; float64 (..., C), 0 to 1.

    Args:
        probabilities: (..., C), each row summing to 1.
    """
    likelier = probabilities[..., None, :] > probabilities[..., :, None]
    summed = (likelier * probabilities[..., None, :]).sum(axis=-1) + probabilities / 2
    return np.minimum(summed, 1)  # float32 rows may sum to a little more, and a limit of 1 must let every class in


def members(probabilities: np.ndarray, limits: np.ndarray) -> np.ndarray:
    """Which classes belong to each answer: those whose score keeps their limit, and always the most probable.

    Args:
        probabilities: (..., C), calibrated.
        limits: (C,).

    Returns:
        bool (..., C).
    """
    first = np.arange(probabilities.shape[-1]) == probabilities.argmax(axis=-1)[..., None]
    return (scores(probabilities) <= limits) | first
