import csv
import io

from mer_core.coded_events import CodedEvent, Coding, coded_events
from mer_core.exports import boris_tsv


def rows_of(analysis, coding=None):
    text = boris_tsv(coded_events(analysis, coding), analysis.clip, analysis.interval.sources)
    return list(csv.DictReader(io.StringIO(text), delimiter="\t"))


def test_the_columns_are_those_of_boris_aggregated_events(analysis):
    assert list(rows_of(analysis)[0]) == [
        "Observation id", "Observation date", "Description", "Observation type", "Source", "Time offset (s)",
        "Coding duration", "Media duration (s)", "FPS (frame/s)", "Subject",
        "Observation duration by subject by observation", "Behavior", "Behavioral category", "Modifier #1",
        "Behavior type", "Start (s)", "Stop (s)", "Duration (s)", "Media file name", "Image index start",
        "Image index stop", "Image file path start", "Image file path stop", "Comment start", "Comment stop",
    ]  # fmt: skip


def test_the_movement_is_a_state_in_seconds(analysis):
    (movement,) = (row for row in rows_of(analysis) if row["Behavior"] == "movement")
    assert movement["Behavior type"] == "STATE"
    assert (movement["Start (s)"], movement["Stop (s)"], movement["Duration (s)"]) == ("0.140", "0.400", "0.260")
    assert (movement["Image index start"], movement["Image index stop"]) == ("14", "40")
    assert movement["FPS (frame/s)"] == "100.000"
    assert movement["Media duration (s)"] == "0.720"


def test_each_marker_is_a_point_that_says_who_set_it(analysis):
    points = [row for row in rows_of(analysis) if row["Behavior type"] == "POINT"]
    assert [(row["Behavior"], row["Modifier #1"], row["Start (s)"]) for row in points] == [
        ("onset", "proposed", "0.140"),
        ("apex", "user", "0.280"),
        ("offset", "proposed", "0.400"),
    ]
    assert {row["Duration (s)"] for row in points} == {"NA"}


def test_regions_that_moved_are_states_with_their_side(analysis):
    rows = [row for row in rows_of(analysis) if row["Behavioral category"] == "region"]
    assert ("mouth left", "L") in {(row["Behavior"], row["Modifier #1"]) for row in rows}


def test_without_a_frame_rate_times_are_not_available_but_images_are(without_times):
    for row in rows_of(without_times):
        assert row["Start (s)"] == row["Stop (s)"] == row["Duration (s)"] == row["FPS (frame/s)"] == "NA"
        assert row["Image index start"] in ("14", "28", "40")


def test_notes_of_several_lines_stay_in_their_cell(analysis):
    rows = rows_of(analysis, Coding("S01", "ana", "one\ttwo\nthree"))
    assert {row["Subject"] for row in rows} == {"S01"}
    assert [row["Comment start"] for row in rows if row["Behavior"] == "movement"][0].endswith("one two three")


def test_scored_action_units_carry_their_intensity(analysis):
    scored = CodedEvent(
        au="AU4", side="B", intensity="D", onset_ms=0, apex_ms=10, offset_ms=20, frames=(1, 2, 3), frame_base=1
    )
    text = boris_tsv((*coded_events(analysis), scored), analysis.clip, analysis.interval.sources)
    (row,) = (row for row in csv.DictReader(io.StringIO(text), delimiter="\t") if row["Behavior"] == "AU4 B")
    assert (row["Behavioral category"], row["Modifier #1"]) == ("action unit", "D")
    assert (row["Image index start"], row["Image index stop"]) == ("0", "2")
