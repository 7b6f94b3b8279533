"""Scores of three-class predictions, all computed from one 3x3 table of counts per subject.

For class c with TP, FP and FN pooled over all samples, F1_c = 2TP / (2TP + FP + FN). UF1 is the mean of F1_c and UAR
the mean of TP_c / N_c (See et al., MEGC 2019, DOI 10.1109/FG.2019.8756611). Both means run over the classes that the
labels hold: a subject or data set without surprise is scored on the other two. All three occur in a usual composite,
where this changes nothing; predicting an absent class still costs the class that was missed.
"""

from dataclasses import dataclass
from typing import Self

import numpy as np

from mer_core.errors import MerError
from mer_core.labels import LABELS
from mer_core.scores import Estimate
from training.predictions import Predictions

NUM_DRAWS = 10_000
_PERCENTILES = (0.025, 0.975)


@dataclass(frozen=True)
class Scores:
    """The scores of one system on one set of samples.

    Attributes:
        uf1: unweighted F1 of the pooled samples.
        uar: unweighted average recall of the pooled samples.
        accuracy: share of the samples that are right.
        uf1_per_subject: ECNU's metric, see `mean_per_subject`; not comparable with `uf1`.
        uar_per_subject: the same for the recall.
    """

    uf1: Estimate
    uar: Estimate
    accuracy: Estimate
    uf1_per_subject: Estimate
    uar_per_subject: Estimate


@dataclass(frozen=True, eq=False)
class SubjectCounts:
    """How often each class was taken for which, subject by subject.

    Attributes:
        subjects: S pairs (data set, subject), sorted: the same name in two data sets is two people.
        confusions: int64 (S, 3, 3), rows the true class, columns the predicted one.

    Raises:
        MerError: no subjects, a table of another shape, or a subject without samples.
    """

    subjects: tuple[tuple[str, str], ...]
    confusions: np.ndarray

    def __post_init__(self) -> None:
        wanted = (len(self.subjects), len(LABELS), len(LABELS))
        if not self.subjects or self.confusions.shape != wanted:
            raise MerError(f"{len(self.subjects)} subjects cannot be scored by counts {self.confusions.shape}.")
        for subject, count in zip(self.subjects, self.confusions.sum(axis=(1, 2)), strict=True):
            if count == 0:
                raise MerError(f"Subject {'/'.join(subject)} has no samples; leave it out.")

    @classmethod
    def of(cls, predictions: Predictions) -> Self:
        """The counts of some predictions; their order changes nothing."""
        people = list(zip(predictions.datasets, predictions.subjects, strict=True))
        subjects = sorted(set(people))
        rows = {subject: row for row, subject in enumerate(subjects)}
        confusions = np.zeros((len(subjects), len(LABELS), len(LABELS)), np.int64)
        owners = np.array([rows[person] for person in people])
        np.add.at(confusions, (owners, predictions.labels, predictions.predicted), 1)
        return cls(tuple(subjects), confusions)

    @property
    def datasets(self) -> tuple[str, ...]:
        """The data sets, sorted."""
        return tuple(sorted({dataset for dataset, _ in self.subjects}))

    @property
    def pooled(self) -> np.ndarray:
        """Confusion matrix of all samples; int64 (3, 3), rows the true class, columns the predicted one."""
        return self.confusions.sum(axis=0)

    def of_dataset(self, dataset: str) -> Self:
        """The subjects of one data set.

        Raises:
            MerError: there is no such data set.
        """
        rows = [row for row, subject in enumerate(self.subjects) if subject[0] == dataset]
        if not rows:
            raise MerError(f"There is no data set {dataset!r}; there are {', '.join(self.datasets)}.")
        return type(self)(tuple(self.subjects[row] for row in rows), self.confusions[rows])

    def always(self, label: int) -> Self:
        """The counts of a system that gives this class to every sample."""
        constant = np.zeros_like(self.confusions)
        constant[:, :, label] = self.confusions.sum(axis=2)
        return type(self)(self.subjects, constant)

    def majority(self) -> int:
        """The most frequent true class, the first of equals."""
        return int(self.pooled.sum(axis=1).argmax())

    def baseline(self) -> Self:
        """The counts of the system that gives every sample the most frequent class."""
        return self.always(self.majority())


def uf1(confusions: np.ndarray) -> np.ndarray:
    """UF1 of each confusion matrix (..., 3, 3), rows the true class; float64 (...), 0 to 1."""
    right, true, predicted = _margins(confusions)
    return _mean_where(2 * right / np.maximum(true + predicted, 1), true > 0)


