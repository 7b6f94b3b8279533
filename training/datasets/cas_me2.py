"""CAS(ME)^2 (Qu et al., 2018, DOI 10.1109/TAFFC.2017.2654440): `s15/.../img12.jpg`, macro and micro in one table."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from training.datasets.annotated import CLIP_COLUMNS, add_row, numbered
from training.datasets.collector import Annotation, Collector
from training.datasets.frames import subject_root
from training.datasets.sheets import Cells, Columns, Row, Table, find_fitting, read_sheets, rows_below, table_in
from training.datasets.table import Dataset, Exclusion, Note, Problem

_FPS = 30.0
_COLUMNS = Columns({**CLIP_COLUMNS.required, "kind": ("expressiontype", "type")}, CLIP_COLUMNS.optional)
# The released workbook has no header: person, video and number of the expression, onset, apex, offset, action units,
# estimated emotion, type, self-report; two further sheets translate its persons and videos to folder names.
_ORDER = ("subject", "clip", "onset", "apex", "offset", "action_units", "emotion", "kind")


@dataclass(frozen=True)
class _Workbook:
    """The table, and what the folders are called: person to number, video to code."""

    table: Table
    persons: Mapping[str, str]
    videos: Mapping[str, str]

    def subject(self, row: Row) -> str:
        return numbered(self.persons.get(row["subject"], row["subject"]), "s{:d}")

    def frames(self, root: Path, row: Row) -> Path:
        """The folder of the clip, or of the whole video that the clip is part of."""
        subject = self.subject(row)
        of_clip = root / subject / row["clip"]
        code = self.videos.get(row["clip"].partition("_")[0])
        whole = sorted((root / subject).glob(f"{subject[1:]}_{code}*")) if code else []
        return of_clip if of_clip.is_dir() or len(whole) != 1 else whole[0]


def read_cas_me2(folder: Path) -> Dataset:
    """All micro-expressions of CAS(ME)^2, 30 frames per second; macro-expressions are excluded and counted.

    The frames of a clip lie in `s15/anger1_1/`, or in the whole video `s15/15_0401.../` that the workbook names.

    Raises:
        MerError: no table or no frames at all, or frames in several versions (`rawpic`, `selectedpic`): give one.
    """
    book = find_fitting(folder, _workbook, _COLUMNS, also_above=True)
    root = subject_root(folder, r"s\d+")
    collector = Collector("cas_me2", book.table.path, _FPS)
    num_macro = 0
    for row in book.table.require_rows().rows:
        if row["kind"].casefold().startswith("macro"):
            num_macro += 1
            collector.remarks.append(Exclusion(book.table.path, "macro-expression", row.number))
        elif row["kind"].casefold().startswith("micro"):
            add_row(collector, book.table, row, lambda row: _annotation(book, row, root))
        else:
            sentence = f"{row['kind']!r} is neither macro-expression nor micro-expression."
            collector.remarks.append(Problem(book.table.path, sentence, row.number))
    if num_macro:
        share = f"{num_macro} of {len(book.table.rows)} rows are macro-expressions and left out."
        collector.remarks.insert(0, Note(book.table.path, share))
    return collector.finish()


def _annotation(book: _Workbook, row: Row, root: Path) -> Annotation:
    return Annotation(
        book.subject(row),
        row["clip"],
        row["emotion"],
        book.frames(root, row),
        row["onset"],
        row["apex"],
        row["offset"],
        row["action_units"],
        row.number,
    )


def _workbook(path: Path) -> _Workbook | None:
    sheets = read_sheets(path)
    headed = table_in(path, sheets, _COLUMNS)
    return _Workbook(headed, {}, {}) if headed else _headless_workbook(path, sheets)


def _headless_workbook(path: Path, sheets: list[Cells]) -> _Workbook | None:
    if len(sheets) < 3:
        return None
    first = next((line for line in sheets[0] if any(line)), [])
    if len(first) < len(_ORDER) or not first[7].casefold().startswith(("macro", "micro")):
        return None
    table = Table(path, rows_below(sheets[0], -1, {name: i for i, name in enumerate(_ORDER)}), frozenset(_ORDER))
    persons = {line[2]: line[1] for line in sheets[1] if len(line) > 2}
    videos = {line[1]: line[0].zfill(4) for line in sheets[2] if len(line) > 1}
    return _Workbook(table, persons, videos)
