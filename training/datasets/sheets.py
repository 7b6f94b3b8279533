"""Rows of the spreadsheets that data sets are annotated in: .xlsx, .xls, or an export as .csv."""

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from io import StringIO
from pathlib import Path

from mer_core.errors import MerError

SHEET_SUFFIXES = (".xlsx", ".xls", ".csv")
_MOST_ROWS_ABOVE_HEADER = 40
_DELIMITERS = (",", ";", "\t")

Cells = list[list[str]]


@dataclass(frozen=True)
class Columns:
    """Which columns a table has, by the names they go by in its releases.

    Attributes:
        required: name of ours to the names in the sheets, written in lower-case letters and digits only.
        optional: the same for columns that may be absent.
    """

    required: Mapping[str, tuple[str, ...]]
    optional: Mapping[str, tuple[str, ...]]

    def located(self, header: Sequence[str]) -> dict[str, int] | None:
        """Position of each column in a header row; None when a required one is absent."""
        names = [_plain(cell) for cell in header]
        wanted = {**self.required, **self.optional}
        found = {ours: next((names.index(n) for n in theirs if n in names), None) for ours, theirs in wanted.items()}
        if any(found[ours] is None for ours in self.required):
            return None
        return {ours: position for ours, position in found.items() if position is not None}


@dataclass(frozen=True)
class Row:
    """One row of a table.

    Attributes:
        number: as a spreadsheet program counts it, from 1.
        cells: text of each column that the table has, by our name for it.
    """

    number: int
    cells: Mapping[str, str]

    def __getitem__(self, column: str) -> str:
        return self.cells.get(column, "")


@dataclass(frozen=True)
class Table:
    """The rows of one sheet that are not blank.

    Attributes:
        path: of the file.
        rows: below the header.
        columns: those it has, by our names.
    """

    path: Path
    rows: tuple[Row, ...]
    columns: frozenset[str]

    def cell(self, row: Row, column: str) -> str | None:
        """The text of a cell, None when the table has no such column."""
        return row[column] if column in self.columns else None


def find_table(folder: Path, columns: Columns, *, ignoring: str = "", also_above: bool = False) -> Table:
    """The one table with these columns in a folder, else in its sub-folders.

    Args:
        folder: what the user gave.
        columns: what the table must have.
        ignoring: file names with this text are passed over.
        also_above: look in the folder above last; for data sets whose frames come in several versions below one table.

    Raises:
        MerError: there is none or more than one, a file cannot be read, or the table has no rows.
    """
    if not folder.is_dir():
        raise MerError(f"There is no folder {folder}: check the path.")
    below = [child for child in sorted(folder.iterdir()) if child.is_dir()]
    for places in ([folder], below, [folder.absolute().parent] * also_above):
        files = [file for place in places for file in sheet_files(place) if not ignoring or ignoring not in file.name]
        tables = [table for file in files if (table := _read_table(file, columns)) is not None]
        if len(tables) > 1:
            names = ", ".join(table.path.name for table in tables)
            raise MerError(f"{folder} holds more than one table that fits ({names}); leave only one there.")
        if tables:
            return _with_rows(tables[0])
    wanted = ", ".join(columns.required)
    raise MerError(f"{folder} holds no .xlsx, .xls or .csv with the columns {wanted}; put the data set's table there.")


def read_table(path: Path, columns: Columns) -> Table:
    """The table in one file.

    Raises:
        MerError: no such file, it cannot be read, or no sheet of it has the columns.
    """
    if not path.is_file():
        raise MerError(f"There is no file {path}: check the path.")
    table = _read_table(path, columns)
    if table is None:
        raise MerError(f"{path} lacks one of the columns {', '.join(columns.required)}.")
    return _with_rows(table)


def sheet_files(folder: Path) -> list[Path]:
    """The spreadsheets directly in a folder, in the order of their names; none when there is no such folder."""
    if not folder.is_dir():
        return []
    files = (file for file in folder.iterdir() if file.suffix.casefold() in SHEET_SUFFIXES and file.is_file())
    return sorted(file for file in files if not file.name.startswith((".", "~$")))


def read_sheets(path: Path) -> list[Cells]:
    """The cells of each sheet of a file as text; numbers without decimals read as such ("46").

    Raises:
        MerError: the file cannot be read.
    """
    if path.suffix.casefold() == ".csv":
        return _read_csv(path)
    import pandas

    try:
        frames = pandas.read_excel(path, engine="calamine", sheet_name=None, header=None, dtype=str, na_filter=False)
    except Exception as error:  # the readers of damaged spreadsheets raise what they like: KeyError, BadZipFile ...
        raise MerError(
            f"{path} cannot be read as a spreadsheet ({error}); save it again or export it as CSV."
        ) from error
    return [[[str(cell).strip() for cell in line] for line in frame.to_numpy().tolist()] for frame in frames.values()]


def rows_below(cells: Cells, header: int, places: Mapping[str, int]) -> tuple[Row, ...]:
    """The rows below a header (-1 for none) that are not blank."""
    numbered = list(enumerate(cells, start=1))[header + 1 :]
    return tuple(
        Row(number, {ours: line[place] if place < len(line) else "" for ours, place in places.items()})
        for number, line in numbered
        if any(line)
    )


def _read_table(path: Path, columns: Columns) -> Table | None:
    for cells in read_sheets(path):
        for number, line in enumerate(cells[:_MOST_ROWS_ABOVE_HEADER]):
            places = columns.located(line)
            if places is not None:
                return Table(path, rows_below(cells, number, places), frozenset(places))
    return None


def _with_rows(table: Table) -> Table:
    if not table.rows:
        raise MerError(f"{table.path} has no rows.")
    return table


def _read_csv(path: Path) -> list[Cells]:
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise MerError(f"{path} is not in UTF-8; export it as CSV UTF-8.") from error
    readings = [list(csv.reader(StringIO(text, newline=""), delimiter=delimiter)) for delimiter in _DELIMITERS]
    return [[[cell.strip() for cell in line] for line in cells] for cells in readings]


def _plain(cell: str) -> str:
    return "".join(letter for letter in cell.casefold() if letter.isalnum())
