"""CAS(ME)^3 part A (Li et al., 2022, DOI 10.1109/TPAMI.2022.3174895): `spNO.1/b/color/175.jpg` and its table."""

from pathlib import Path

from training.datasets.annotated import Names, read_annotated
from training.datasets.sheets import Row
from training.datasets.table import Dataset


def read_casme3(folder: Path) -> Dataset:
    """All micro-expressions of part A, 30 frames per second.

    A video holds several: a clip is named by its video and its onset, e.g. "b_175". Remarked upon: 55 clips whose apex
    equals the onset, which get the middle frame, and 72 that last over 2 s. The table of macro-expressions ("MaE") is
    passed over.

    Raises:
        MerError: no table or no frames at all.
    """
    return read_annotated(folder, _NAMES)


def _subject(cell: str) -> str:
    if not cell:
        raise ValueError("the row names no subject")
    return cell


def _clip(row: Row) -> str:
    return f"{row['clip']}_{row['onset'].partition('.')[0]}"


def _frames(subject: Path, row: Row) -> Path:
    return subject / row["clip"] / "color"


_NAMES = Names("casme3", 30.0, r"spNO\.\d+", _subject, _clip, _frames, most_seconds=2.0, ignoring="MaE")
