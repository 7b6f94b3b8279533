"""A person's own coding of a movement, made before the machine's findings are shown, and when it counts as blind."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from mer_core.errors import CodingError
from mer_core.facs import FACS_UNITS, INTENSITIES, SIDES
from mer_core.interval import UNSET, Interval
from mer_core.markers import MARKERS

# More than any face shows within half a second; a limit keeps files from strangers small.
MOST_UNITS = 16
# Without them there is no movement to speak of; where it ends may lie beyond the clip.
_NEEDED = ("onset", "apex")


@dataclass(frozen=True)
class ScoredUnit:
    """One row of a score sheet.

    Attributes:
        unit: one of `mer_core.facs.FACS_UNITS`.
        side: one of `mer_core.facs.SIDES`, the person's own left and right.
        intensity: one of `mer_core.facs.INTENSITIES`; empty when not scored.
        note: anything else.

    Raises:
        CodingError: one of them is none of these.
    """

    unit: str
    side: str = "B"
    intensity: str = ""
    note: str = ""

    def __post_init__(self) -> None:
        for value, allowed in ((self.unit, FACS_UNITS), (self.side, SIDES), (self.intensity, INTENSITIES)):
            if value not in allowed:
                raise CodingError(f"{value!r} cannot be scored; choose one of {', '.join(filter(None, allowed))}.")

    @property
    def short(self) -> str:
        """As coders write it, e.g. "L12C", "12" on both sides."""
        side = "" if self.side == "B" else self.side
        return f"{side}{self.unit.removeprefix('AU')}{self.intensity}"


@dataclass(frozen=True)
class ScoreSheet:
    """The action units that a coder saw; an empty sheet says whether there were none or none was looked for.

    Attributes:
        units: in the order of scoring, each unit once.
        none_seen: the coder looked and saw none.

    Raises:
        CodingError: a unit is scored twice, there are too many, or units beside the word that none was seen.
    """

    units: tuple[ScoredUnit, ...] = ()
    none_seen: bool = False

    def __post_init__(self) -> None:
        names = [scored.unit for scored in self.units]
        if len(set(names)) < len(names):
            raise CodingError("An action unit is scored twice; score it once, with side A where the sides differ.")
        if len(names) > MOST_UNITS:
            raise CodingError(f"{len(names)} action units are scored and at most {MOST_UNITS} can be; leave some out.")
        if names and self.none_seen:
            raise CodingError(f"{', '.join(names)} cannot be scored where no action unit was seen; take one back.")

    @property
    def is_scored(self) -> bool:
        """Whether the coder looked for action units at all."""
        return self.none_seen or bool(self.units)

    @property
    def sentence(self) -> str:
        """What was scored, in short."""
        if self.units:
            return "+".join(scored.short for scored in self.units)
        return "no action unit seen" if self.none_seen else "action units not scored"

    def choosing(self, names: Iterable[str]) -> "ScoreSheet":
        """The sheet with exactly these units; those that were there keep what was scored, new ones come last."""
        wanted = list(names)
        kept = [scored for scored in self.units if scored.unit in wanted]
        known = {scored.unit for scored in kept}
        return ScoreSheet((*kept, *(ScoredUnit(name) for name in wanted if name not in known)))

    def scoring(self, changed: ScoredUnit) -> "ScoreSheet":
        """The sheet with this row in place of the one of the same unit."""
        return replace(self, units=tuple(changed if row.unit == changed.unit else row for row in self.units))


@dataclass(frozen=True)
class BlindCoding:
    """One person's coding of one clip.

    Attributes:
        sheet: the action units.
        interval: the markers as they were committed, "unset" where the coder set none; None before that.
        coder: who committed it; may be empty.
        findings_seen: whether the coder had seen what the machine found in this clip before committing.
        committed: when, ISO 8601 in UTC; empty before that.
    """

    sheet: ScoreSheet = ScoreSheet()
    interval: Interval | None = None
    coder: str = ""
    findings_seen: bool = False
    committed: str = ""

    @property
    def is_blind(self) -> bool:
        """Whether it may be called blind."""
        return not self.findings_seen

    @property
    def offset(self) -> int | None:
        """The committed offset; None where there is none."""
        return None if self.interval is None or self.interval.sources[2] == UNSET else self.interval.offset


def neutral_interval(num_frames: int) -> Interval:
    """Where markers stand that nobody has set: first, middle and last frame, which say nothing of the movement."""
    return Interval(0, max(1, num_frames // 2), num_frames - 1, (UNSET, UNSET, UNSET))


def missing_markers(interval: Interval | None) -> tuple[str, ...]:
    """Which markers have to be set before the coding can be committed."""
    sources = (UNSET,) * len(MARKERS) if interval is None else interval.sources
    return tuple(name for name, source in zip(MARKERS, sources, strict=True) if name in _NEEDED and source == UNSET)


def commit(coding: BlindCoding, interval: Interval | None, coder: str, findings_seen: bool) -> BlindCoding:
    """The coding, closed for good with these markers.

    Args:
        coding: what was scored.
        interval: the coder's markers.
        coder: who says so.
        findings_seen: whether the machine's findings in this clip were on the coder's screen before.

    Raises:
        CodingError: it was committed before, the onset or the apex is not set, or a marker is not the coder's.
    """
    if coding.committed:
        raise CodingError(f"This coding was committed at {coding.committed} and stays as it is.")
    missing = missing_markers(interval)
    if interval is None or missing:
        raise CodingError(f"Set the {' and the '.join(missing)} before committing.")
    if not set(interval.sources) <= {"user", UNSET}:
        raise CodingError("A marker was not set by the coder; set onset and apex by hand before committing.")
    now = datetime.now(UTC).isoformat(timespec="seconds")
    seen = findings_seen or coding.findings_seen
    return replace(coding, interval=interval, coder=coder, findings_seen=seen, committed=now)
