"""How far a coder's markers and action units agree with what the machine proposes and measures.

The machine names no action unit: it says which ones a measured movement is consistent with, mostly several. Where one
of these was scored it is counted as agreement, so that the figures are at most too kind to both.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from mer_core.blind_coding import BlindCoding, ScoredUnit, ScoreSheet
from mer_core.clips import Clip
from mer_core.explain.au_evidence import RegionEvidence
from mer_core.interval import UNSET, Interval
from mer_core.markers import MARKERS
from mer_core.regions import REGIONS
from mer_core.synthesis.action_units import ACTION_UNITS

# From this overlap on an interval counts as found in the Micro-Expression Grand Challenges since 2020 (He, Wang, Li &
# Yap, Spotting Macro- and Micro-expression Intervals in Long Video Sequences, arXiv 1912.11985).
COUNTS_AS_FOUND = 0.5
FITS, OTHERWISE, STILL, UNKNOWN = "fits", "otherwise", "still", "unknown"
# A blink closes the eyes; the rules know only the closing.
_SAME_MOVEMENT = {"AU45": "AU43"}
_PART_OF = {unit: region.part for region in REGIONS for unit in region.action_units} | {"AU43": "eye"}


@dataclass(frozen=True)
class MarkerAgreement:
    """A coder's interval beside the proposal that is nearest to it.

    Attributes:
        mine: the coder's; its offset may be unset.
        machine: the proposal.
        place: of the proposal among all, 0 for the machine's first choice.
        overlap: shared frames over the frames of either, 0..1; None where the coder set no offset.
    """

    mine: Interval
    machine: Interval
    place: int
    overlap: float | None

    def frames_apart(self, name: str) -> int | None:
        """By how many frames the coder's marker is later than the machine's; None where the coder set none."""
        if self.mine.sources[MARKERS.index(name)] == UNSET:
            return None
        return int(getattr(self.mine, name) - getattr(self.machine, name))

    def ms_apart(self, name: str, clip: Clip) -> float | None:
        """As above in ms; None also where the frame rate is unknown."""
        mine, machine = clip.time_ms(getattr(self.mine, name)), clip.time_ms(getattr(self.machine, name))
        if self.frames_apart(name) is None or mine is None or machine is None:
            return None
        return mine - machine

    def to_json(self, clip: Clip) -> dict[str, Any]:
        """Plain values, the coder's minus the machine's."""
        return {
            "proposal": self.place,
            "overlap": None if self.overlap is None else round(self.overlap, 4),
            "frames_apart": {name: self.frames_apart(name) for name in MARKERS},
            "ms_apart": {name: _rounded(self.ms_apart(name, clip)) for name in MARKERS},
        }


def marker_agreement(mine: Interval, proposals: Sequence[Interval]) -> MarkerAgreement:
    """The coder's interval beside the proposal that overlaps it most, or whose apex is nearest."""
    has_offset = mine.sources[2] != UNSET

    def nearness(place: int) -> tuple[float, int]:
        proposal = proposals[place]
        return (interval_overlap(mine, proposal) if has_offset else 0.0, -abs(mine.apex - proposal.apex))

    place = max(range(len(proposals)), key=nearness)
    overlap = interval_overlap(mine, proposals[place]) if has_offset else None
    return MarkerAgreement(mine, proposals[place], place, overlap)


def interval_overlap(one: Interval, other: Interval) -> float:
    """Frames of both intervals over the frames of either, onset and offset included, 0..1.

    >>> interval_overlap(Interval(0, 5, 9), Interval(5, 8, 14))
    0.3333333333333333
    """
    shared = max(0, min(one.offset, other.offset) - max(one.onset, other.onset) + 1)
    return shared / (one.offset - one.onset + 1 + other.offset - other.onset + 1 - shared)


@dataclass(frozen=True)
class PartMotion:
    """One part of the face that moved above noise, its two sides taken together.

    Attributes:
        evidence: of its regions, the farthest first.
    """

    evidence: tuple[RegionEvidence, ...]

    @property
    def units(self) -> tuple[str, ...]:
        """Action units that the movement of one of its sides is consistent with."""
        return tuple(dict.fromkeys(unit for one in self.evidence for unit in one.units))

    @property
    def sides(self) -> str:
        """Where it moved, as in `mer_core.facs.SIDES`."""
        sides = {one.region.side for one in self.evidence}
        return "B" if len(sides) > 1 else sides.pop()


