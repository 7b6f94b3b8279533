import csv
import io
from dataclasses import replace

import pytest

from mer_core import __version__
from mer_core.coded_events import CodedEvent, Coding, coded_events
from mer_core.exports import long_csv
from mer_core.exports.long_csv import COLUMNS
from mer_core.marker_reading.cells import Cells
from mer_core.marker_reading.events import read_event
from mer_core.settings_hash import settings_hash


def rows_of(events):
    return list(csv.DictReader(io.StringIO(long_csv(events))))


def read_back(events):
    return tuple(read_event(Cells(row, "here")) for row in rows_of(events))


# A score sheet's row: what this program does not make yet, but a coder does.
SCORED = CodedEvent(
    subject="S07",
    clip="smile.mp4",
    coder="ana",
    source="coder",
    blind=True,
    au="AU12",
    side="A",
    intensity="C",
    onset_ms=110.5,
    apex_ms=250.333,
    offset_ms=None,
    frames=(12, 26, 41),
    frame_base=1,
    fps=59.94,
    note='said "no", then:\nsmiled',
)


def test_the_columns_are_those_that_were_promised():
    assert long_csv([]) == (
        "subject,clip,coder,source,blind,au,side,intensity,onset_ms,apex_ms,offset_ms,"
        "frames,frame_base,fps,note,app_version,settings_hash\n"
    )


def test_the_columns_and_the_region_are_all_that_an_event_has():
    assert {*COLUMNS, "region"} == set(CodedEvent.__dataclass_fields__)


def test_the_first_row_is_the_movement_with_times_frames_and_who_set_each_marker(analysis):
    row = rows_of(coded_events(analysis, Coding("S01", "ana", "speaks")))[0]
    assert row == {
        "subject": "S01",
        "clip": analysis.clip.name,
        "coder": "ana",
        "source": "mixed",
        "blind": "false",
        "au": "",
        "side": "",
        "intensity": "",
        "onset_ms": "140",
        "apex_ms": "280",
        "offset_ms": "400",
        "frames": "14 28 40",
        "frame_base": "0",
        "fps": "100",
        "note": "onset proposed, apex user, offset proposed. speaks",
        "app_version": __version__,
        "settings_hash": settings_hash(analysis),
    }


@pytest.mark.parametrize(
    ("setters", "coder", "source", "blind"),
    [
        (("proposed",) * 3, "MER Studio", "machine", ""),
        (("user",) * 3, "ana", "coder", "false"),
        (("imported",) * 3, "ana", "imported", ""),
        (("imported", "imported", "proposed"), "ana", "mixed", ""),
    ],
)
def test_a_row_says_whose_markers_they_are(analysis, setters, coder, source, blind):
    interval = replace(analysis.interval, sources=setters)
    row = rows_of(coded_events(replace(analysis, interval=interval), Coding(coder="ana")))[0]
    assert (row["coder"], row["source"], row["blind"]) == (coder, source, blind)


def test_the_other_rows_are_the_regions_that_moved_and_claim_no_action_unit(analysis):
    rows = rows_of(coded_events(analysis))[1:]
    moved = {(row["note"].split(":")[0], row["side"]) for row in rows}
    assert {("mouth_left", "L"), ("mouth_right", "R")} <= moved
    assert all(row["source"] == "machine" and row["au"] == "" and row["blind"] == "" for row in rows)
    assert all("noise" in row["note"] for row in rows)


def test_without_a_frame_rate_there_are_frames_but_no_times(without_times):
    row = rows_of(coded_events(without_times))[0]
    assert (row["onset_ms"], row["apex_ms"], row["fps"], row["frames"]) == ("", "", "", "14 28 40")


def test_what_is_written_is_read_back_equal(analysis):
    events = (*coded_events(analysis, Coding("S01", "ana", "speaks")), SCORED)
    assert read_back(events) == events


@pytest.mark.parametrize("name", ["=cmd|' /C calc'!A0.mp4", "+1.mp4", "-1.mp4", "@x.mp4", "'quoted'.mp4", "\tx.mp4"])
def test_no_name_becomes_a_formula_and_yet_all_are_read_back(name):
    event = replace(SCORED, clip=name, subject=name, note=name)
    cells = rows_of([event])[0]
    assert not any(cells[column].startswith(tuple("=+-@\t")) for column in ("clip", "subject", "note"))
    assert read_back([event]) == (event,)


def test_the_settings_hash_changes_with_each_setting_and_with_nothing_else(analysis):
    moved = replace(analysis, interval=replace(analysis.interval, apex=30))
    assert settings_hash(moved) == settings_hash(analysis)
    motion = analysis.motion
    others = [
        replace(analysis, motion=replace(motion, settings=replace(motion.settings, method="farneback"))),
        replace(analysis, motion=replace(motion, settings=replace(motion.settings, remove_head_motion=False))),
        replace(analysis, checkpoint=replace(analysis.checkpoint, sha256="ab" * 32)),
        replace(analysis, checkpoint=replace(analysis.checkpoint, labels=analysis.checkpoint.labels[::-1])),
        replace(
            analysis,
            checkpoint=replace(
                analysis.checkpoint, input_spec=replace(analysis.checkpoint.input_spec, channels=("v", "u"))
            ),
        ),
        replace(
            analysis,
            checkpoint=replace(
                analysis.checkpoint, input_spec=replace(analysis.checkpoint.input_spec, side_in_eye_distances=3.0)
            ),
        ),
    ]
    hashes = {settings_hash(other) for other in (analysis, *others)}
    assert len(hashes) == len(others) + 1
    assert all(len(one) == 12 for one in hashes)
