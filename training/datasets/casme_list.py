"""The list of 294 CASME-family clips that Off-TANet (2021) and mini-AORCNN (2022) were evaluated on."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from training.datasets.annotated import add_row, numbered
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
_SUBJECT = r"(sub|s)?\d+"


@dataclass(frozen=True)
class _Member:
    """One of the list's data sets.

    Attributes:
        dataset: our name for it.
        fps: frames per second of its camera.
        folder: pattern of its folder's name, once blanks and brackets are gone.
        subject: how its own reader names a person; the same here, so that no person counts as two.
    """

    dataset: str
    fps: float
    folder: str
    subject: str


# As the list names them.
_MEMBERS = {
    "casme1": _Member("casme", 60.0, r"casme(1.*|_(?!sq).*|)", "sub{:02d}"),
    "casme2": _Member("casme2", 200.0, r"casme(2|ii).*", "sub{:02d}"),
    "casme^2": _Member("cas_me2", 30.0, r"casme(\^2|_?sq).*", "s{:d}"),
}


def read_casme_list(folder: Path) -> Dataset:
    """All clips of the list, of the data sets casme, casme2 and cas_me2; there is no offset.

    Layout: the CSV `Dataset,Subject,Sample,Onset,Apex,Class` beside the folders of the three data sets, e.g.
    `casme1_cropped/`, `casme2_cropped/`, `casme^2_cropped/`, each with `<subject>/<sample>/` of frames. A subject is
    found by its number: the published list writes `sub01`, but `16` for the people of CAS(ME)^2.

    Raises:
        MerError: no table, or the folder of a data set in it is missing.
    """
    table = find_table(folder, _COLUMNS)
    named = {row["dataset"].casefold() for row in table.rows}
    parts = [_read_member(table, folder, name) for name in _MEMBERS if name in named]
    unknown = [row for row in table.rows if row["dataset"].casefold() not in _MEMBERS]
    sentence = f"is none of {', '.join(_MEMBERS)}."
    wrong = tuple(Problem(table.path, f"data set {row['dataset']!r} {sentence}", row.number) for row in unknown)
    return joined([*parts, Dataset((), wrong)])


def _read_member(table: Table, folder: Path, name: str) -> Dataset:
    member = _MEMBERS[name]
    collector = Collector(member.dataset, table.path, member.fps)
    rows = [row for row in table.rows if row["dataset"].casefold() == name]
    plain_names = {path: re.sub(r"[\s()]", "", path.name.casefold()) for path in folders(folder)}
    found = [path for path, plain in plain_names.items() if re.fullmatch(member.folder, plain)]
    if len(found) != 1:
        told = f"holds {len(found)} folders" if found else "holds no folder"
        sentence = f"{told} of {name}, which {len(rows)} rows of {table.path.name} need; give exactly one."
        return Dataset((), (Problem(folder, sentence, rows[0].number),))
    root = subject_root(found[0], _SUBJECT)
    people = [path for path in folders(root) if re.fullmatch(_SUBJECT, path.name)]
    for row in rows:
        add_row(collector, table, row, lambda row: _annotation(row, member, root, people))
    return collector.finish()


def _annotation(row: Row, member: _Member, root: Path, people: Sequence[Path]) -> Annotation:
    subject = numbered(row["subject"], member.subject)
    frames = _subject_folder(root, people, row["subject"]) / row["clip"]
    return Annotation(subject, row["clip"], row["emotion"], frames, row["onset"], row["apex"], None, row=row.number)


def _subject_folder(root: Path, people: Sequence[Path], subject: str) -> Path:
    """The folder with the number of a subject among those of all people; where it should be when there is none."""
    found = [path for path in people if numbered(path.name, "{}") == numbered(subject, "{}")]
    if len(found) > 1:
        names = " and ".join(path.name for path in found)
        raise ValueError(f"subject {subject!r} has the folders {names} in {root.name}; leave one")
    return found[0] if found else root / subject
