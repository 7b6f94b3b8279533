"""Labelled motion maps, whichever data set they come from."""

import hashlib
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from PIL import Image

from mer_core.errors import MerError
from mer_core.inputs import MAP_SIDE
from mer_core.labels import LABELS
from training.datasets.table import Dataset, Sample

__all__ = ["LabelledMaps", "Sample", "load_maps", "read_map"]


@dataclass(frozen=True, eq=False)
class LabelledMaps:
    """Samples and their motion maps, in the same order.

    Attributes:
        samples: N of them, each with a label.
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
    def planes(self) -> torch.Tensor:
        """The maps as training takes them; float32 (N, 3, 28, 28) in the order u, v, strain, 0..255."""
        return torch.from_numpy(self.maps).permute(0, 3, 1, 2).float()

    @property
    def num_subjects(self) -> int:
        """Number of people; the same subject name in two data sets is two people."""
        return len({(sample.dataset, sample.subject) for sample in self.samples})

    def counts(self) -> dict[str, int]:
        """Number of samples of each class."""
        counted = Counter(sample.label for sample in self.samples)
        return {name: counted[index] for index, name in enumerate(LABELS)}


def load_maps(data: Dataset) -> LabelledMaps:
    """The maps of all samples of the three classes, in the order of the data set.

    Raises:
        MerError: a sample has frames in place of a map, or a map is no 28x28 picture.
    """
    samples = data.samples
    without = next((sample for sample in samples if sample.map_path is None), None)
    if without is not None:
        raise MerError(f"{without.sample_id} has frames and no motion map yet; extract its map first.")
    maps = np.stack([read_map(sample.map_path) for sample in samples if sample.map_path])
    return LabelledMaps(samples, maps, maps_digest(samples, maps))


def read_map(path: Path) -> np.ndarray:
    """The map in a picture whose red, green and blue are u, v and strain; uint8 (28, 28, 3).

    Raises:
        MerError: no readable picture, or of another size.
    """
    try:
        with Image.open(path) as picture:
            values = np.asarray(picture.convert("RGB"))
    except (OSError, SyntaxError) as error:
        raise MerError(f"{path} is not a readable picture ({error}).") from error
    if values.shape != (MAP_SIDE, MAP_SIDE, 3):
        raise MerError(f"{path} is {values.shape[1]}x{values.shape[0]} px, expected {MAP_SIDE}x{MAP_SIDE}.")
    return values


def maps_digest(samples: tuple[Sample, ...], maps: np.ndarray) -> str:
    """The sha256 over names, labels and maps."""
    digest = hashlib.sha256()
    for sample in samples:
        digest.update(f"{sample.sample_id}={sample.label}\n".encode())
    digest.update(maps.tobytes())
    return digest.hexdigest()
