import csv
import io
import json
from dataclasses import replace

import numpy as np
import pytest

from mer_core.exports import analysis_json, curve_csv
from mer_core.findings import what_moved
from mer_core.interval import Interval
from mer_core.predictor import Predictor
from mer_core.regions import REGIONS


@pytest.fixture
def predictor(small_checkpoint):
    return Predictor(small_checkpoint)


@pytest.fixture
def analysis(prepared_sample, predictor):
    interval = Interval(14, 28, 28)
    return predictor.analyze_interval(prepared_sample, interval, "dis", remove_head_motion=True)


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
    markers = {int(row["frame"]): row["marker"] for row in rows_of(analysis) if row["marker"]}
    assert markers == {14: "onset", 28: "apex offset"}


def test_unknown_times_and_missing_faces_are_empty(analysis):
    clip = replace(analysis.clip, timestamps_ms=None)
    displacement = analysis.prepared.curve.displacement.copy()
    displacement[40] = np.nan
    curve = replace(analysis.prepared.curve, displacement=displacement)
    rows = rows_of(replace(analysis, prepared=replace(analysis.prepared, clip=clip, curve=curve)))
    assert {row["time_ms"] for row in rows} == {""}
    assert rows[40]["motion_px"] == ""
    assert rows[40]["chin_px"] == ""


def test_the_json_is_that_of_the_analysis(analysis):
    values = json.loads(analysis_json(analysis))
    assert values.pop("findings") == list(what_moved(analysis))
    assert [region["region"] for region in values.pop("regions")] == [region.name for region in REGIONS]
    assert values == analysis.to_json()
