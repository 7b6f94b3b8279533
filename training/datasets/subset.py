"""Restricts data sets to a list of clips, such as the 442 of the MEGC2019 benchmark."""

from pathlib import Path

from training.datasets.sheets import Columns, Row, Table, read_table
from training.datasets.smic import smic_clip, smic_subject
from training.datasets.table import Dataset, Exclusion, Note, Problem, Remark

_COLUMNS = Columns(
    required={
        "dataset": ("dataset",),
        "subject": ("subject", "sub"),
        "clip": ("clip", "filenameo", "filename", "sample"),
    },
    optional={},
)


def restricted(data: Dataset, subset: Path) -> Dataset:
    """The clips of the data that a CSV `dataset, subject, clip` lists, and what differs both ways.

    The benchmark's own table (columns `dataset, sub, filename_o`) will do. A clip that is listed and cannot be used is
    a problem; a clip that is not listed is excluded, and problems with it no longer matter.

    Raises:
        MerError: the list cannot be read or lacks a column.
    """
    table = read_table(subset, _COLUMNS)
    names, unnamed = _listed_ids(table)
    listed = {name: number for number, name in reversed(names)}
    rows = tuple(row for row in data.rows if row.sample_id in listed)
    kept = [remark for remark in data.remarks if _still_matters(remark, listed)]
    unlisted = [row for row in data.rows if row.sample_id not in listed]
    beside = [
        Exclusion(row.frames_dir or row.map_path or subset, f"not listed in {subset.name}", None, row.sample_id)
        for row in unlisted
    ]
    again = [(number, name) for number, name in names if listed[name] != number]
    repeated = [Problem(subset, f"listed before, in row {listed[name]}.", number, name) for number, name in again]
    return Dataset(rows, (*kept, *beside, *_missing(data, table, listed), *repeated, *unnamed))


def _listed_ids(table: Table) -> tuple[list[tuple[int, str]], list[Problem]]:
    """The number of each row and the clip it names; and what is wrong with rows that name none."""
    names: list[tuple[int, str]] = []
    unnamed: list[Problem] = []
    for row in table.rows:
        try:
            names.append((row.number, _listed_id(row)))
        except ValueError as error:
            unnamed.append(Problem(table.path, f"{error}.", row.number))
    return names, unnamed


def _listed_id(row: Row) -> str:
    blank = next((column for column in _COLUMNS.required if not row[column]), None)
    if blank:
        raise ValueError(f"the row names no {blank}")
    dataset, subject, clip = row["dataset"].casefold(), row["subject"], row["clip"]
    if dataset == "smic":
        subject, clip = smic_subject(subject), smic_clip(clip)
    return f"{dataset}/{subject}/{clip}"


def _still_matters(remark: Remark, listed: dict[str, int]) -> bool:
    """Whether a remark concerns a listed clip or the whole; a listed clip that is excluded becomes a problem."""
    if isinstance(remark, Exclusion):
        return remark.sample_id not in listed
    if isinstance(remark, Note) and remark.sample_id is None:
        return True
    return remark.sample_id in listed


def _missing(data: Dataset, table: Table, listed: dict[str, int]) -> list[Problem]:
    usable = {sample.sample_id for sample in data.samples}
    reasons = {remark.sample_id: f"excluded: {remark.sentence}" for remark in data.excluded}
    told = {remark.sample_id for remark in data.problems} - set(reasons)
    absent = [name for name in listed if name not in usable and name not in told]
    why = {name: reasons.get(name, "not in the data").rstrip(".") for name in absent}
    return [Problem(table.path, f"listed, but {why[name]}.", listed[name], name) for name in reversed(absent)]
