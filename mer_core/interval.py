"""Onset, apex and offset of one movement, and who set each."""

from dataclasses import dataclass

from mer_core.errors import MotionError

UNSET = "unset"
"""The source of a marker that a blind coder has not set yet."""


@dataclass(frozen=True)
class Interval:
    """Onset, apex and offset as frame numbers counted from 0, and who set each.

    Attributes:
        onset: last frame at rest.
        apex: frame of greatest movement.
        offset: first frame at rest again, or where the clip or the longest micro-expression ends.
        sources: for onset, apex and offset "proposed", "user" or "imported"; "unset" of a marker that a blind coder has
            not set yet and that only stands somewhere.
        confidence: 0 to 1, how far the peak stands out from this clip's noise and from its other peaks; a rule of
            thumb, not a probability. None for an interval that a person set.
    """

    onset: int
    apex: int
    offset: int
    sources: tuple[str, str, str] = ("proposed", "proposed", "proposed")
    confidence: float | None = None


def with_markers(
    proposed: Interval, onset: int | None, apex: int | None, offset: int | None, source: str = "user"
) -> Interval:
    """The proposed interval with the given frames put in their place; no confidence once a marker was set.

    A proposed offset (or onset) that a set apex has overtaken moves along with it.

    Raises:
        MotionError: the markers are not in the order onset < apex <= offset.
    """
    given = (onset, apex, offset)
    if all(frame is None for frame in given):
        return proposed
    at_apex = proposed.apex if apex is None else apex
    at_onset = min(proposed.onset, at_apex - 1) if onset is None else onset
    if apex is None and onset is not None and onset >= at_apex:
        raise MotionError(f"The onset (frame {onset}) lies at or after the proposed apex (frame {at_apex}); set both.")
    at_offset = max(proposed.offset, at_apex) if offset is None else offset
    if not 0 <= at_onset < at_apex:
        raise MotionError(f"The apex (frame {at_apex}) must come after the onset (frame {at_onset}).")
    if at_offset < at_apex:
        raise MotionError(f"The offset (frame {at_offset}) must not come before the apex (frame {at_apex}).")
    who = [source if frame is not None else "proposed" for frame in given]
    return Interval(at_onset, at_apex, at_offset, (who[0], who[1], who[2]), None)
