"""What moved, region by region, in sentences for people who read faces and not arrays."""

from dataclasses import dataclass, replace
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np

from mer_core.analysis import Analysis
from mer_core.motion_curve import STRONGEST_OF
from mer_core.noise import SMALLEST_PX, TIMES_NOISE, rest_displacements
from mer_core.regions import REGIONS, Region, region_masks
from mer_core.words import listed

# Left and right are one movement when their directions, one mirrored, differ by less than this.
_SAME_DIRECTION = np.cos(np.deg2rad(45))
# Directions within 30 degrees of an axis are named by that axis alone.
_OBLIQUE = np.tan(np.deg2rad(30))

_GROUPS: dict[str, tuple[str, str, str]] = {
    # region stem: (both sides, one side, the group in a list)
    "brow": ("Both brows", "{side} brow", "brows"),
    "eye": ("Both eyes' lids", "{side} eye's lids", "eyes"),
    "nose": ("The nose", "The nose", "nose"),
    "cheek": ("Both cheeks", "{side} cheek", "cheeks"),
    "mouth": ("Both sides of the mouth", "{side} side of the mouth", "mouth"),
    "chin": ("The chin", "The chin", "chin"),
}
_SIDES = {"L": "left", "R": "right", "": ""}


@dataclass(frozen=True)
class RegionMotion:
    """Motion of one region from onset to apex.

    Attributes:
        region: which.
        u: to the right in the picture, px; mean of the region's strongest quarter.
        v: down, px.
        strain: mean optical strain of the region.
        noise_px: its own motion between rest frames, px (95th percentile); None where there are too few of them.
    """

    region: Region
    u: float
    v: float
    strain: float
    noise_px: float | None

    @property
    def px(self) -> float:
        """Length of the motion, px."""
        return float(np.hypot(self.u, self.v))

    @property
    def times_noise(self) -> float | None:
        """Its motion over its own noise; None where that is unknown."""
        return None if self.noise_px is None else self.px / max(self.noise_px, 1e-6)

    @property
    def is_above_noise(self) -> bool:
        """Whether it exceeds 0.15 px and, where that is known, twice its own noise."""
        return self.px >= SMALLEST_PX and (self.times_noise is None or self.times_noise >= TIMES_NOISE)

    def to_json(self) -> dict[str, Any]:
        """Plain values; px of the crop, u to the right in the picture."""
        return {
            "region": self.region.name,
            "side": self.region.side or None,
            "direction": self.direction,
            "px": round(self.px, 3),
            "u_px": round(self.u, 3),
            "v_px": round(self.v, 3),
            "strain": round(self.strain, 4),
            "noise_px": None if self.noise_px is None else round(self.noise_px, 3),
            "above_noise": self.is_above_noise,
        }

    @property
    def direction(self) -> str:
        """In words as seen on the face, e.g. "up and outwards"; sideways of a middle region "to the person's left"."""
        words = []
        if abs(self.v) > _OBLIQUE * abs(self.u):
            words.append("up" if self.v < 0 else "down")
        if abs(self.u) > _OBLIQUE * abs(self.v):
            words.append(self._sideways())
        return " and ".join(words)

    def _sideways(self) -> str:
        # The person's left lies on the right of the picture.
        to_their_left = self.u > 0
        if not self.region.side:
            return f"to the person's {'left' if to_their_left else 'right'}"
        return "outwards" if to_their_left == (self.region.side == "L") else "inwards"


def region_motions(analysis: Analysis) -> tuple[RegionMotion, ...]:
    """Motion of every region that lies on the crop, in the order of `mer_core.regions.REGIONS`."""
    if analysis not in _MOTIONS:
        _MOTIONS[analysis] = _measured_regions(analysis)
    return _MOTIONS[analysis]


# Sentences, deck and exports ask for the same analysis; it is forgotten with its analysis, which holds a face.
_MOTIONS: WeakKeyDictionary[Analysis, tuple[RegionMotion, ...]] = WeakKeyDictionary()


def _measured_regions(analysis: Analysis) -> tuple[RegionMotion, ...]:
    motion = analysis.motion
    masks = region_masks(analysis.landmarks, motion.crop_px)
    found = []
    for region, noise in zip(REGIONS, _region_noise(analysis), strict=True):
        mask = masks[region.name]
        if mask.any():
            u, v = _strongest_mean(motion.flow[mask])
            found.append(RegionMotion(region, u, v, float(motion.strain[mask].mean()), noise))
    return tuple(found)