@dataclass(frozen=True)
class UnitCheck:
    """What was measured where a scored action unit shows.

    Attributes:
        scored: the coder's row.
        finding: `FITS` where a movement is consistent with it; `OTHERWISE` where its part of the face moved, but not
            like this; `STILL` where that stayed within noise; `UNKNOWN` where no rule tells how it moves the skin.
        sides: where the fitting movement was measured; empty without one, and of a part without sides.
    """

    scored: ScoredUnit
    finding: str
    sides: str = ""


@dataclass(frozen=True)
class UnitAgreement:
    """A score sheet beside what was measured.

    Attributes:
        checks: one a scored unit, in the sheet's order.
        unscored: parts of the face that moved and that no scored unit fits, the farthest first.
        was_scored: whether the coder looked for action units at all.
    """

    checks: tuple[UnitCheck, ...]
    unscored: tuple[PartMotion, ...]
    was_scored: bool

    @property
    def num_fitting(self) -> int:
        """Scored units that a measured movement is consistent with."""
        return sum(check.finding == FITS for check in self.checks)

    @property
    def num_checked(self) -> int:
        """Scored units that a rule exists for."""
        return sum(check.finding != UNKNOWN for check in self.checks)

    @property
    def num_machine(self) -> int:
        """Units on the machine's side: those of the coder's that fit, and one for each other movement with a unit."""
        return self.num_fitting + sum(bool(part.units) for part in self.unscored)

    @property
    def ratio(self) -> float | None:
        """Twice the units agreed on over the units of both, 0..1; None where units were not scored or both have none.

        The index of agreement of the FACS manual (Wexler; Ekman, Friesen & Hager, 2002). Its departure: the machine's
        alternatives are settled in the coder's favour, and units without a rule are left out.
        """
        of_both = self.num_checked + self.num_machine
        return 2 * self.num_fitting / of_both if self.was_scored and of_both else None


def unit_agreement(sheet: ScoreSheet, evidence: Iterable[RegionEvidence]) -> UnitAgreement:
    """The scored units beside the measured movements of one interval, see `mer_core.explain.au_evidence`."""
    parts = _moving_parts(evidence)
    checks = tuple(_checked(scored, parts) for scored in sheet.units)
    scored_units = {_rule_of(scored.unit) for scored in sheet.units}
    unscored = tuple(part for part in parts.values() if not scored_units.intersection(part.units))
    return UnitAgreement(checks, unscored, sheet.is_scored)


def agreement_json(coding: BlindCoding, proposals: Sequence[Interval], clip: Clip) -> dict[str, Any] | None:
    """The agreement of committed markers as plain values; None before they are committed, and of two pictures."""
    if coding.interval is None or not has_markers(clip):
        return None
    return marker_agreement(coding.interval, proposals).to_json(clip)


def has_markers(clip: Clip) -> bool:
    """Whether there was anything to mark: an onset and an apex picture were given, so nobody agrees on their places."""
    return clip.num_frames > 2


def _moving_parts(evidence: Iterable[RegionEvidence]) -> dict[str, PartMotion]:
    moving: dict[str, list[RegionEvidence]] = {}
    for one in evidence:
        if one.motion.is_above_noise:
            moving.setdefault(one.region.part, []).append(one)
    return {part: PartMotion(tuple(found)) for part, found in moving.items()}


def _checked(scored: ScoredUnit, parts: dict[str, PartMotion]) -> UnitCheck:
    unit = _rule_of(scored.unit)
    if unit not in ACTION_UNITS:
        return UnitCheck(scored, UNKNOWN)
    fitting = [one for part in parts.values() for one in part.evidence if unit in one.units]
    if fitting:
        return UnitCheck(scored, FITS, PartMotion(tuple(fitting)).sides)
    return UnitCheck(scored, OTHERWISE if _PART_OF[unit] in parts else STILL)


def _rule_of(unit: str) -> str:
    return _SAME_MOVEMENT.get(unit, unit)


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 3)
