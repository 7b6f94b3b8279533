"""The motion curve as CSV."""

import csv
import io
from math import isfinite

from mer_core.analysis import Analysis
from mer_core.markers import MARKERS
from mer_core.regions import REGIONS

CURVE_COLUMNS: tuple[str, ...] = (
    "frame",
    "time_ms",
    "motion_px",
    *(f"{region.name}_px" for region in REGIONS),
    "marker",
)


def curve_csv(analysis: Analysis) -> str:
    """The motion curve as CSV, one row a frame: frame, time_ms, motion_px, one column a region, marker.

    Frames count from 0; `time_ms` is empty where the frame rate is unknown. Distances are px of the face crop at its
    native resolution, measured from the onset; empty where no face was found. `motion_px` is the 95th percentile over
    the face, `brow_left_px` and the like are means over the strongest quarter of a region. `marker` names the markers
    on that frame.
    """
    curve, interval, clip = analysis.prepared.curve, analysis.interval, analysis.clip
    face, regions = curve.level_from(interval.onset), curve.region_levels_from(interval.onset)
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(CURVE_COLUMNS)
    for frame in range(clip.num_frames):
        time_ms = clip.time_ms(frame)
        levels = [_px(float(level)) for level in (face[frame], *regions[:, frame])]
        names = [name for name in MARKERS if getattr(interval, name) == frame]
        writer.writerow([frame, "" if time_ms is None else round(time_ms, 3), *levels, " ".join(names)])
    return text.getvalue()


def _px(value: float) -> float | str:
    return round(value, 4) if isfinite(value) else ""