def what_moved(analysis: Analysis) -> tuple[str, ...]:
    """Sentences, the strongest movement first, then one naming what stayed within noise.

    Distances are pixels of the crop; left and right are the person's.
    """
    motions = region_motions(analysis)
    moving = sorted((motion for motion in motions if motion.is_above_noise), key=lambda motion: -motion.px)
    if not moving:
        return (f"Nothing moved by more than {SMALLEST_PX} px, or by more than this clip's noise.",)
    is_noise_known = any(motion.noise_px is not None for motion in motions)
    if not is_noise_known:
        moving = moving[:2]  # any of them may be noise; the strongest are the least likely to be
    groups: dict[str, list[RegionMotion]] = {}
    for motion in moving:
        groups.setdefault(motion.region.part, []).append(motion)
    sentences = tuple(_sentence(stem, sides, analysis.rise_ms) for stem, sides in groups.items())
    return (*sentences, *_stillness(groups)) if is_noise_known else sentences


def _region_noise(analysis: Analysis) -> list[float | None]:
    curve = analysis.prepared.curve
    between = rest_displacements(curve, analysis.interval, analysis.clip.timestamps_ms)
    if between is None:
        return [None] * len(REGIONS)
    noise = np.percentile(curve.region_levels_of(between), 95, axis=1) * analysis.px_per_curve_px
    return [float(value) if np.isfinite(value) else None for value in noise]


def _strongest_mean(vectors: np.ndarray) -> tuple[float, float]:
    lengths = np.hypot(vectors[:, 0], vectors[:, 1])
    strongest = vectors[lengths >= np.quantile(lengths, 1 - 1 / STRONGEST_OF)]
    u, v = strongest.mean(axis=0)
    return float(u), float(v)


def _sentence(stem: str, sides: list[RegionMotion], rise_ms: float | None) -> str:
    both, one, _ = _GROUPS[stem]
    within = "" if rise_ms is None else f" in {rise_ms:.0f} ms"
    if len(sides) == 2:
        left, right = sorted(sides, key=lambda side: side.region.side)
        if _is_symmetric(left, right):
            together = replace(left, u=(left.u - right.u) / 2, v=(left.v + right.v) / 2)
            distances = f"left {left.px:.1f} px, right {right.px:.1f} px"
            return f"{both} moved {together.direction}{within}: {distances} ({_noise_there(left, right)})."
    parts = [
        f"{one.format(side='The ' + _SIDES[side.region.side])} moved {side.direction} by {side.px:.1f} px{within} "
        f"({_noise_there(side)})"
        for side in sides
    ]
    return "; ".join([parts[0], *(part[0].lower() + part[1:] for part in parts[1:])]) + "."


def _is_symmetric(left: RegionMotion, right: RegionMotion) -> bool:
    along = -left.u * right.u + left.v * right.v
    return along >= _SAME_DIRECTION * left.px * right.px


def _noise_there(*sides: RegionMotion) -> str:
    known = [f"{side.noise_px:.2f}" for side in sides if side.noise_px is not None]
    return f"noise there {' and '.join(known)} px" if known else "this clip's noise is unknown"


def _stillness(groups: dict[str, list[RegionMotion]]) -> tuple[str, ...]:
    still = [names[2] for stem, names in _GROUPS.items() if stem not in groups]
    if not still:
        return ()
    return (f"Within this clip's noise: {listed(still)}.",)


def head_motion_sentence(analysis: Analysis) -> str:
    """How far the whole head moved from onset to apex, and whether that was taken off."""
    motion = analysis.motion
    if not motion.settings.remove_head_motion:
        return "Head motion was left in: the distances include it."
    size = motion.removed.size_px(motion.crop_px)
    if size == 0:
        return "The head kept still: nothing was taken off."
    return f"The whole head moved by up to {size:.1f} px; that was taken off."


def interval_sentence(analysis: Analysis) -> str:
    """When the movement was, in ms and frames, and who says so."""
    interval = analysis.interval
    marks = zip(
        ("onset", "apex", "offset"), (interval.onset, interval.apex, interval.offset), interval.sources, strict=True
    )
    return ", ".join(f"{name} {analysis.clip.moment(frame)} ({source})" for name, frame, source in marks) + "."
