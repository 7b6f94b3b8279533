import csv
import io
from dataclasses import replace

import numpy as np
import pytest

from mer_core.exports import curve_csv
from mer_core.regions import REGIONS


def rows_of(analysis):
    return list(csv.DictReader(io.StringIO(curve_csv(analysis))))


def test_the_curve_has_one_row_a_frame_with_its_time(analysis):
    rows = rows_of(analysis)
    assert [int(row["frame"]) for row in rows] == list(range(72))
    assert float(rows[10]["time_ms"]) == pytest.approx(100)


def test_the_curve_starts_from_the_onset_and_has_a_column_a_region(analysis):
    rows = rows_of(analysis)
    assert list(rows[0]) == [
        "frame", "time_ms", "motion_px", *(f"{region.name}_px" for region in REGIONS), "marker",
    ]  # fmt: skip
    assert float(rows[14]["motion_px"]) == 0
    assert float(rows[28]["motion_px"]) > 0.5
    assert float(rows[28]["mouth_left_px"]) > float(rows[28]["brow_left_px"])


def test_markers_stand_on_their_frames(analysis):
    at_apex = replace(analysis, interval=replace(analysis.interval, offset=28))
    markers = {int(row["frame"]): row["marker"] for row in rows_of(at_apex) if row["marker"]}
    assert markers == {14: "onset", 28: "apex offset"}


def test_unknown_times_and_missing_faces_are_empty(without_times):
    displacement = without_times.prepared.curve.displacement.copy()
    displacement[40] = np.nan
    curve = replace(without_times.prepared.curve, displacement=displacement)
    rows = rows_of(replace(without_times, prepared=replace(without_times.prepared, curve=curve)))
    assert {row["time_ms"] for row in rows} == {""}
    assert rows[40]["motion_px"] == ""
    assert rows[40]["chin_px"] == ""
