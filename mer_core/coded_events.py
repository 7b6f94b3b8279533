"""Scored movements, one row each: what a coder or this program says moved, where and when."""

from dataclasses import dataclass, replace

from mer_core import __version__
from mer_core.analysis import Analysis
from mer_core.blind_coding import BlindCoding, ScoredUnit
from mer_core.clips import Clip
from mer_core.findings import RegionMotion, region_motions
from mer_core.markers import MARKERS
from mer_core.settings_hash import settings_hash

MACHINE = "MER Studio"
SOURCES: tuple[str, ...] = ("machine", "coder", "imported", "mixed")
# Who set a marker, as the source of a row.
_SOURCE_OF = {"proposed": "machine", "user": "coder", "imported": "imported"}


@dataclass(frozen=True)
class Coding:
    """What a person adds to an analysis: whom it shows, who coded it, notes, and an own coding made beforehand."""

    subject: str = ""
    coder: str = ""
    notes: str = ""
    blind: BlindCoding | None = None


@dataclass(frozen=True)
class CodedEvent:
    """One movement of one action unit, one region or the whole face, as one coder has it.

    All but `region` are columns of the long CSV; docs/exports.md describes them.

    Attributes:
        subject: the person shown; empty when not said.
        clip: name of the file.
        coder: who says so; `MACHINE` for this program.
        source: one of `SOURCES`; "mixed" when onset, apex and offset were not all set by one party.
        blind: whether the coder had not seen what this program found; None for rows of this program and where that is
            unknown.
        au: action unit, such as "AU12"; empty where none is claimed.
        side: one of `mer_core.facs.SIDES`, the person's own left and right; empty for the whole face.
        intensity: one of `mer_core.facs.INTENSITIES`; empty when not scored.
        onset_ms: from the clip's first frame; None when unknown, like the next two.
        apex_ms: greatest movement.
        offset_ms: at rest again.
        frames: of onset, apex and offset, which alone may be None; None when unknown.
        frame_base: number of the clip's first frame in `frames`.
        fps: frames per second; None when unknown.
        note: anything else.
        app_version: of the program that wrote the row.
        settings_hash: see `mer_core.settings_hash`; empty for rows without measured numbers.
        region: name of a face region (`mer_core.regions`) where no action unit is claimed; empty for the whole face.
    """

    subject: str = ""
    clip: str = ""
    coder: str = ""
    source: str = "coder"
    blind: bool | None = None
    au: str = ""
    side: str = ""
    intensity: str = ""
    onset_ms: float | None = None
    apex_ms: float | None = None
    offset_ms: float | None = None
    frames: tuple[int, int, int | None] | None = None
    frame_base: int = 0
    fps: float | None = None
    note: str = ""
    app_version: str = ""
    settings_hash: str = ""
    region: str = ""

    @property
    def times_ms(self) -> tuple[float | None, float | None, float | None]:
        """Onset, apex and offset in ms."""
        return self.onset_ms, self.apex_ms, self.offset_ms

    @property
    def is_whole_movement(self) -> bool:
        """Whether the row is about the movement as such, not about a part of the face."""
        return not (self.au or self.side or self.region)

    @property
    def is_own_coding(self) -> bool:
        """Whether it comes from a score sheet that says whether it was filled in blind."""
        return self.source == "coder" and self.blind is not None

    @property
    def what(self) -> str:
        """What moved, short enough for the name of a tier or a behaviour: "AU12 L", "mouth left" or "movement"."""
        if self.au:
            return f"{self.au} {self.side}".strip()
        return self.region.replace("_", " ") or "movement"


def coded_events(analysis: Analysis, coding: Coding | None = None) -> tuple[CodedEvent, ...]:
    """The movement as a whole, then every region that moved above noise, then what a coder committed beforehand.

    Regions come in the order of `mer_core.regions.REGIONS`. Their times are those of the movement: their motion is
    measured from its onset to its apex. Which action unit moved them is not claimed. A committed coding is a row for
    its movement and one for each scored action unit.

    Args:
        analysis: what was found.
        coding: what a person adds.
    """
    shared = _shared(analysis, coding or Coding())
    moving = [motion for motion in region_motions(analysis) if motion.is_above_noise]
    return (
        _movement_event(shared, analysis.interval.sources, coding or Coding()),
        *(_region_event(shared, motion) for motion in moving),
        *_committed_events(analysis.clip, coding or Coding()),
    )


def _shared(analysis: Analysis, coding: Coding) -> CodedEvent:
    """What all rows of an analysis have in common."""
    clip, interval = analysis.clip, analysis.interval
    frames = (interval.onset, interval.apex, interval.offset)
    onset_ms, apex_ms, offset_ms = (clip.time_ms(frame) for frame in frames)
    return CodedEvent(
        subject=coding.subject,
        clip=clip.name,
        coder=MACHINE,
        source="machine",
        onset_ms=onset_ms,
        apex_ms=apex_ms,
        offset_ms=offset_ms,
        frames=frames,
        fps=clip.fps,
        app_version=__version__,
        settings_hash=settings_hash(analysis),
    )


def _movement_event(shared: CodedEvent, setters: tuple[str, str, str], coding: Coding) -> CodedEvent:
    parties = {_SOURCE_OF[setter] for setter in setters}
    note = ", ".join(f"{name} {setter}" for name, setter in zip(MARKERS, setters, strict=True))
    return replace(
        shared,
        coder=MACHINE if parties == {"machine"} else coding.coder,
        source=parties.pop() if len(parties) == 1 else "mixed",
        # Whoever moved a marker here had the proposals and the curve in sight; of an imported one nobody knows.
        blind=False if "user" in setters else None,
        note=f"{note}. {coding.notes}" if coding.notes else note,
    )


def _region_event(shared: CodedEvent, motion: RegionMotion) -> CodedEvent:
    noise = "noise unknown" if motion.noise_px is None else f"noise {motion.noise_px:.2f} px"
    note = f"{motion.direction}, {motion.px:.2f} px ({noise})"
    return replace(shared, side=motion.region.side or "B", note=note, region=motion.region.name)


def _committed_events(clip: Clip, coding: Coding) -> tuple[CodedEvent, ...]:
    """What the coder committed, as it was then; nothing before that."""
    blind = coding.blind
    if blind is None or blind.interval is None:
        return ()
    frames = (blind.interval.onset, blind.interval.apex, blind.offset)
    onset_ms, apex_ms, offset_ms = (None if frame is None else clip.time_ms(frame) for frame in frames)
    movement = CodedEvent(
        subject=coding.subject,
        clip=clip.name,
        coder=blind.coder,
        blind=blind.is_blind,
        onset_ms=onset_ms,
        apex_ms=apex_ms,
        offset_ms=offset_ms,
        frames=frames,
        fps=clip.fps,
        note=f"score sheet: {blind.sheet.sentence}; committed {blind.committed}",
        app_version=__version__,
    )
    return (movement, *(_unit_event(movement, scored) for scored in blind.sheet.units))


def _unit_event(movement: CodedEvent, scored: ScoredUnit) -> CodedEvent:
    return replace(movement, au=scored.unit, side=scored.side, intensity=scored.intensity, note=scored.note)
