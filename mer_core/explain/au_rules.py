"""Rules from the direction and place of a movement to the action units that would cause it, and how often these show.

Directions and places follow the descriptions of the Facial Action Coding System (Ekman, Friesen & Hager, 2002); the
thresholds are ours and were checked on synthetic faces (`benchmarks/au_evidence.py`). A movement that fits no rule gets
no unit.
"""

from collections.abc import Callable
from dataclasses import dataclass

from mer_core.findings import RegionMotion

# A direction needs this share of the movement's length: within 60 degrees of it.
_ALONG = 0.5
# Parts of a region.
_INNER, _OUTER = 0.42, 0.58
_UPPER, _LOWER = 0.45, 0.5


@dataclass(frozen=True)
class Movement:
    """A region's movement in the face's own frame.

    Attributes:
        up: share of its length towards the forehead, -1..1.
        out: share of its length away from the midline, -1..1; 0 for a middle region.
        outwards: where it lies, 0 at the midline, 1 at the outer edge.
        downwards: where it lies, 0 at the top of the region, 1 at its bottom.
    """

    up: float
    out: float
    outwards: float
    downwards: float


Rule = Callable[[Movement], tuple[str, ...]]


def consistent_units(motion: RegionMotion, outwards: float, downwards: float) -> tuple[str, ...]:
    """Action units that would move the region like this, the likeliest first; empty where none listed here would.

    Args:
        motion: the region's movement.
        outwards: where in the region it lies, 0 at the midline, 1 at the outer edge.
        downwards: as above, 0 at the top, 1 at the bottom.
    """
    if motion.px == 0:
        return ()
    out = {"L": motion.u, "R": -motion.u, "": 0.0}[motion.region.side] / motion.px
    movement = Movement(-motion.v / motion.px, out, outwards, downwards)
    return _RULES[motion.region.part](movement)


def _brow(movement: Movement) -> tuple[str, ...]:
    if movement.up > _ALONG:
        if movement.outwards < _INNER:
            return ("AU1",)
        return ("AU2",) if movement.outwards > _OUTER else ("AU1", "AU2")
    # The corrugator also draws the brows together without lowering them.
    return ("AU4",) if movement.up < -_ALONG or movement.out < -_ALONG else ()


def _eye(movement: Movement) -> tuple[str, ...]:
    if movement.up > _ALONG:
        if movement.downwards < _UPPER:
            return ("AU5",)
        return ("AU7", "AU6")
    # Lids that come down: in a clip mostly a blink.
    return ("AU43", "AU7") if movement.up < -_ALONG else ()


def _nose(movement: Movement) -> tuple[str, ...]:
    return ("AU9",) if movement.up > _ALONG else ()


def _cheek(movement: Movement) -> tuple[str, ...]:
    if movement.up > _ALONG:
        return ("AU6",) if movement.downwards < _UPPER else ("AU12", "AU6", "AU10")
    if movement.downwards > _LOWER:
        if movement.out < -_ALONG:
            return ("AU14",)
        if movement.out > _ALONG:
            return ("AU20", "AU12")
    return ()


def _mouth(movement: Movement) -> tuple[str, ...]:
    if movement.up > _ALONG:
        if movement.out > _ALONG / 2:
            return ("AU12",)
        return ("AU17",) if movement.downwards > _LOWER else ("AU10", "AU12")
    if movement.up < -_ALONG:
        return ("AU15",) if movement.outwards > _INNER else ("AU25",)
    if movement.out > _ALONG:
        return ("AU20", "AU14", "AU12")
    return ("AU23", "AU24") if movement.out < -_ALONG else ()


def _chin(movement: Movement) -> tuple[str, ...]:
    if movement.up > _ALONG:
        return ("AU17",)
    return ("AU25",) if movement.up < -_ALONG else ()


_RULES: dict[str, Rule] = {
    "brow": _brow,
    "eye": _eye,
    "nose": _nose,
    "cheek": _cheek,
    "mouth": _mouth,
    "chin": _chin,
}
