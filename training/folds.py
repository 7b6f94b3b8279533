"""Leave one subject out: who is tested in which fold, and the seed of each."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import quote

import numpy as np

from mer_core.errors import MerError
from training.datasets.maps import Sample


@dataclass(frozen=True, eq=False)
class Fold:
    """One person left out.

    Attributes:
        dataset: whose person it is.
        subject: the person; the same name in another data set is another person.
        train: indices of all other people's samples, int64, ascending.
        test: indices of this person's samples, int64, ascending.
    """

    dataset: str
    subject: str
    train: np.ndarray
    test: np.ndarray

    @property
    def key(self) -> str:
        """The fold's name as a folder, `<dataset>__<subject>`; what a name of a folder had better not hold as %20."""
        return f"{self.dataset}__{quote(self.subject, safe='^()')}"

    def seed(self, run_seed: int) -> int:
        """A seed that depends on the run and the person alone, so that order and parallelism change nothing."""
        text = f"{run_seed}/{self.dataset}/{self.subject}"
        return int.from_bytes(hashlib.sha256(text.encode()).digest()[:4], "big")


def loso_folds(samples: Sequence[Sample]) -> tuple[Fold, ...]:
    """One fold a person, sorted by data set and subject.

    Raises:
        MerError: fewer than two people.
    """
    people = [(sample.dataset, sample.subject) for sample in samples]
    distinct = sorted(set(people))
    if len(distinct) < 2:
        raise MerError(f"Leave-one-subject-out needs at least two people, got {len(distinct)}.")
    indices = np.arange(len(people))
    is_of = {person: np.array([other == person for other in people]) for person in distinct}
    return tuple(Fold(*person, indices[~is_of[person]], indices[is_of[person]]) for person in distinct)
