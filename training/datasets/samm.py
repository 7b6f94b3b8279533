"""SAMM (Davison et al., 2018, DOI 10.1109/TAFFC.2016.2573832): `006/006_1_2/006_05562.jpg` and its table."""

from pathlib import Path

from training.datasets.annotated import Names, numbered, read_annotated
from training.datasets.table import Dataset

# A spreadsheet program may have turned "006" into 6 on export; three digits are the data set's own form.
_NAMES = Names("samm", 200.0, r"\d{3}", lambda cell: numbered(cell, "{:03d}"))


def read_samm(folder: Path) -> Dataset:
    """All clips of SAMM, 200 frames per second; the header of its sheet stands some rows down.

    Raises:
        MerError: no table or no frames at all.
    """
    return read_annotated(folder, _NAMES)
