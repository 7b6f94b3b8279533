"""What a drawing of the motion curve shows, as plain arrays: shared by the picture and the deck."""

from dataclasses import dataclass

import numpy as np

from mer_core.analysis import Analysis, PreparedClip
from mer_core.drawing.scales import round_up
from mer_core.interval import Interval
from mer_core.noise import measure_noise
from mer_core.regions import REGIONS, Region

MARKS: tuple[str, ...] = ("onset", "apex", "offset")
# An axis never ends below these, px: rest must look like rest.
_LEAST_TOP_PX = 0.5
# How much of its height the noise may take: a third of the curve's, half of a lane's (a mean, and so lower).
_NOISES_IN_CURVE, _NOISES_IN_LANE = 3.0, 2.0


@dataclass(frozen=True)
class Mark:
    """One of onset, apex and offset: its frame from 0, its place on the time axis, the level there, who set it."""

    name: str
    frame: int
    at: float
    level: float
    source: str


@dataclass(frozen=True, eq=False)
class CurveView:
    """A motion curve ready to draw.

    Attributes:
        at: float (T,), ms from the clip's start; frame numbers from 0 when the frame rate is unknown.
        in_ms: which of the two.
        level: float (T,), motion since the onset, px of the face crop; NaN where no face was found.
        noise_px: upper border of this clip's noise, the same px; None when unknown.
        marks: onset, apex, offset.
        others: begin and end of the other movements found, on the time axis; not of one that overlaps the interval.
        lanes: float (R, T), motion of each of `mer_core.regions.REGIONS` since the onset, px.
    """

    at: np.ndarray
    in_ms: bool
    level: np.ndarray
    noise_px: float | None
    marks: tuple[Mark, ...]
    others: tuple[tuple[float, float], ...]
    lanes: np.ndarray

    @property
    def unit(self) -> str:
        """Name of the time axis."""
        return "ms from the clip's start" if self.in_ms else "frame, counted from 0"

    @property
    def top_px(self) -> float:
        """Where the axis of the motion should end, px: a round number above curve and noise."""
        return self._round_top(self.level, _NOISES_IN_CURVE)

    @property
    def lanes_top_px(self) -> float:
        """Where the colour scale of all lanes should end, px."""
        return self._round_top(self.lanes, _NOISES_IN_LANE)

    def moment(self, at: float) -> str:
        """A place on the time axis in words, e.g. "250 ms"."""
        return f"{at:.0f} ms" if self.in_ms else f"frame {at:.0f}"

    def _round_top(self, values: np.ndarray, noises: float) -> float:
        return round_up(max(1.05 * float(np.nanmax(values)), noises * (self.noise_px or 0.0), _LEAST_TOP_PX))


def curve_view(found: Analysis | PreparedClip, interval: Interval | None = None) -> CurveView:
    """What to draw of an analysis, or of a prepared clip with an interval (its first candidate when None).

    An analysis gives px of the crop its motion was measured on, a prepared clip px of its native crop.
    """
    prepared = found.prepared if isinstance(found, Analysis) else found
    if interval is None:
        interval = found.interval if isinstance(found, Analysis) else prepared.candidates[0]
    px = found.px_per_curve_px if isinstance(found, Analysis) else 1.0
    clip, curve = prepared.clip, prepared.curve
    at = np.arange(clip.num_frames, dtype=np.float64) if clip.timestamps_ms is None else clip.timestamps_ms
    level = curve.level_from(interval.onset) * px
    noise = measure_noise(curve, interval, clip.timestamps_ms).noise_px
    frames = (interval.onset, interval.apex, interval.offset)
    marks = tuple(
        Mark(name, frame, float(at[frame]), float(level[frame]), source)
        for name, frame, source in zip(MARKS, frames, interval.sources, strict=True)
    )
    others = tuple(
        (float(at[other.onset]), float(at[other.offset]))
        for other in prepared.candidates
        if not _is_same_movement(other, interval)
    )
    lanes = curve.region_levels_from(interval.onset) * px
    noise_px = None if noise is None else noise * px
    return CurveView(at, clip.timestamps_ms is not None, level, noise_px, marks, others, lanes)


def curve_summary(view: CurveView) -> str:
    """The curve in one sentence, for those who cannot see it."""
    peak = int(np.nanargmax(view.level))
    noise = "noise unknown" if view.noise_px is None else f"noise {view.noise_px:.2f} px"
    marks = ", ".join(f"{mark.name} {view.moment(mark.at)}" for mark in view.marks)
    moved = f"up to {view.level[peak]:.1f} px since the onset, at {view.moment(float(view.at[peak]))}"
    return f"Motion of the whole face over the clip: {moved}; {noise}; {marks}."


def lane_label(region: Region) -> str:
    """Short name of a region with the person's side, e.g. "brow L"."""
    return f"{region.name.split('_')[0]} {region.side}".strip()


LANE_LABELS: tuple[str, ...] = tuple(lane_label(region) for region in REGIONS)


def _is_same_movement(other: Interval, interval: Interval) -> bool:
    return other.onset < interval.offset and interval.onset < other.offset
