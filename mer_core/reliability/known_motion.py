"""How unlike the laboratory clips a motion is.

A motion map is compared with the maps a network was trained on in two ways. Its shape: each channel area-averaged to
14x14 and freed of its mean and spread, against the principal directions of the laboratory shapes. Its contrast: mean
and spread of each channel, which tell peaks on a calm face from motion everywhere. No label enters.
"""

from dataclasses import dataclass
from math import floor
from typing import Any

import numpy as np

from mer_core.inputs import MAP_SIDE

CANNOT_SAY_FROM, UNUSUAL_FROM = 0.97, 0.9
"""Shares of the laboratory clips that a motion must be stranger than to get no class, or a caution."""

_SIDE = MAP_SIDE // 2
# How much the distance off the principal directions and that of the contrast count beside the one along them. Chosen
# on altered maps (shifted, turned, shuffled, noise) against untouched ones, without any class label.
_OFF_DIRECTIONS, _CONTRAST = 3.0, 0.5
_ARRAYS = ("mean", "directions", "variances", "residual", "contrast_mean", "contrast_precision", "distances")


@dataclass(frozen=True)
class Familiarity:
    """How a motion compares with the laboratory clips.

    Attributes:
        stranger_than: share of the laboratory clips that are less strange, 0 to 1; each of those was judged by what the
            other people's clips look like.
        num_known: number of laboratory clips.
    """

    stranger_than: float
    num_known: int

    @property
    def is_strange(self) -> bool:
        """Whether it is too strange for any class."""
        return self.stranger_than >= CANNOT_SAY_FROM

    @property
    def is_unusual(self) -> bool:
        """Whether it is strange enough to be said."""
        return self.stranger_than >= UNUSUAL_FROM

    def sentence(self) -> str:
        """In words, e.g. "this motion is stranger than 98 % of the 442 laboratory clips"; never rounded up."""
        if self.stranger_than == 1:
            return f"this motion is stranger than each of the {self.num_known} laboratory clips"
        share = floor(100 * self.stranger_than)
        return f"this motion is stranger than {share} % of the {self.num_known} laboratory clips"

    def to_json(self) -> dict[str, Any]:
        """Plain values."""
        return {
            "stranger_than": round(self.stranger_than, 4),
            "cannot_say_from": CANNOT_SAY_FROM,
            "num_known": self.num_known,
        }


@dataclass(frozen=True, eq=False)
class KnownMotion:
    """What the laboratory maps look like.

    Attributes:
        mean: float32 (588,), mean shape, see `shapes`.
        directions: float32 (K, 588), principal directions of the shapes, orthonormal.
        variances: float32 (K,), variance along each.
        residual: float32 (1,), mean squared distance off the directions.
        contrast_mean: float32 (6,), see `contrasts`.
        contrast_precision: float32 (6, 6), inverse covariance.
        distances: float32 (N,), ascending: of each laboratory clip from the clips of all other people.

    Raises:
        ValueError: arrays of other shapes, values that are not finite, or variances that are not positive.
    """

    mean: np.ndarray
    directions: np.ndarray
    variances: np.ndarray
    residual: np.ndarray
    contrast_mean: np.ndarray
    contrast_precision: np.ndarray
    distances: np.ndarray

    def __post_init__(self) -> None:
        for name, array in self.arrays().items():
            if not np.isfinite(array).all():
                raise ValueError(f"{name} holds values that are not finite")
        size, count = 3 * _SIDE**2, len(self.variances)
        wanted = ((size,), (count, size), (count,), (1,), (6,), (6, 6), (len(self.distances),))
        for name, shape in zip(_ARRAYS, wanted, strict=True):
            if getattr(self, name).shape != shape or 0 in shape:
                raise ValueError(f"{name} has shape {getattr(self, name).shape}, expected {shape}")
        if min(self.variances.min(), self.residual[0]) <= 0 or (np.diff(self.distances) < 0).any():
            raise ValueError("variances must be positive and distances ascending")

    @staticmethod
    def from_arrays(arrays: dict[str, np.ndarray]) -> "KnownMotion":
        """From arrays by name.

        Raises:
            ValueError: an array is missing, or they are not what they should be.
        """
        if set(arrays) != set(_ARRAYS):
            raise ValueError(f"missing or unknown arrays: {', '.join(sorted(set(arrays) ^ set(_ARRAYS)))}")
        return KnownMotion(**arrays)

    def arrays(self) -> dict[str, np.ndarray]:
        """All arrays by name."""
        return {name: getattr(self, name) for name in _ARRAYS}

    def distances_of(self, maps: np.ndarray) -> np.ndarray:
        """How far maps lie from the laboratory's; float64 (N,), about 4.5 on average for maps like those.

        Args:
            maps: uint8 (N, 28, 28, 3) in the order u, v, strain, each stretched to 0..255.
        """
        centred = shapes(maps) - self.mean
        along = centred @ self.directions.T
        off = (centred**2).sum(axis=1) - (along**2).sum(axis=1)
        contrast = contrasts(maps) - self.contrast_mean
        within = (along**2 / self.variances).mean(axis=1)
        spread = np.einsum("ni,ij,nj->n", contrast, self.contrast_precision, contrast) / contrast.shape[1]
        return within + _OFF_DIRECTIONS * off / self.residual[0] + _CONTRAST * spread

    def familiarity(self, map_uvs: np.ndarray) -> Familiarity:
        """How a map uint8 (28, 28, 3) compares with the laboratory's."""
        distance = self.distances_of(map_uvs[None])[0]
        return Familiarity(float((self.distances < distance).mean()), len(self.distances))


def shapes(maps: np.ndarray) -> np.ndarray:
    """Where each channel is high and low, whatever its contrast; float64 (N, 588).

    Args:
        maps: uint8 (N, 28, 28, 3).
    """
    blocks = maps.reshape(len(maps), _SIDE, 2, _SIDE, 2, 3).astype(np.float64).mean(axis=(2, 4))
    centred = blocks - blocks.mean(axis=(1, 2), keepdims=True)
    # One grey level keeps a channel without any variation from being divided by nothing.
    return (centred / (centred.std(axis=(1, 2), keepdims=True) + 1)).reshape(len(maps), -1)


def contrasts(maps: np.ndarray) -> np.ndarray:
    """Mean and logarithm of the spread of each channel; float64 (N, 6), grey levels.

    Args:
        maps: uint8 (N, 28, 28, 3).
    """
    values = maps.astype(np.float64)
    return np.concatenate([values.mean(axis=(1, 2)), np.log1p(values.std(axis=(1, 2)))], axis=1)