def uar(confusions: np.ndarray) -> np.ndarray:
    """UAR of each confusion matrix (..., 3, 3), rows the true class; float64 (...), 0 to 1."""
    right, true, _ = _margins(confusions)
    return _mean_where(right / np.maximum(true, 1), true > 0)


def accuracy(confusions: np.ndarray) -> np.ndarray:
    """Share of right answers of each confusion matrix (..., 3, 3); float64 (...), 0 to 1."""
    right, true, _ = _margins(confusions)
    return right.sum(axis=-1) / true.sum(axis=-1)


def mean_per_subject(counts: SubjectCounts) -> tuple[float, float]:
    """Mean over subjects of each subject's own macro F1 and macro recall, as ECNU's published code scores.

    Source: J. Zhang, F. Liu, A. Zhou, Off-TANet, 2021, DOI 10.1007/978-3-030-89188-6_20, which calls scikit-learn for
    each subject: there the classes of a subject are those among its labels *or* its predictions, and what is 0/0
    counts as 0. It rewards subjects of one class, of which MEGC2019 has 23 of 68: always saying "negative" scores .458
    and .534 where the pooled UF1 and UAR are .241 and .333. Never compare it with those.
    """
    values = _macro_of_each(counts.confusions).mean(axis=1)
    return float(values[0]), float(values[1])


def score(counts: SubjectCounts, draws: int = NUM_DRAWS, seed: int = 0) -> Scores:
    """All scores with 95 % percentile intervals by bootstrap over subjects.

    Each draw takes as many subjects as there are, with replacement, and all samples of each. The interval tells how
    much depends on who was filmed; how much depends on the seed of the training it does not.

    Args:
        counts: of one system.
        draws: number of draws; the same draws and seed give the same bits.
        seed: of the draws.
    """
    weights = subject_draws(len(counts.subjects), draws, seed)
    pooled, drawn = counts.pooled, resampled(counts, weights)
    macro = _macro_of_each(counts.confusions)
    drawn_macro = macro @ weights.T / len(counts.subjects)
    return Scores(
        uf1=estimate(uf1(pooled), uf1(drawn)),
        uar=estimate(uar(pooled), uar(drawn)),
        accuracy=estimate(accuracy(pooled), accuracy(drawn)),
        uf1_per_subject=estimate(macro[0].mean(), drawn_macro[0]),
        uar_per_subject=estimate(macro[1].mean(), drawn_macro[1]),
    )


def subject_draws(num_subjects: int, draws: int, seed: int) -> np.ndarray:
    """How often each draw takes each subject; float64 (draws, subjects) of whole numbers, each row adding to subjects.

    Raises:
        MerError: fewer than one draw.
    """
    if draws < 1:
        raise MerError(f"A bootstrap needs at least one draw, got {draws}.")
    chosen = np.random.default_rng(seed).integers(0, num_subjects, (draws, num_subjects))
    slots = chosen + num_subjects * np.arange(draws)[:, None]  # each draw counts into its own row
    return np.bincount(slots.ravel(), minlength=draws * num_subjects).reshape(draws, -1).astype(np.float64)


def resampled(counts: SubjectCounts, weights: np.ndarray) -> np.ndarray:
    """Pooled confusion matrix of each draw; float64 (draws, 3, 3), exact."""
    flat = counts.confusions.reshape(len(counts.subjects), -1).astype(np.float64)
    return (weights @ flat).reshape(-1, len(LABELS), len(LABELS))


def estimate(value: float | np.ndarray, drawn: np.ndarray) -> Estimate:
    """A score and the 2.5 and 97.5 percentiles of its draws."""
    low, high = np.quantile(drawn, _PERCENTILES)
    return Estimate(float(value), float(low), float(high))


def _margins(confusions: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    right = np.diagonal(confusions, axis1=-2, axis2=-1)
    return right, confusions.sum(axis=-1), confusions.sum(axis=-2)


def _mean_where(values: np.ndarray, counted: np.ndarray) -> np.ndarray:
    return np.where(counted, values, 0).sum(axis=-1) / counted.sum(axis=-1)


def _macro_of_each(confusions: np.ndarray) -> np.ndarray:
    """Macro F1 and macro recall of each subject as scikit-learn defines them; float64 (2, S)."""
    right, true, predicted = _margins(confusions)
    seen = (true + predicted) > 0
    f1 = 2 * right / np.maximum(true + predicted, 1)
    recall = right / np.maximum(true, 1)
    return np.stack([_mean_where(f1, seen), _mean_where(recall, seen)])
