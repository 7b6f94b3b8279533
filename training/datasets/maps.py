"""Labelled motion maps, whichever data set they come from."""

from collections import Counter
from dataclasses import dataclass

import numpy as np

from mer_core.labels import LABELS


@dataclass(frozen=True)
class Sample:
    """One clip of a data set.

    Attributes:
        dataset: e.g. "casme2".
        subject: the person within that data set, as text; leading zeros count.
        clip: the clip within that person.
        label: index into `mer_core.labels.LABELS`.
    """

    dataset: str
    subject: str
    clip: str
    label: int

    @property
    def sample_id(self) -> str:
        """A name that no other clip has, e.g. "samm/006/006_1_2"."""
        return f"{self.dataset}/{self.subject}/{self.clip}"


@dataclass(frozen=True, eq=False)
class LabelledMaps:
    """Samples and their motion maps, in the same order.

    Attributes:
        samples: N of them.
        maps: uint8 (N, 28, 28, 3) in the order u, v, strain, each channel stretched to 0..255.
        digest: sha256 over names, labels and maps, to tell later what a network was trained on.
    """

    samples: tuple[Sample, ...]
    maps: np.ndarray
    digest: str

    @property
    def labels(self) -> np.ndarray:
        """Class of each sample; int64 (N,)."""
        return np.array([sample.label for sample in self.samples], np.int64)

    @property
    def num_subjects(self) -> int:
        """Number of people; the same subject name in two data sets is two people."""
        return len({(sample.dataset, sample.subject) for sample in self.samples})

    def counts(self) -> dict[str, int]:
        """Number of samples of each class."""
        counted = Counter(sample.label for sample in self.samples)
        return {name: counted[index] for index, name in enumerate(LABELS)}
