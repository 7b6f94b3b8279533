"""Markers from a CSV file: the long CSV of this program or of a coder, or the motion curve's."""

import csv
import io
import re
from collections.abc import Iterator
from itertools import zip_longest

from mer_core.clip_sources.limits import shown
from mer_core.coded_events import CodedEvent
from mer_core.errors import MarkerFileError
from mer_core.marker_reading.cells import Cells
from mer_core.marker_reading.events import read_event
from mer_core.marker_reading.found import FoundMarkers
from mer_core.markers import MARKERS

_DELIMITERS = ",;\t"
_DECIMAL_COMMA = re.compile(r"-?\d+,\d+")
_MOST_ROWS = 20_000
_NEEDED = ({"onset_ms", "apex_ms"}, {"frames"})

Rows = list[tuple[int, dict[str, str]]]
Events = list[tuple[int, CodedEvent]]


def csv_markers(text: str, name: str, clip_name: str) -> FoundMarkers:
    """The markers in a CSV file.

    A curve CSV gives the frames beside which its column `marker` names them. Of a long CSV the rows of this clip count
    (all rows where the file is about one clip only), and of these the first about the movement as a whole, or else the
    first with an apex. Cells may be separated by comma, semicolon (then decimal commas are understood) or TAB.

    Args:
        text: of the file.
        name: of the file, for messages.
        clip_name: which clip the markers are wanted for.

    Raises:
        MarkerFileError: it is no such table, or a cell holds what it must not; the sentence names row and column.
    """
    rows = table_rows(text, name)
    columns = set(rows[0][1])
    if {"frame", "marker"} <= columns:
        return _from_curve(rows, name)
    if not any(needed <= columns for needed in _NEEDED):
        raise MarkerFileError(
            f"{name} has no columns onset_ms and apex_ms, nor frames, nor frame and marker; it has "
            f"{shown(', '.join(sorted(columns)))}."
        )
    return _from_events(rows, name, clip_name)


def table_rows(text: str, name: str) -> Rows:
    """The rows of a table with their numbers, the first one below the column names being 2; cells by column.

    Comma, semicolon (then decimal commas become points) or TAB may stand between the cells; empty rows are left out.

    Raises:
        MarkerFileError: it is no table, has no rows or too many, or a row has more cells than there are columns.
    """
    header = text.splitlines()[0]
    delimiter = max(_DELIMITERS, key=header.count)
    reader = csv.reader(io.StringIO(text), delimiter=delimiter, strict=True)
    try:
        rows = _collected(reader, delimiter, name)
    except csv.Error as error:
        raise MarkerFileError(f"{name} is not a readable CSV table ({error}); export it again.") from error
    if not rows:
        raise MarkerFileError(f"{name} has no rows below its column names; export it again.")
    return rows


def _collected(reader: Iterator[list[str]], delimiter: str, name: str) -> Rows:
    """The rows, one after another, so that a file of too many is refused before it fills the memory."""
    columns = [column.strip() for column in next(reader)]
    rows: Rows = []
    for number, cells in enumerate(reader, start=2):
        if any(cell.strip() for cell in cells[len(columns) :]):
            raise MarkerFileError(f"{name}, row {number} has {len(cells)} cells, but there are {len(columns)} columns.")
        if not any(cell.strip() for cell in cells):
            continue
        if len(rows) == _MOST_ROWS:
            raise MarkerFileError(f"{name} has more than {_MOST_ROWS} rows; keep those of this clip.")
        rows.append((number, dict(zip_longest(columns, _with_points(cells[: len(columns)], delimiter), fillvalue=""))))
    return rows


def _with_points(cells: list[str], delimiter: str) -> list[str]:
    if delimiter == ",":
        return cells
    return [cell.replace(",", ".") if _DECIMAL_COMMA.fullmatch(cell.strip()) else cell for cell in cells]


def _from_curve(rows: Rows, name: str) -> FoundMarkers:
    frames: dict[str, int] = {}
    times: dict[str, float | None] = {}
    for number, row in rows:
        cells = Cells(row, f"{name}, row {number}")
        for marker in row.get("marker", "").split():
            if marker not in MARKERS or marker in frames:
                raise cells.complaint("marker", "onset, apex and offset once each")
            frame = cells.whole_numbers("frame")
            if len(frame) != 1:
                raise cells.complaint("frame", "one frame number")
            frames[marker], times[marker] = frame[0], cells.number("time_ms")
    if not frames:
        raise MarkerFileError(f"{name} names no marker in its column marker; write onset, apex and offset there.")
    onset, apex, offset = MARKERS
    return FoundMarkers(
        f"{name}, column marker",
        (times.get(onset), times.get(apex), times.get(offset)),
        (frames.get(onset), frames.get(apex), frames.get(offset)),
    )


def _from_events(rows: Rows, name: str, clip_name: str) -> FoundMarkers:
    events = [(number, read_event(Cells(row, f"{name}, row {number}"))) for number, row in rows]
    events = _of_clip(events, name, clip_name)
    usable = [(number, event) for number, event in events if event.apex_ms is not None or event.frames is not None]
    if not usable:
        raise MarkerFileError(f"{name} has no row with an apex; fill in onset_ms and apex_ms, or frames.")
    row, event = next((pair for pair in usable if pair[1].is_whole_movement), usable[0])
    others = ", ".join(str(number) for number, other in usable if not _is_same_movement(other, event))
    remark = f"{name} also has other movements of this clip (row {shown(others)}); row {row} was taken."
    base = event.frame_base
    frames = event.frames or (None, None, None)
    onset, apex, offset = (None if frame is None else frame - base for frame in frames)
    return FoundMarkers(
        f"{name}, row {row}",
        event.times_ms,
        (onset, apex, offset),
        event.clip,
        (remark,) if others else (),
    )


def _of_clip(events: Events, name: str, clip_name: str) -> Events:
    """The rows of that clip; all of them where the file is about one clip only, whatever its name."""
    clips = {event.clip for _, event in events}
    if len(clips) == 1:
        return events
    own = [(number, event) for number, event in events if event.clip == clip_name]
    if not own:
        listed = shown(", ".join(sorted(clip or "(no name)" for clip in clips)))
        raise MarkerFileError(f"{name} has no rows of {shown(clip_name)}; it is about {listed}.")
    return own


def _is_same_movement(one: CodedEvent, other: CodedEvent) -> bool:
    return (one.times_ms, one.frames) == (other.times_ms, other.frames)
