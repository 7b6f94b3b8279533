"""An analysis as files that other programs read."""

import csv
import io
import json
from math import isfinite

from mer_core.analysis import Analysis
from mer_core.findings import region_motions, what_moved
from mer_core.regions import REGIONS


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
    writer.writerow(["frame", "time_ms", "motion_px", *(f"{region.name}_px" for region in REGIONS), "marker"])
    for frame in range(clip.num_frames):
        time_ms = clip.time_ms(frame)
        levels = [_px(float(level)) for level in (face[frame], *regions[:, frame])]
        names = [name for name in ("onset", "apex", "offset") if getattr(interval, name) == frame]
        writer.writerow([frame, "" if time_ms is None else round(time_ms, 3), *levels, " ".join(names)])
    return text.getvalue()


def analysis_json(analysis: Analysis, decode_ms: float | None = None) -> str:
    """The whole analysis as JSON text, as `python -m mer_core analyze --json` prints it.

    Args:
        analysis: what was found.
        decode_ms: time that reading the clip took, where it was measured.
    """
    values = analysis.to_json()
    values["findings"] = list(what_moved(analysis))
    values["regions"] = [motion.to_json() for motion in region_motions(analysis)]
    if decode_ms is not None:
        values["timings_ms"]["decode"] = round(decode_ms, 2)
        values["timings_ms"]["total"] = round(values["timings_ms"]["total"] + decode_ms, 2)
    return json.dumps(values, indent=2, allow_nan=False) + "\n"


def _px(value: float) -> float | str:
    return round(value, 4) if isfinite(value) else ""
