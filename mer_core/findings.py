"""What moved, region by region, in sentences for people who read faces and not arrays."""

from dataclasses import dataclass, replace

import numpy as np

from mer_core.analysis import Analysis
from mer_core.noise import SMALLEST_PX, TIMES_NOISE, rest_displacements
from mer_core.regions import REGIONS, Region, region_masks

# A region's motion is read from its strongest quarter: an action unit moves part of a region, and averaging over all
# of it would report a fraction of what can be seen.
_STRONGEST_SHARE = 0.25
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
        times_noise: its motion over that of its rest frames; None where there are too few.
    """

    region: Region
    u: float
    v: float
    strain: float
    times_noise: float | None

    @property
    def px(self) -> float:
        """Length of the motion, px."""
        return float(np.hypot(self.u, self.v))

    @property
    def is_above_noise(self) -> bool:
        """Whether it exceeds twice the noise and 0.15 px; unknown noise counts as not exceeding."""
        return self.times_noise is not None and self.times_noise >= TIMES_NOISE and self.px >= SMALLEST_PX

    @property
    def direction(self) -> str:
        """In words as seen on the face, e.g. "up and outwards"; sideways of a middle region "to the face's left"."""
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
            return "to its left" if to_their_left else "to its right"
        return "outwards" if to_their_left == (self.region.side == "L") else "inwards"


def region_motions(analysis: Analysis) -> tuple[RegionMotion, ...]:
    """Motion of every region that lies on the crop, in the order of `mer_core.regions.REGIONS`."""
    motion = analysis.motion
    masks = region_masks(analysis.landmarks, motion.crop_px)
    times_noise = _times_noise(analysis)
    found = []
    for region, times in zip(REGIONS, times_noise, strict=True):
        mask = masks[region.name]
        if mask.any():
            u, v = _strongest_mean(motion.flow[mask])
            found.append(RegionMotion(region, u, v, float(motion.strain[mask].mean()), times))
    return tuple(found)


def what_moved(analysis: Analysis) -> tuple[str, ...]:
    """Sentences, the strongest movement first, then one naming what stayed within noise.

    Distances are pixels of the crop.
    """
    motions = region_motions(analysis)
    moving = [motion for motion in motions if motion.is_above_noise]
    if all(motion.times_noise is None for motion in motions):
        moving = sorted(motions, key=lambda motion: -motion.px)[:2]  # without noise, name the strongest as such
    groups: dict[str, list[RegionMotion]] = {}
    for motion in sorted(moving, key=lambda motion: -motion.px):
        groups.setdefault(_stem(motion.region), []).append(motion)
    sentences = [_sentence(stem, sides, analysis.rise_ms) for stem, sides in groups.items()]
    return (*sentences, *_stillness(groups, motions))


def _times_noise(analysis: Analysis) -> list[float | None]:
    curve, interval = analysis.prepared.curve, analysis.interval
    between = rest_displacements(curve, interval, analysis.clip.timestamps_ms)
    if between is None:
        return [None] * len(REGIONS)
    noise = np.percentile(curve.region_levels_of(between), 95, axis=1)
    moved = curve.region_levels_of((curve.displacement[interval.apex] - curve.displacement[interval.onset])[None])[:, 0]
    ratios = moved / np.maximum(noise, 1e-6)
    return [float(ratio) if np.isfinite(ratio) else None for ratio in ratios]


def _strongest_mean(vectors: np.ndarray) -> tuple[float, float]:
    lengths = np.hypot(vectors[:, 0], vectors[:, 1])
    strongest = vectors[lengths >= np.quantile(lengths, 1 - _STRONGEST_SHARE)]
    u, v = strongest.mean(axis=0)
    return float(u), float(v)


def _stem(region: Region) -> str:
    return region.name.split("_")[0]


def _sentence(stem: str, sides: list[RegionMotion], rise_ms: float | None) -> str:
    both, one, _ = _GROUPS[stem]
    within = "" if rise_ms is None else f" in {rise_ms:.0f} ms"
    if len(sides) == 2:
        left, right = sorted(sides, key=lambda side: side.region.side)
        if _is_symmetric(left, right):
            together = replace(left, u=(left.u - right.u) / 2, v=(left.v + right.v) / 2)
            distances = f"left {left.px:.1f} px, right {right.px:.1f} px"
            return f"{both} moved {together.direction}{within}: {distances}{_over_noise(sides)}."
    parts = [
        f"{one.format(side='The ' + _SIDES[side.region.side])} moved {side.direction} {side.px:.1f} px{within}"
        f"{_over_noise([side])}"
        for side in sides
    ]
    return "; ".join([parts[0], *(part[0].lower() + part[1:] for part in parts[1:])]) + "."


def _is_symmetric(left: RegionMotion, right: RegionMotion) -> bool:
    along = -left.u * right.u + left.v * right.v
    return along >= _SAME_DIRECTION * left.px * right.px


def _over_noise(sides: list[RegionMotion]) -> str:
    known = [side.times_noise for side in sides if side.times_noise is not None]
    if not known:
        return " (this clip's noise is unknown)"
    return f", {min(known):.0f} times this clip's noise"


def _stillness(groups: dict[str, list[RegionMotion]], motions: tuple[RegionMotion, ...]) -> tuple[str, ...]:
    if all(motion.times_noise is None for motion in motions):
        return ()
    still = [names[2] for stem, names in _GROUPS.items() if stem not in groups]
    if not still:
        return ()
    listed = still[0] if len(still) == 1 else f"{', '.join(still[:-1])} and {still[-1]}"
    return (f"Within this clip's noise: {listed}.",)


def interval_sentence(analysis: Analysis) -> str:
    """When the movement was, in ms and frames, and who says so."""
    interval = analysis.interval
    marks = zip(
        ("onset", "apex", "offset"), (interval.onset, interval.apex, interval.offset), interval.sources, strict=True
    )
    return ", ".join(f"{name} {_at(analysis, frame)} ({source})" for name, frame, source in marks) + "."


def verdict_sentence(analysis: Analysis) -> str:
    """What the network calls the movement, never surer than it is."""
    prediction, name = analysis.prediction, analysis.checkpoint.name
    if not prediction.is_finding:
        return f"Cannot say: the motion is within this clip's noise, so {name} has nothing to classify."
    shares = ", ".join(f"{label} {value:.2f}" for label, value in prediction.probabilities.items())
    return f"{name} calls it {prediction.label} ({shares}; not yet validated, not calibrated)."


def _at(analysis: Analysis, frame: int) -> str:
    time_ms = analysis.clip.time_ms(frame)
    return f"frame {frame}" if time_ms is None else f"{time_ms:.0f} ms (frame {frame})"
