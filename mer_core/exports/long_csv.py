"""The long CSV: one row a coded movement and coder, to be put below those of other clips and coders."""

import csv
import io
from collections.abc import Iterable

from mer_core.coded_events import CodedEvent

# Their order and names are a promise to those who read the files.
COLUMNS: tuple[str, ...] = (
    "subject",
    "clip",
    "coder",
    "source",
    "blind",
    "au",
    "side",
    "intensity",
    "onset_ms",
    "apex_ms",
    "offset_ms",
    "frames",
    "frame_base",
    "fps",
    "note",
    "app_version",
    "settings_hash",
)
BLIND_WORDS = {None: "", True: "true", False: "false"}
# A spreadsheet would take a cell that begins like this for a formula, and a clip may be named by a stranger.
FORMULA_BEGINNINGS = tuple("=+-@\t\r'")


def long_csv(events: Iterable[CodedEvent]) -> str:
    """The events as CSV with the columns of `COLUMNS`.

    Times are ms from the clip's first frame; `frames` holds onset, apex and offset (if there is one) with spaces
    between, counted from `frame_base`. What is unknown or does not apply is empty. Where no action unit is claimed,
    `note` begins with the region's name. Text that a spreadsheet would take for a formula is led by an apostrophe.
    """
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows(_cells(event) for event in events)
    return text.getvalue()


def _cells(event: CodedEvent) -> list[str]:
    note = f"{event.region}: {event.note}" if event.region else event.note
    return [
        *(guarded(text) for text in (event.subject, event.clip, event.coder)),
        event.source,
        BLIND_WORDS[event.blind],
        guarded(event.au),
        event.side,
        event.intensity,
        *(_number(time) for time in event.times_ms),
        " ".join(str(frame) for frame in event.frames or () if frame is not None),
        str(event.frame_base),
        _number(event.fps),
        guarded(note),
        event.app_version,
        event.settings_hash,
    ]


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.3f}".rstrip("0").rstrip(".")


def guarded(text: str) -> str:
    """The text, led by an apostrophe where a spreadsheet would take it for a formula."""
    return f"'{text}" if text.startswith(FORMULA_BEGINNINGS) else text
