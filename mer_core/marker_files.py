"""Onset, apex and offset from a file: a CSV table, an ELAN annotation file, or a saved session."""

from pathlib import PurePath

from mer_core.clip_sources.limits import shown
from mer_core.clips import Clip
from mer_core.errors import MarkerFileError
from mer_core.interval import Interval
from mer_core.marker_reading.found import ImportedMarkers, placed
from mer_core.marker_reading.from_csv import csv_markers
from mer_core.marker_reading.from_elan import elan_markers
from mer_core.marker_reading.text import MOST_MEGABYTES, read_small, text_of
from mer_core.session_file import check_clip, clip_remarks, read_session

__all__ = ["MARKER_FILE_TYPES", "MOST_MEGABYTES", "ImportedMarkers", "read_markers", "read_small"]

MARKER_FILE_TYPES: tuple[str, ...] = ("csv", "eaf", "json")


def read_markers(content: bytes, name: str, clip: Clip, proposed: Interval) -> ImportedMarkers:
    """The markers in a file, put on the clip's nearest frames.

    Those of a CSV or ELAN file are "imported" (`mer_core.marker_reading.from_csv` and `from_elan` say what is taken
    from where); those of a session keep who had set them.

    Args:
        content: the file's bytes.
        name: of the file; its ending says how to read it.
        clip: where the markers go.
        proposed: gives the offset where the file does not.

    Raises:
        MarkerFileError: the file cannot be read, or does not fit the clip; one sentence naming row, tier or entry.
    """
    ending, name = PurePath(name).suffix.lower(), shown(name)
    if ending == ".csv":
        return placed(csv_markers(text_of(content, name), name, clip.name), clip, proposed)
    if ending == ".eaf":
        return placed(elan_markers(text_of(content, name), name), clip, proposed)
    if ending == ".json":
        session = read_session(content, name)
        check_clip(session, clip)
        if session.interval is None or session.is_coding_blind:
            raise MarkerFileError(
                f"{name} was saved while coding blind, and its markers are not committed; open it on the Analyze page."
            )
        return ImportedMarkers(session.interval, f"Taken from the session {name}.", clip_remarks(session, clip))
    raise MarkerFileError(f"{name} is no file of markers; give a .csv, an ELAN .eaf or a session (.mer.json).")
