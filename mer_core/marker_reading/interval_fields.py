"""Onset, apex and offset as an entry of a session file."""

from collections.abc import Sequence

from mer_core.errors import MarkerFileError
from mer_core.interval import Interval
from mer_core.marker_reading.fields import Fields
from mer_core.markers import MARKERS


def read_interval(fields: Fields, last: int, allowed: Sequence[str]) -> Interval:
    """The markers of an entry, onset < apex <= offset, without their confidence.

    Args:
        fields: the entry.
        last: number of the clip's last frame.
        allowed: who may have set a marker, see `Interval.sources`.

    Raises:
        MarkerFileError: a value cannot be; the sentence names it.
    """
    onset = fields.whole("onset", 0, last - 1)
    apex = fields.whole("apex", onset + 1, last)
    offset = fields.whole("offset", apex, last)
    sources = fields.values.get("sources")
    if not isinstance(sources, list) or len(sources) != len(MARKERS) or any(who not in allowed for who in sources):
        raise MarkerFileError(f"{fields.where}: sources must be three of {', '.join(allowed)}.")
    return Interval(onset, apex, offset, (sources[0], sources[1], sources[2]))
