"""The two tables of a batch, whole at every moment, and what of an earlier run still holds."""

import csv
import io
from collections.abc import Callable, Iterable
from dataclasses import astuple, dataclass, fields
from pathlib import Path
from typing import Any

from mer_core.errors import MerError
from mer_core.exports.long_csv import COLUMNS, guarded
from mer_core.marker_reading.cells import Cells
from mer_core.whole_files import whole_file

FILES_TABLE, MOVEMENTS_TABLE, REPORTS_FOLDER = "files.csv", "movements.csv", "reports"
DONE, FAILED, PASSED_OVER, SAME = "done", "failed", "passed over", "same as before"


@dataclass(frozen=True)
class FileRow:
    """What became of one file; its fields are the columns of `files.csv`, empty where None.

    Attributes:
        clip: its path below the folder.
        status: `DONE`, `FAILED` or `PASSED_OVER`.
        sentence: what the network calls it, or what went wrong, or why it was passed over.
        moved: what moved, in sentences.
        answer: the class; empty where none may be given.
        answers: the classes left open, with spaces between.
        onset: frame, counted from 0.
        apex: as above.
        offset: as above.
        markers: who set the three: proposed or imported.
        onset_ms: from the clip's first frame; empty where the frame rate is unknown.
        apex_ms: as above.
        offset_ms: as above.
        frames: of the clip.
        fps: frames per second.
        apex_px: motion from onset to apex, px of the face crop.
        noise_px: this clip's noise, likewise.
        notes: cautions and warnings.
        report: its report, below the results' folder; empty without one.
        seconds: what it took.
        clip_sha256: as in the report.
        settings_hash: as in the report; equal for rows that may be compared.
        fingerprint: of clip, markers, settings and program; while it stays the same, the clip is not analysed again.
    """

    clip: str
    status: str
    sentence: str = ""
    moved: str = ""
    answer: str = ""
    answers: str = ""
    onset: int | None = None
    apex: int | None = None
    offset: int | None = None
    markers: str = ""
    onset_ms: float | None = None
    apex_ms: float | None = None
    offset_ms: float | None = None
    frames: int | None = None
    fps: float | None = None
    apex_px: float | None = None
    noise_px: float | None = None
    notes: str = ""
    report: str = ""
    seconds: float | None = None
    clip_sha256: str = ""
    settings_hash: str = ""
    fingerprint: str = ""


FILE_COLUMNS: tuple[str, ...] = tuple(field.name for field in fields(FileRow))


class Tables:
    """Both tables of a batch in a folder; every change is written at once, so that a killed batch loses one clip.

    Raises:
        MerError: the folder holds a table of that name from elsewhere, or cannot be written to.
    """

    def __init__(self, folder: Path, clips: Iterable[str]) -> None:
        self.folder = folder
        self.rows: dict[str, FileRow] = {}
        self._order = {clip: place for place, clip in enumerate(clips)}
        self._movements: dict[str, list[list[str]]] = {}
        self._make_folder()
        self._take_up()

    def known(self, clip: str) -> str:
        """The fingerprint of what is finished for a clip; empty where nothing is, or its report is gone."""
        row = self.rows.get(clip)
        if row is None or row.status != DONE or (row.report and not (self.folder / row.report).is_file()):
            return ""
        return row.fingerprint

    def put(self, row: FileRow, movements: str) -> None:
        """Take a clip's results in and write both tables.

        Raises:
            MerError: they cannot be written.
        """
        self.rows[row.clip] = row
        self._movements[row.clip] = list(csv.reader(io.StringIO(movements)))[1:]
        self.write()

    def write(self) -> None:
        """Write both tables in the clips' order.

        Raises:
            MerError: they cannot be written.
        """
        rows = sorted(self.rows.values(), key=lambda row: self._order[row.clip])
        cells = [["" if value is None else guarded(str(value)) for value in astuple(row)] for row in rows]
        movements = [cells for row in rows for cells in self._movements.get(row.clip, [])]
        # In this order: a clip counts as finished by its row in the table of files.
        self._write(MOVEMENTS_TABLE, COLUMNS, movements)
        self._write(FILES_TABLE, FILE_COLUMNS, cells)

    def _write(self, name: str, columns: tuple[str, ...], rows: list[list[str]]) -> None:
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows(rows)
        try:
            with whole_file(self.folder / name) as part:
                part.write_bytes(text.getvalue().encode("utf-8", "replace"))
        except OSError as error:
            raise cannot_write(str(self.folder / name), error.strerror or str(error)) from error

    def _make_folder(self) -> None:
        try:
            (self.folder / REPORTS_FOLDER).mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise MerError(
                f"{self.folder} cannot be made ({error.strerror or error}): choose a folder that you may write to."
            ) from error

    def _take_up(self) -> None:
        """Take up the finished clips of an earlier run in the same folder."""
        for cells in self._read(FILES_TABLE, FILE_COLUMNS):
            row = _row(Cells(dict(zip(FILE_COLUMNS, cells, strict=True)), str(self.folder / FILES_TABLE)))
            if row.clip in self._order and row.status == DONE:
                self.rows[row.clip] = row
        for cells in self._read(MOVEMENTS_TABLE, COLUMNS):
            clip = Cells(dict(zip(COLUMNS, cells, strict=True)), "").text("clip")
            self._movements.setdefault(clip, []).append(cells)

    def _read(self, name: str, columns: tuple[str, ...]) -> list[list[str]]:
        path = self.folder / name
        if not path.exists():
            return []
        try:
            header, *rows = csv.reader(io.StringIO(path.read_text(encoding="utf-8")), strict=True)
        except (OSError, ValueError, csv.Error) as error:
            raise _not_ours(path) from error
        if tuple(header) != columns or any(len(row) != len(columns) for row in rows):
            raise _not_ours(path)
        return rows


def cannot_write(path: str, reason: str) -> MerError:
    """What to raise when results find no room; a later run goes on from there."""
    return MerError(
        f"{path} cannot be written ({reason}); make room and run the same command again: finished clips are kept."
    )


def _not_ours(path: Path) -> MerError:
    return MerError(f"{path} was not written by a batch of this version; choose another folder for the results.")


def _row(cells: Cells) -> FileRow:
    read: dict[Any, Callable[[str], Any]] = {
        str: cells.text,
        int | None: lambda name: _whole(cells, name),
        float | None: cells.number,
    }
    return FileRow(**{field.name: read[field.type](field.name) for field in fields(FileRow)})


def _whole(cells: Cells, name: str) -> int | None:
    numbers = cells.whole_numbers(name)
    return numbers[0] if numbers else None
