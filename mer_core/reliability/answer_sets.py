"""Answers that are sets: enough classes that the true one is among them about nine times in ten, and never none."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from mer_core.scores import Estimate


@dataclass(frozen=True)
class AnswerSets:
    """Which classes belong to an answer, and how often the true one was among them.

    Split-conformal with one threshold a class (Vovk, 2012, arXiv 1209.2673, "label-conditional"; score of Sadinle,
    Lei and Wasserman, 2019, DOI 10.1080/01621459.2017.1395341): a class belongs when its calibrated probability reaches
    what nine in ten clips of that class reached. Departure: the most probable class always belongs, so that no answer
    is empty, which can only add coverage.

    Attributes:
        target: coverage aimed at in every class, 0 to 1.
        thresholds: class to the least calibrated probability with which it belongs, 0 to 1. Fitted on all people; the
            figures below come from thresholds fitted without the person they are scored on.
        coverage: how often the true class was in the set.
        mean_size: classes in a set, on average.
        class_coverage: `coverage` of the clips of each class.
        class_mean_size: `mean_size` of the clips of each class.
        sizes: number of clips that got a set of one class, of two, of three.

    Raises:
        ValueError: a threshold outside 0 to 1.
    """

    target: float
    thresholds: dict[str, float]
    coverage: Estimate
    mean_size: float
    class_coverage: dict[str, float]
    class_mean_size: dict[str, float]
    sizes: tuple[int, ...]

    def __post_init__(self) -> None:
        if not all(0 <= threshold <= 1 for threshold in self.thresholds.values()):
            raise ValueError(f"thresholds must lie between 0 and 1, got {self.thresholds}")

    def answers(self, probabilities: Mapping[str, float]) -> tuple[str, ...]:
        """The classes that belong to the answer, most probable first; at least one.

        Args:
            probabilities: class to calibrated probability.
        """
        names = list(probabilities)
        values = np.array([probabilities[name] for name in names])
        belong = members(values, np.array([self.thresholds[name] for name in names]))
        return tuple(names[index] for index in np.argsort(-values, kind="stable") if belong[index])


def members(probabilities: np.ndarray, thresholds: np.ndarray) -> np.ndarray:
    """Which classes belong to each answer: those that reach their threshold, and always the most probable.

    Args:
        probabilities: (..., C), calibrated.
        thresholds: (C,).

    Returns:
        bool (..., C).
    """
    first = np.arange(probabilities.shape[-1]) == probabilities.argmax(axis=-1)[..., None]
    return (probabilities >= thresholds) | first
