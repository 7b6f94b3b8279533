"""The analysis as BORIS exports it: its table of aggregated events.

BORIS: Friard & Gamba, 2016, DOI 10.1111/2041-210X.12584.
"""

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePath

from mer_core.clips import Clip
from mer_core.coded_events import MACHINE, CodedEvent
from mer_core.markers import MARKERS

# "Export aggregated events" of BORIS 8 and 9, with one modifier and no independent variables.
BORIS_COLUMNS: tuple[str, ...] = (
    "Observation id",
    "Observation date",
    "Description",
    "Observation type",
    "Source",
    "Time offset (s)",
    "Coding duration",
    "Media duration (s)",
    "FPS (frame/s)",
    "Subject",
    "Observation duration by subject by observation",
    "Behavior",
    "Behavioral category",
    "Modifier #1",
    "Behavior type",
    "Start (s)",
    "Stop (s)",
    "Duration (s)",
    "Media file name",
    "Image index start",
    "Image index stop",
    "Image file path start",
    "Image file path stop",
    "Comment start",
    "Comment stop",
)
_NOT_AVAILABLE = "NA"
_NO_SUBJECT = "No focal subject"
_CODERS = " (coder)"


def boris_tsv(events: Sequence[CodedEvent], clip: Clip, setters: tuple[str, str, str]) -> str:
    """The events with the columns of BORIS's aggregated events, TAB between them, in order of time.

    The movement and every region or action unit are STATE events from onset to offset, with the side or intensity as
    modifier; onset, apex and offset are POINT events, with who set them as modifier. What a coder committed beforehand
    stands beside it: "movement (coder)", its markers with "blind" or "not blind" as modifier, and the action units.
    Times are in seconds; "NA" where the frame rate is unknown. Image indices are frame numbers counted from 0.

    Args:
        events: what was coded; the first is the movement as a whole.
        clip: its name, duration and frame rate.
        setters: who set onset, apex and offset, as in `Interval.sources`.
    """
    own = next((event for event in events[1:] if event.is_own_coding and event.is_whole_movement), None)
    coders = [] if own is None else _points(own, ("blind" if own.blind else "not blind",) * len(MARKERS), _CODERS)
    states = [_state(event, _CODERS if event is own else "") for event in events]
    rows = sorted([*states, *_points(events[0], setters), *coders], key=lambda row: row.start_ms or 0.0)
    coded_ms = sum(row.duration_ms or 0.0 for row in rows)
    subject = [events[0].subject or _NO_SUBJECT, _seconds(None if clip.fps is None else coded_ms)]
    text = io.StringIO()
    writer = csv.writer(text, delimiter="\t", lineterminator="\n")
    writer.writerow(BORIS_COLUMNS)
    for row in rows:
        writer.writerow([*_about_observation(events[0], clip), *subject, *_cells(row, clip)])
    return text.getvalue()


@dataclass(frozen=True)
class _Row:
    """One STATE or POINT event; frames are those of its beginning and end, counted from 0."""

    behavior: str
    category: str
    modifier: str
    kind: str
    start_ms: float | None
    stop_ms: float | None
    frames: tuple[int, int] | None
    comment: str = ""

    @property
    def duration_ms(self) -> float | None:
        """Of a state; None for a point, and where times are unknown."""
        if self.kind == "POINT" or self.start_ms is None or self.stop_ms is None:
            return None
        return self.stop_ms - self.start_ms


def _state(event: CodedEvent, whose: str) -> _Row:
    category = "movement" if event.is_whole_movement else "action unit" if event.au else "region"
    onset, _, offset = event.frames or (None, None, None)
    frames = None if onset is None or offset is None else (onset - event.frame_base, offset - event.frame_base)
    modifier = event.intensity or event.side
    return _Row(event.what + whose, category, modifier, "STATE", event.onset_ms, event.offset_ms, frames, event.note)


def _points(movement: CodedEvent, modifiers: Sequence[str], whose: str = "") -> list[_Row]:
    """The markers that were set, each with what is to be known of it."""
    points = []
    frames = movement.frames or (None, None, None)
    for name, modifier, time, frame in zip(MARKERS, modifiers, movement.times_ms, frames, strict=True):
        if frame is None and time is None:
            continue
        pair = None if frame is None else (frame - movement.frame_base, frame - movement.frame_base)
        points.append(_Row(name + whose, "marker", modifier, "POINT", time, time, pair))
    return points


def _about_observation(movement: CodedEvent, clip: Clip) -> list[str]:
    begin, _, end = movement.times_ms
    return [
        PurePath(clip.name).stem,
        "",  # when the clip was recorded is not known
        f"{MACHINE} {movement.app_version}, settings {movement.settings_hash}",
        "Media file",
        f"player #1:{clip.name}",
        "0",
        _seconds(None if begin is None or end is None else end - begin),
        _seconds(clip.duration_ms),
        _NOT_AVAILABLE if clip.fps is None else f"{clip.fps:.3f}",
    ]


def _cells(row: _Row, clip: Clip) -> list[str]:
    images = [_NOT_AVAILABLE] * 2 if row.frames is None else [str(frame) for frame in row.frames]
    return [
        row.behavior,
        row.category,
        row.modifier,
        row.kind,
        _seconds(row.start_ms),
        _seconds(row.stop_ms),
        _seconds(row.duration_ms),
        clip.name,
        *images,
        _NOT_AVAILABLE,
        _NOT_AVAILABLE,
        " ".join(row.comment.split()),
        "",
    ]


def _seconds(time_ms: float | None) -> str:
    return _NOT_AVAILABLE if time_ms is None else f"{time_ms / 1000:.3f}"
