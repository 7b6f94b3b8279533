"""The list of 294 CASME-family clips that Off-TANet (2021) and mini-AORCNN (2022) were evaluated on."""

import re
from pathlib import Path

from training.datasets.annotated import add_row
from training.datasets.collector import Annotation, Collector
from training.datasets.frames import folders, subject_root
from training.datasets.sheets import Columns, Row, Table, find_table
from training.datasets.table import Dataset, Problem, joined

_COLUMNS = Columns(
    required={
        "dataset": ("dataset",),
        "subject": ("subject",),
        "clip": ("sample",),
        "onset": ("onset",),
        "apex": ("apex",),
        "emotion": ("class",),
    },
    optional={},
)
# As the list names them: our name, frames per second, and how a folder name begins once blanks and brackets are gone.
_MEMBERS = {
    "casme1": ("casme", 60.0, r"casme(1.*|_(?!sq).*|)"),
    "casme2": ("casme2", 200.0, r"casme(2|ii).*"),
    "casme^2": ("cas_me2", 30.0, r"casme(\^2|_?sq).*"),
}


def read_casme_list(folder: Path) -> Dataset:
    """All clips of the list, of the data sets casme, casme2 and cas_me2; there is no offset.

    Layout: the CSV `Dataset,Subject,Sample,Onset,Apex,Class` beside the folders of the three data sets, e.g.
    `casme1_cropped/`, `casme2_cropped/`, `casme^2_cropped/`, each with `<subject>/<sample>/` of frames.

    Raises:
        MerError: no table, or the folder of a data set in it is missing.
    """
    table = find_table(folder, _COLUMNS)
    named = {row["dataset"].casefold() for row in table.rows}
    parts = [_read_member(table, folder, member) for member in _MEMBERS if member in named]
    unknown = [row for row in table.rows if row["dataset"].casefold() not in _MEMBERS]
    sentence = f"is none of {', '.join(_MEMBERS)}."
    wrong = tuple(Problem(table.path, f"data set {row['dataset']!r} {sentence}", row.number) for row in unknown)
    return joined([*parts, Dataset((), wrong)])


def _read_member(table: Table, folder: Path, member: str) -> Dataset:
    dataset, fps, pattern = _MEMBERS[member]
    collector = Collector(dataset, table.path, fps)
    rows = [row for row in table.rows if row["dataset"].casefold() == member]
    found = [path for path in folders(folder) if re.fullmatch(pattern, re.sub(r"[\s()]", "", path.name.casefold()))]
    if len(found) != 1:
        told = f"holds {len(found)} folders" if found else "holds no folder"
        sentence = f"{told} of {member}, which {len(rows)} rows of {table.path.name} need; give exactly one."
        return Dataset((), (Problem(folder, sentence, rows[0].number),))
    root = subject_root(found[0], r"(sub|s)\d+")
    for row in rows:
        add_row(collector, table, row, lambda row: _annotation(row, root))
    return collector.finish()


def _annotation(row: Row, root: Path) -> Annotation:
    frames = root / row["subject"] / row["clip"]
    return Annotation(
        row["subject"], row["clip"], row["emotion"], frames, row["onset"], row["apex"], None, row=row.number
    )
