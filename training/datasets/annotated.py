"""What the spreadsheets of CASME, CASME II, SAMM and CAS(ME)^3 have in common."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from mer_core.errors import MerError
from training.datasets.collector import Annotation, Collector
from training.datasets.frames import subject_root
from training.datasets.sheets import Columns, Row, Table, find_table
from training.datasets.table import Dataset, Problem

CLIP_COLUMNS = Columns(
    required={
        "subject": ("subject", "participant", "sub"),
        "clip": ("filename", "videoname", "clip", "sample"),
        "onset": ("onsetframe", "onsetf", "onset"),
        "apex": ("apexframe", "apexf1", "apexf", "apex"),
        "offset": ("offsetframe", "offsetf", "offset"),
        "emotion": ("estimatedemotion", "emotion", "emotions", "expression"),
    },
    optional={"action_units": ("actionunits", "actionunit", "aus", "au")},
)


@dataclass(frozen=True)
class Names:
    """How a data set names people and clips.

    Attributes:
        dataset: e.g. "casme2".
        fps: frames per second of its camera.
        subject_folder: pattern of a subject's folder.
        subject: from the cell to the name of the subject's folder; ValueError when that is impossible.
        clip: from row and its cell to the clip's name.
        frames: from the subject's folder and the row to the clip's folder.
        most_seconds: a longer clip is remarked upon; None for no limit.
        ignoring: tables with this text in their file name are another annotation.
    """

    dataset: str
    fps: float
    subject_folder: str
    subject: Callable[[str], str]
    clip: Callable[[Row], str] = lambda row: row["clip"]
    frames: Callable[[Path, Row], Path] = lambda subject, row: subject / row["clip"]
    most_seconds: float | None = None
    ignoring: str = ""


def read_annotated(folder: Path, names: Names) -> Dataset:
    """All clips of a data set whose table lies beside folders `<subject>/<clip>/` of frames.

    Raises:
        MerError: no table or no frames at all.
    """
    table = find_table(folder, CLIP_COLUMNS, ignoring=names.ignoring, also_above=True)
    root = subject_root(folder, names.subject_folder)
    collector = Collector(names.dataset, table.path, names.fps, names.most_seconds)
    for row in table.rows:
        add_row(collector, table, row, lambda row: _annotation(table, row, names, root))
    return collector.finish()


def add_row(collector: Collector, table: Table, row: Row, annotation: Callable[[Row], Annotation]) -> None:
    """Take one row, or say why its clip cannot even be named."""
    try:
        if not row["clip"]:
            raise MerError("the row names no clip")
        collector.add(annotation(row))
    except ValueError as error:
        collector.remarks.append(Problem(table.path, f"{str(error).rstrip('.')}.", row.number))


def numbered(cell: str, pattern: str) -> str:
    """The subject name made of a cell's number, e.g. "sub01" from "1", "01" or "sub1" by the pattern "sub{:02d}".

    Raises:
        ValueError: the cell holds no number.
    """
    digits = "".join(letter for letter in cell.partition(".")[0] if letter.isdigit())
    if not digits:
        raise ValueError(f"subject {cell!r} holds no number")
    return pattern.format(int(digits))


def _annotation(table: Table, row: Row, names: Names, root: Path) -> Annotation:
    subject = names.subject(row["subject"])
    return Annotation(
        subject,
        names.clip(row),
        row["emotion"],
        names.frames(root / subject, row),
        row["onset"],
        table.cell(row, "apex"),
        table.cell(row, "offset"),
        row["action_units"],
        row.number,
    )
