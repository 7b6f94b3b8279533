"""What a network got right and wrong about people it had not seen."""

from dataclasses import dataclass
from typing import NamedTuple

from mer_core.labels import LABELS
from mer_core.scores import Estimate


class Tally(NamedTuple):
    """How many of how many."""

    right: int
    of: int


@dataclass(frozen=True)
class Baseline:
    """The scores of saying the most frequent class of every clip."""

    always: str
    uf1: float
    uar: float
    accuracy: float


@dataclass(frozen=True)
class Record:
    """The pooled scores of a leave-one-subject-out run, each clip judged by a network that never saw its person.

    Attributes:
        num_subjects: people left out, one after the other.
        confusion: number of clips, rows the true class, columns the answer, both in the order of `LABELS`.
        uf1: unweighted F1 with its 95 % interval by bootstrap over people.
        uar: unweighted average recall, likewise.
        accuracy: share of right answers, likewise.
        baseline: what saying the most frequent class would score.

    Raises:
        ValueError: the table is not 3x3, or counts less than nothing or nothing at all.
    """

    num_subjects: int
    confusion: tuple[tuple[int, ...], ...]
    uf1: Estimate
    uar: Estimate
    accuracy: Estimate
    baseline: Baseline

    def __post_init__(self) -> None:
        if [len(row) for row in self.confusion] != [len(LABELS)] * len(LABELS):
            raise ValueError(f"the confusion matrix must be {len(LABELS)}x{len(LABELS)}, got {self.confusion}")
        if min(min(row) for row in self.confusion) < 0 or not self.num_samples:
            raise ValueError(f"the confusion matrix must count clips, got {self.confusion}")

    @property
    def num_samples(self) -> int:
        """Number of clips."""
        return sum(sum(row) for row in self.confusion)

    def found(self, label: str) -> Tally:
        """Of the clips of this class, how many were called so."""
        row = self.confusion[LABELS.index(label)]
        return Tally(row[LABELS.index(label)], sum(row))

    def said(self, label: str) -> Tally:
        """Of the times this class was the answer, how often that was right."""
        column = LABELS.index(label)
        return Tally(self.confusion[column][column], sum(row[column] for row in self.confusion))

    def found_sentence(self, label: str) -> str:
        """In words, e.g. "right on 52 of 83 surprise clips of people it had not seen"."""
        right, of = self.found(label)
        return f"right on {right} of {of} {label} clips of people it had not seen"

    def said_sentence(self, label: str) -> str:
        """In words, e.g. "right 52 of the 78 times it called such a clip surprise"."""
        right, of = self.said(label)
        return f"right {right} of the {of} times it called such a clip {label}" if of else f"it never said {label}"
