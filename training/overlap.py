"""How much of a data set a checkpoint was trained on, told from fingerprints that name nobody.

A checkpoint keeps a short hash of each person, clip and map it was trained on. They keep names out of a published file
and are no secret to whoever has the data sets: the hashes of known names can be looked up.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from training.datasets.maps import LabelledMaps

FITTED_ON = "fitted_on"
"""The entry of `Checkpoint.training` that holds `fingerprints`."""

_LENGTH = 12  # hex digits: a thousand names agree with another thousand by chance once in 280 million times


@dataclass(frozen=True, eq=False)
class Overlap:
    """What of N samples a checkpoint has seen in training.

    Attributes:
        is_known: whether the checkpoint tells; if not, the other two are all False.
        seen_clip: bool (N,), whether it was trained on this clip, by its name or its map.
        seen_person: bool (N,), whether it was trained on any clip of this sample's person.
        people: N pairs (data set, subject).
    """

    is_known: bool
    seen_clip: np.ndarray
    seen_person: np.ndarray
    people: tuple[tuple[str, str], ...]

    @property
    def trained_on_these(self) -> bool | None:
        """Whether it was trained on any of these people; None where the checkpoint does not tell."""
        return bool(self.seen_person.any()) if self.is_known else None

    @property
    def num_people(self) -> int:
        """Number of people."""
        return len(set(self.people))

    @property
    def num_seen_people(self) -> int:
        """Number of people it was trained on."""
        return len({person for person, seen in zip(self.people, self.seen_person, strict=True) if seen})

    def to_json(self) -> dict[str, Any]:
        """The counts as plain values; null where unknown."""
        return {
            "num_samples": len(self.people),
            "num_people": self.num_people,
            "trained_on_samples": int(self.seen_clip.sum()) if self.is_known else None,
            "trained_on_people": self.num_seen_people if self.is_known else None,
        }

    def sentence(self) -> str:
        """What the scores on these samples are worth, in plain language."""
        if not self.is_known:
            return (
                "It is not known whether this is evidence: the checkpoint does not tell which people it was trained "
                "on. If these are among them, the scores show what it remembers, not how it does on new people."
            )
        if not self.trained_on_these:
            return (
                f"None of these {self.num_people} people are among those this checkpoint was trained on, by the names "
                "of data set and subject, by clip and by map; the same person under another name goes unnoticed."
            )
        return (
            f"THIS IS NO EVIDENCE: the checkpoint was trained on {int(self.seen_clip.sum())} of these "
            f"{len(self.people)} samples and on {self.num_seen_people} of these {self.num_people} people. The scores "
            "show what it remembers, not how it does on new people."
        )


def fingerprints(data: LabelledMaps) -> dict[str, str]:
    """Short hashes of the people, the clips and the maps, each a list in ascending order separated by spaces."""
    own = _Hashes.of(data)
    kinds = {"people": own.people, "clips": own.clips, "maps": own.maps}
    return {name: " ".join(sorted(set(hashes))) for name, hashes in kinds.items()}


def person_fingerprint(dataset: str, subject: str) -> str:
    """Short hash of a person."""
    return _short(f"{dataset}/{subject}".encode())


def overlap(training: Mapping[str, Any], data: LabelledMaps) -> Overlap:
    """What of these samples a checkpoint has seen in training.

    Args:
        training: `Checkpoint.training`. Where it has no fingerprints, as those of earlier versions and imported
            weights, only exactly the same data can be recognised, by their digest.
        data: the samples.
    """
    people = tuple((sample.dataset, sample.subject) for sample in data.samples)
    kept = training.get(FITTED_ON)
    if kept is None:
        is_same = training.get("data_sha256") == data.digest
        all_or_none = np.full(len(people), is_same)
        return Overlap(is_same, all_or_none, all_or_none, people)
    own = _Hashes.of(data)
    known = {kind: frozenset(kept[kind].split()) for kind in ("people", "clips", "maps")}
    seen_clip = _among(own.clips, known["clips"]) | _among(own.maps, known["maps"])
    known_people = {person for person, seen in zip(people, seen_clip, strict=True) if seen}
    seen_person = _among(own.people, known["people"]) | np.array([person in known_people for person in people])
    return Overlap(True, seen_clip, seen_person, people)


@dataclass(frozen=True)
class _Hashes:
    """Of each sample, in order: its person, its clip, its map."""

    people: tuple[str, ...]
    clips: tuple[str, ...]
    maps: tuple[str, ...]

    @staticmethod
    def of(data: LabelledMaps) -> "_Hashes":
        return _Hashes(
            tuple(person_fingerprint(sample.dataset, sample.subject) for sample in data.samples),
            tuple(_short(sample.sample_id.encode()) for sample in data.samples),
            tuple(_short(map_uvs.tobytes()) for map_uvs in data.maps),
        )


def _short(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:_LENGTH]


def _among(hashes: tuple[str, ...], known: frozenset[str]) -> np.ndarray:
    return np.array([one in known for one in hashes])
