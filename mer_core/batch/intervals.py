"""The markers a person has for many clips: a table with one row a clip."""

from collections.abc import Iterable
from pathlib import Path, PurePosixPath

from mer_core.clip_sources.limits import shown
from mer_core.errors import MarkerFileError
from mer_core.marker_reading.cells import Cells
from mer_core.marker_reading.found import FoundMarkers
from mer_core.marker_reading.from_csv import table_rows
from mer_core.marker_reading.text import read_small, text_of

_NEEDED = ("clip", "onset", "apex")


def read_intervals(path: Path, clips: Iterable[str]) -> tuple[dict[str, FoundMarkers], tuple[str, ...]]:
    """The markers by clip, and one sentence for each row that names none.

    The table has the columns clip, onset, apex and, if wanted, offset; frames are counted from 0, and an empty offset
    stays as proposed. A clip is named by its path below the folder, or by its file's name, with or without ending,
    where only one clip is called so.

    Args:
        path: of the table; comma, semicolon or TAB between the cells.
        clips: names of the clips, see `mer_core.batch.finding.FoundClips`.

    Raises:
        MarkerFileError: it is no such table, or a row is not complete, or about a clip that has a row already.
    """
    name = shown(path.name)
    rows = table_rows(text_of(read_small(path), name), name)
    missing = [column for column in _NEEDED if column not in rows[0][1]]
    if missing:
        raise MarkerFileError(f"{name} has no column {' and '.join(missing)}; its columns must be clip, onset, apex.")
    fitting = _by_any_name(clips)
    found: dict[str, FoundMarkers] = {}
    notes = []
    for number, row in rows:
        where = f"{name}, row {number}"
        wanted = Cells(row, where).text("clip").strip()
        named = fitting.get(wanted, ())
        if len(named) > 1:
            listed = shown(" and ".join(named))
            raise MarkerFileError(f"{where}: {shown(wanted)!r} may be {listed}; write the path below the folder.")
        if not named:
            notes.append(f"{where} names {shown(wanted)!r}, which is no clip of this folder; it was passed over.")
        elif named[0] in found:
            raise MarkerFileError(f"{where}: {found[named[0]].where} is about {shown(wanted)!r} already; keep one row.")
        else:
            found[named[0]] = _markers(Cells(row, where))
    return found, tuple(notes)


def _markers(cells: Cells) -> FoundMarkers:
    onset, apex = (_frame(cells, name, "a frame counted from 0") for name in ("onset", "apex"))
    offset = _frame(cells, "offset", "a frame counted from 0, or nothing")
    if onset is None or apex is None:
        raise cells.complaint("onset" if onset is None else "apex", "a frame counted from 0")
    return FoundMarkers(cells.where, (None, None, None), (onset, apex, offset))


def _frame(cells: Cells, column: str, wanted: str) -> int | None:
    numbers = cells.whole_numbers(column)
    if len(numbers) > 1:
        raise cells.complaint(column, wanted)
    return numbers[0] if numbers else None


def _by_any_name(clips: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """The clips that a cell may mean; a full path means that clip alone."""
    clips = tuple(clips)
    fitting: dict[str, tuple[str, ...]] = {}
    for clip in clips:
        pure = PurePosixPath(clip)
        for short in {pure.name, pure.stem}:
            fitting[short] = (*fitting.get(short, ()), clip)
    return {**fitting, **{clip: (clip,) for clip in clips}}
