"""A blind coding as an entry of a session file, and back."""

from dataclasses import asdict
from typing import Any

from mer_core.blind_coding import MOST_UNITS, BlindCoding, ScoredUnit, ScoreSheet
from mer_core.errors import CodingError, MarkerFileError
from mer_core.facs import FACS_UNITS, INTENSITIES, SIDES
from mer_core.interval import UNSET, Interval
from mer_core.marker_reading.fields import Fields
from mer_core.marker_reading.interval_fields import read_interval

_OWN_SOURCES = ("user", UNSET)
_LONGEST_NAME, _LONGEST_NOTE, _LONGEST_TIME = 300, 2000, 40


def blind_values(coding: BlindCoding) -> dict[str, Any]:
    """The coding as plain values."""
    return asdict(coding)


def read_blind(fields: Fields, last: int) -> BlindCoding:
    """The coding that a session holds.

    Args:
        fields: its entry.
        last: number of the clip's last frame.

    Raises:
        MarkerFileError: a value cannot be; the sentence names it.
    """
    committed = fields.text("committed", _LONGEST_TIME)
    interval = None if fields.values.get("interval") is None else own_interval(fields.part("interval"), last)
    if bool(committed) != (interval is not None):
        raise MarkerFileError(f"{fields.where}: committed and interval belong together; save the session again.")
    return BlindCoding(
        _sheet(fields.part("sheet")),
        interval,
        fields.text("coder", _LONGEST_NAME),
        fields.flag("findings_seen"),
        committed,
    )


def own_interval(fields: Fields, last: int) -> Interval:
    """Markers that only a coder set, onset < apex <= offset.

    Raises:
        MarkerFileError: as above.
    """
    return read_interval(fields, last, _OWN_SOURCES)


def _sheet(fields: Fields) -> ScoreSheet:
    rows = tuple(_row(row) for row in fields.parts("units", MOST_UNITS))
    try:
        return ScoreSheet(rows, fields.flag("none_seen"))
    except CodingError as error:
        raise MarkerFileError(f"{fields.where}: {error}") from error


def _row(fields: Fields) -> ScoredUnit:
    return ScoredUnit(
        fields.one_of("unit", FACS_UNITS),
        fields.one_of("side", SIDES),
        fields.one_of("intensity", INTENSITIES),
        fields.text("note", _LONGEST_NOTE),
    )
