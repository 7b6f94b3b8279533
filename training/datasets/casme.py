"""CASME (Yan et al., 2013, DOI 10.1109/FG.2013.6553799): `sub01/EP01_5/reg_EP01_5-113.jpg` and its table."""

from pathlib import Path

from training.datasets.annotated import Names, numbered, read_annotated
from training.datasets.table import Dataset

_NAMES = Names("casme", 60.0, r"sub\d+", lambda cell: numbered(cell, "sub{:02d}"))


def read_casme(folder: Path) -> Dataset:
    """All clips of CASME, 60 frames per second.

    Raises:
        MerError: no table or no frames at all.
    """
    return read_annotated(folder, _NAMES)
