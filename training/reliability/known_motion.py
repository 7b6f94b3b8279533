"""What laboratory maps look like, so that a clip unlike them can be told."""

from collections.abc import Sequence

import numpy as np

from mer_core.errors import MerError
from mer_core.reliability.known_motion import KnownMotion, contrasts, shapes
from training.reliability.people import each_person

# Shifted, turned and shuffled maps and noise were told from untouched ones best with 16 to 24.
_DIRECTIONS = 16
_LEAST_CLIPS = 4
# Keeps the covariance of six contrasts invertible for a handful of clips; beside hundreds it is nothing.
_RIDGE = 1e-3


def fit_known_motion(maps: np.ndarray, people: Sequence[tuple[str, str]]) -> KnownMotion:
    """What these maps look like; its `distances` are of each person's maps from those of all others.

    Args:
        maps: uint8 (N, 28, 28, 3) in the order u, v, strain.
        people: (data set, subject) of each map.

    Raises:
        MerError: fewer than two people, or than four clips of the others.
    """
    distances = np.empty(len(maps))
    for own, others in each_person(people):
        distances[own] = _fitted(maps[others], np.zeros(1)).distances_of(maps[own])
    return _fitted(maps, np.sort(distances))


def _fitted(maps: np.ndarray, distances: np.ndarray) -> KnownMotion:
    if len(maps) < _LEAST_CLIPS:
        raise MerError(
            f"What motion looks like cannot be told from {len(maps)} clips; it needs at least {_LEAST_CLIPS}."
        )
    found, contrast = shapes(maps), contrasts(maps)
    mean = found.mean(axis=0)
    centred = found - mean
    # The small Gram matrix of N clips has the directions of the large covariance of 588 values.
    values, vectors = np.linalg.eigh(centred @ centred.T)
    count = min(_DIRECTIONS, (len(maps) - 1) // 2)
    top, vectors = values[::-1][:count], vectors[:, ::-1][:, :count]
    covariance = np.cov(contrast, rowvar=False) + _RIDGE * np.eye(contrast.shape[1])
    arrays = {
        "mean": mean,
        "directions": (vectors / np.sqrt(top)).T @ centred,
        "variances": top / (len(maps) - 1),
        "residual": np.array([(values.sum() - top.sum()) / (len(maps) - 1)]),
        "contrast_mean": contrast.mean(axis=0),
        "contrast_precision": np.linalg.inv(covariance),
        "distances": distances,
    }
    return KnownMotion.from_arrays({name: array.astype(np.float32) for name, array in arrays.items()})
