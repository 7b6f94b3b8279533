"""Coded events from the rows of a long CSV."""

from mer_core.coded_events import SOURCES, CodedEvent
from mer_core.exports.long_csv import BLIND_WORDS
from mer_core.facs import INTENSITIES, SIDES
from mer_core.marker_reading.cells import Cells
from mer_core.regions import REGIONS

_REGION_NAMES = {region.name for region in REGIONS}


def read_event(cells: Cells) -> CodedEvent:
    """The event of one row; columns that are not there are empty, others are passed over.

    Raises:
        MarkerFileError: a cell holds what its column does not allow; the sentence names row and column.
    """
    region, note = _region_and_note(cells)
    return CodedEvent(
        subject=cells.text("subject"),
        clip=cells.text("clip"),
        coder=cells.text("coder"),
        source=cells.one_of("source", SOURCES, otherwise="coder"),
        blind={word: blind for blind, word in BLIND_WORDS.items()}[cells.one_of("blind", BLIND_WORDS.values())],
        au=cells.text("au"),
        side=cells.one_of("side", SIDES),
        intensity=cells.one_of("intensity", INTENSITIES),
        onset_ms=cells.number("onset_ms"),
        apex_ms=cells.number("apex_ms"),
        offset_ms=cells.number("offset_ms"),
        frames=_frames(cells),
        frame_base=int(cells.one_of("frame_base", ("0", "1"), otherwise="0")),
        fps=cells.number("fps"),
        note=note,
        app_version=cells.text("app_version"),
        settings_hash=cells.text("settings_hash"),
        region=region,
    )


def _frames(cells: Cells) -> tuple[int, int, int | None] | None:
    frames = cells.whole_numbers("frames")
    if not frames:
        return None
    if len(frames) not in (2, 3):
        raise cells.complaint("frames", 'onset, apex and offset, such as "14 28 40"')
    return frames[0], frames[1], (*frames, None)[2]


def _region_and_note(cells: Cells) -> tuple[str, str]:
    note = cells.text("note")
    region, colon, rest = note.partition(": ")
    is_region = not cells.text("au") and bool(colon) and region in _REGION_NAMES
    return (region, rest) if is_region else ("", note)
