"""CASME II (Yan et al., 2014, DOI 10.1371/journal.pone.0086041): `sub01/EP02_01f/reg_img46.jpg` and its table."""

from pathlib import Path

from training.datasets.annotated import Names, numbered, read_annotated
from training.datasets.table import Dataset

_NAMES = Names("casme2", 200.0, r"sub\d+", lambda cell: numbered(cell, "sub{:02d}"))


def read_casme2(folder: Path) -> Dataset:
    """All clips of CASME II, 200 frames per second; `reg_img46.jpg` (cropped) or `img46.jpg` (raw).

    Raises:
        MerError: no table or no frames at all, or cropped and raw frames both.
    """
    return read_annotated(folder, _NAMES)
