"""Which action units the measured motion is consistent with, region by region, and how much the network looked there.

An action unit is a movement that the Facial Action Coding System names (Ekman, Friesen & Hager, 2002), not an emotion.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from mer_core.analysis import Analysis
from mer_core.explain.au_rules import consistent_units
from mer_core.explain.places import masks_at, shares_of_regions
from mer_core.findings import RegionMotion, region_motions
from mer_core.regions import REGIONS, Region, region_masks
from mer_core.synthesis.action_units import ACTION_UNITS

# One side counts as stronger from this share of the difference over the sum on: one and a half times the other.
_ONE_SIDED = 0.2
_NO_UNIT = "no action unit listed here moves it that way"
_SIDES = {"L": "left", "R": "right"}


@dataclass(frozen=True)
class RegionEvidence:
    """What speaks for action units in one region.

    Attributes:
        motion: how it moved.
        outwards: where in the region the motion lies, 0 at the face's midline, 1 at its outer edge; of a middle region
            0 at the person's right.
        downwards: as above, 0 at its top, 1 at its bottom.
        units: action units that such a movement is consistent with, the likeliest first; empty within noise, and where
            no unit moves the skin there in that direction.
        attribution: share of the absolute attribution of all regions, 0..1; None where none was given.
    """

    motion: RegionMotion
    outwards: float
    downwards: float
    units: tuple[str, ...]
    attribution: float | None = None

    @property
    def region(self) -> Region:
        """The part of the face."""
        return self.motion.region

    def sentence(self) -> str:
        """What moved and what it is consistent with; never what it means."""
        moved = f"The {self.region.label} moved {self.motion.direction} by {self.motion.px:.1f} px"
        if not self.motion.is_above_noise:
            return f"The {self.region.label} stayed within this clip's noise."
        if not self.units:
            return f"{moved}; {_NO_UNIT}."
        return f"{moved}: consistent with {' or '.join(map(named_unit, self.units))}."


@dataclass(frozen=True)
class Asymmetry:
    """One part of the face, its two sides beside each other.

    Attributes:
        part: of the regions' names, e.g. "brow".
        left_px: motion of the person's left.
        right_px: as above.
    """

    part: str
    left_px: float
    right_px: float

    @property
    def index(self) -> float:
        """Difference over sum, -1 (all on the right) to 1 (all on the left); 0 where nothing moved."""
        total = self.left_px + self.right_px
        return 0.0 if total == 0 else (self.left_px - self.right_px) / total

    def sentence(self) -> str:
        """Which side moved farther, if one clearly did."""
        both = f"left {self.left_px:.1f} px, right {self.right_px:.1f} px"
        if abs(self.index) < _ONE_SIDED:
            return f"{self.part.capitalize()}: about the same on both sides ({both})."
        return f"{self.part.capitalize()}: farther on the person's {_SIDES['L' if self.index > 0 else 'R']} ({both})."


def au_evidence(analysis: Analysis, attribution: np.ndarray | None = None) -> tuple[RegionEvidence, ...]:
    """The evidence of every region on the crop, the largest motion first.

    Args:
        analysis: what was measured.
        attribution: float (S, S), how much each pixel of the network's input mattered; its sign is left out.
    """
    shares = _shares(analysis, attribution)
    masks = region_masks(analysis.landmarks, analysis.motion.crop_px)
    found = []
    for motion in region_motions(analysis):
        outwards, downwards = _place(analysis.motion.magnitude, masks[motion.region.name], motion.region.side)
        units = consistent_units(motion, outwards, downwards) if motion.is_above_noise else ()
        found.append(RegionEvidence(motion, outwards, downwards, units, shares.get(motion.region.name)))
    return tuple(sorted(found, key=lambda evidence: -evidence.motion.px))


def _shares(analysis: Analysis, attribution: np.ndarray | None) -> dict[str, float]:
    if attribution is None:
        return {}
    masks = masks_at(analysis.landmarks, analysis.motion.crop_px, attribution.shape[-1])
    return shares_of_regions(np.abs(attribution), masks)


def evidence_sentences(evidence: Iterable[RegionEvidence]) -> list[str]:
    """One sentence a region that moved, in the given order; two sides that moved alike share one."""
    moving = [one for one in evidence if one.motion.is_above_noise]
    told: list[str] = []
    for place, one in enumerate(moving):
        twin = next((other for other in moving if _are_alike(one, other)), None)
        if twin is None:
            told.append(one.sentence())
        elif twin in moving[place:]:
            told.append(_of_both(one, twin))
    return told


def _are_alike(one: RegionEvidence, other: RegionEvidence) -> bool:
    """Whether these are the two sides of one part, fit the same units and moved in the same direction."""
    are_sides = one.region.side + other.region.side in ("LR", "RL") and one.region.part == other.region.part
    return are_sides and one.units == other.units and one.motion.direction == other.motion.direction


def _of_both(one: RegionEvidence, other: RegionEvidence) -> str:
    left, right = (one, other) if one.region.side == "L" else (other, one)
    fits = f"consistent with {' or '.join(map(named_unit, one.units))}" if one.units else _NO_UNIT
    return (
        f"Both sides, {one.region.part}: moved {one.motion.direction}, left {left.motion.px:.1f} px, right "
        f"{right.motion.px:.1f} px; {fits}."
    )


def asymmetries(evidence: Iterable[RegionEvidence]) -> tuple[Asymmetry, ...]:
    """Left beside right of every part that has two sides and moved on at least one of them, in the regions' order."""
    by_name = {one.region.name: one for one in evidence}
    found = []
    for region in REGIONS:
        left, right = (by_name.get(f"{region.part}_{side}") for side in ("left", "right"))
        if region.side == "L" and left and right and (left.motion.is_above_noise or right.motion.is_above_noise):
            found.append(Asymmetry(region.part, left.motion.px, right.motion.px))
    return tuple(found)


def likeliest_units(evidence: Iterable[RegionEvidence]) -> tuple[str, ...]:
    """The likeliest action unit of each region that has one, each once, in the given order."""
    return tuple(dict.fromkeys(one.units[0] for one in evidence if one.units))


def named_unit(unit: str) -> str:
    """An action unit with its name, e.g. "AU12 (lip corner puller)"."""
    return f"{unit} ({ACTION_UNITS[unit].name})"


def _place(magnitude: np.ndarray, mask: np.ndarray, side: str) -> tuple[float, float]:
    """Where in a region the motion lies, see `RegionEvidence`; squared lengths count, so that noise does not."""
    rows, columns = np.nonzero(mask)
    weights = magnitude[rows, columns].astype(np.float64) ** 2
    if weights.sum() == 0:
        return 0.5, 0.5
    across, down = (
        (float(np.average(places, weights=weights)) - places.min()) / max(int(np.ptp(places)), 1)
        for places in (columns, rows)
    )
    # The person's right lies on the left of the picture, its outer edge at the picture's left.
    return (1 - across if side == "R" else across), down
