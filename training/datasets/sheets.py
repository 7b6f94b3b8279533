"""Rows of the spreadsheets that data sets are annotated in: .xlsx, .xls, or an export as .csv."""

import csv
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import TypeVar

from mer_core.errors import MerError

SHEET_SUFFIXES = (".xlsx", ".xls", ".csv")
_MOST_ROWS_ABOVE_HEADER = 40
_DELIMITERS = (",", ";", "\t")

Cells = list[list[str]]
Fit = TypeVar("Fit")


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

    def require_rows(self) -> "Table":
        """The same table, when it has rows.

        Raises:
            MerError: it has none.
        """
        if not self.rows:
            raise MerError(f"{self.path} has no rows.")
        return self


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

    def fit(path: Path) -> Table | None:
        return None if ignoring and ignoring in path.name else table_in(path, read_sheets(path), columns)

    return find_fitting(folder, fit, columns, also_above=also_above).require_rows()


def find_fitting(folder: Path, fit: Callable[[Path], Fit | None], columns: Columns, *, also_above: bool = False) -> Fit:
    """What the one spreadsheet that fits gives: one in a folder, else in its sub-folders.

    Args:
        folder: what the user gave.
        fit: from a file to what it gives; None when it does not fit.
        columns: what an error says was looked for.
        also_above: look in the folder above last. Files there may be anybody's: what cannot be read is passed over.

    Raises:
        MerError: there is none or more than one, or a file in the folder cannot be read.
    """
    if not folder.is_dir():
        raise MerError(f"There is no folder {folder}: check the path.")
    unreadable: list[Path] = []
    below = [child for child in sorted(folder.iterdir()) if child.is_dir()]
    levels = [_fitting(places, fit) for places in ([folder], below)]
    above = [folder.absolute().parent] if also_above else []
    for fitting in (*levels, _fitting(above, fit, unreadable)):
        found = dict(fitting)
        if len(found) > 1:
            names = ", ".join(path.name for path in found)
            raise MerError(f"{folder} holds more than one table that fits ({names}); leave only one there.")
        if found:
            return next(iter(found.values()))
    passed_over = f" ({', '.join(path.name for path in unreadable)} above it cannot be read)" if unreadable else ""
    wanted = f"holds no .xlsx, .xls or .csv with the columns {', '.join(columns.required)}{passed_over}"
    raise MerError(f"{folder} {wanted}; put the data set's table there.")


def read_table(path: Path, columns: Columns) -> Table:
    """The table in one file.

    Raises:
        MerError: no such file, it cannot be read, or no sheet of it has the columns.
    """
    if not path.is_file():
        raise MerError(f"There is no file {path}: check the path.")
    table = table_in(path, read_sheets(path), columns)
    if table is None:
        raise MerError(f"{path} lacks one of the columns {', '.join(columns.required)}.")
    return table.require_rows()


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


def table_in(path: Path, sheets: Sequence[Cells], columns: Columns) -> Table | None:
    """The table in the first sheet of a file that has the columns; None when no sheet has them."""
    for cells in sheets:
        for number, line in enumerate(cells[:_MOST_ROWS_ABOVE_HEADER]):
            places = columns.located(line)
            if places is not None:
                return Table(path, rows_below(cells, number, places), frozenset(places))
    return None


def csv_text(path: Path) -> str:
    """The text of a CSV file in UTF-8, with or without a byte order mark.

    Raises:
        MerError: it cannot be read, or is not in UTF-8.
    """
    try:
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise MerError(f"{path} is not in UTF-8; export it as CSV UTF-8.") from error
    except OSError as error:
        raise MerError(f"{path} cannot be read ({error.strerror}).") from error


def _fitting(
    places: Iterable[Path], fit: Callable[[Path], Fit | None], unreadable: list[Path] | None = None
) -> Iterator[tuple[Path, Fit]]:
    """Each file in these folders that fits, and what it gives; with a list, files that cannot be read go there."""
    for path in (file for place in places for file in sheet_files(place)):
        try:
            given = fit(path)
        except MerError:
            if unreadable is None:
                raise
            unreadable.append(path)
            continue
        if given is not None:
            yield path, given


def _read_csv(path: Path) -> list[Cells]:
    text = csv_text(path)
    try:
        readings = [list(csv.reader(StringIO(text, newline=""), delimiter=delimiter)) for delimiter in _DELIMITERS]
    except csv.Error as error:
        raise MerError(f"{path} is no table that can be read ({error}).") from error
    return [[[cell.strip() for cell in line] for line in cells] for cells in readings]


def _plain(cell: str) -> str:
    return "".join(letter for letter in cell.casefold() if letter.isalnum())
