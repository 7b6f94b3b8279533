"""Where on the face: regions at the size of a network's input, and the coarse grid that pictures are compared on."""

from collections.abc import Mapping

import cv2
import numpy as np

from mer_core.regions import region_masks

_FINER = 4
GRID = 14
"""Cells a side of the grid. The maps hold 28x28 values; finer differences between pictures say nothing."""


def masks_at(landmarks: np.ndarray, crop_size: int, size: int) -> dict[str, np.ndarray]:
    """One mask a region of the face by its name, bool (size, size).

    Args:
        landmarks: float (468, 2), px of the crop.
        crop_size: side of the crop, px.
        size: side of the network's input.
    """
    # Drawn finer first, as filled outlines include their border, which at 28 px is most of an eye: a pixel then goes to
    # the region that has most of it. Pixel areas match, as in the resizing of the maps.
    fine = _FINER * size
    scaled = (np.asarray(landmarks, np.float64) + 0.5) * fine / crop_size - 0.5
    drawn = region_masks(scaled, fine)
    parts = np.stack([area_resized(mask, size) for mask in drawn.values()])
    most = np.where(parts.sum(axis=0) >= 0.5, parts.argmax(axis=0), -1)
    return {name: most == number for number, name in enumerate(drawn)}


def cells(size: int) -> np.ndarray:
    """The number of the grid cell that each pixel lies in; int (size, size), 0 to GRID² - 1 row by row."""
    along = np.arange(size) * GRID // size
    return along[:, None] * GRID + along[None, :]


def cell_means(plane: np.ndarray) -> np.ndarray:
    """Mean of each grid cell of a plane (S, S); float64 (GRID²,). S must be at least GRID."""
    index = cells(len(plane)).ravel()
    return np.bincount(index, plane.ravel().astype(np.float64), GRID**2) / np.bincount(index, minlength=GRID**2)


def shares_of_regions(weight: np.ndarray, masks: Mapping[str, np.ndarray]) -> dict[str, float]:
    """How much of a weight (S, S), at least 0, lies in each region, as a share of all that lies in regions.

    All zeros where none does.
    """
    sums = {name: float(weight[mask].sum()) for name, mask in masks.items()}
    total = sum(sums.values())
    return {name: value / total if total else 0.0 for name, value in sums.items()}


def area_resized(plane: np.ndarray, size: int) -> np.ndarray:
    """A plane (H, W) at another side; float32 (size, size), averaged where it shrinks."""
    return cv2.resize(np.asarray(plane, np.float32), (size, size), interpolation=cv2.INTER_AREA)
