"""A coder's committed rows beside the machine's, in every format."""

import csv
import io
import json
from dataclasses import replace

import pympi
import pytest

from mer_core.blind_coding import BlindCoding, ScoredUnit, ScoreSheet, commit
from mer_core.coded_events import Coding, coded_events
from mer_core.exports import analysis_json, boris_tsv, elan_eaf, long_csv
from mer_core.interval import Interval
from mer_core.marker_files import read_markers
from mer_core.marker_reading.cells import Cells
from mer_core.marker_reading.events import read_event

MINE = Interval(12, 26, 44, ("user",) * 3)
SHEET = ScoreSheet((ScoredUnit("AU12", "L", "C", "brief"), ScoredUnit("AU6")))


def coding(interval=MINE, sheet=SHEET, seen=False):
    return Coding("S01", "ana", "speaks", commit(BlindCoding(sheet), interval, "ana", seen))


def own(events):
    return [event for event in events if event.is_own_coding and event.blind]


def rows_of(events):
    return list(csv.DictReader(io.StringIO(long_csv(events))))


@pytest.fixture
def eaf_of(analysis, tmp_path):
    def read(coding):
        (tmp_path / "own.eaf").write_text(elan_eaf(coded_events(analysis, coding), analysis.clip), encoding="utf-8")
        return pympi.Elan.Eaf(str(tmp_path / "own.eaf"))

    return read


def test_the_committed_movement_and_its_units_follow_the_machines_rows_which_stay_as_they_are(analysis):
    events = coded_events(analysis, coding())
    assert events[: -len(own(events))] == coded_events(analysis, Coding("S01", "ana", "speaks"))
    movement, smile, cheeks = own(events)
    assert movement.is_whole_movement
    assert (movement.coder, movement.source, movement.frames) == ("ana", "coder", (12, 26, 44))
    assert movement.times_ms == pytest.approx((120, 260, 440), abs=0.5)
    assert (smile.au, smile.side, smile.intensity, smile.note) == ("AU12", "L", "C", "brief")
    assert (cheeks.au, cheeks.side, cheeks.intensity, cheeks.times_ms) == ("AU6", "B", "", movement.times_ms)
    assert {event.settings_hash for event in (movement, smile, cheeks)} == {""}


def test_nothing_uncommitted_is_exported(analysis):
    assert coded_events(analysis, Coding(blind=BlindCoding(SHEET))) == coded_events(analysis)
    assert "coder" not in json.loads(analysis_json(analysis, coding=Coding(blind=BlindCoding(SHEET))))


@pytest.mark.parametrize(("seen", "word"), [(False, "true"), (True, "false")])
def test_the_long_csv_says_whether_it_was_blind_and_is_read_back_equal(analysis, seen, word):
    events = coded_events(analysis, coding(seen=seen))
    rows = rows_of(events)
    assert [row["blind"] for row in rows[-3:]] == [word] * 3
    assert [row["au"] for row in rows[-3:]] == ["", "AU12", "AU6"]
    assert tuple(read_event(Cells(row, "here")) for row in rows) == events


def test_a_movement_without_an_offset_has_two_frames_and_an_empty_time_and_is_read_back(analysis):
    events = coded_events(analysis, coding(replace(MINE, sources=("user", "user", "unset"))))
    row = rows_of(events)[-3]
    assert (row["frames"], row["offset_ms"], row["apex_ms"]) == ("12 26", "", "260")
    assert read_event(Cells(row, "here")) == own(events)[0]


def test_an_empty_sheet_says_whether_units_were_looked_for(analysis):
    for sheet, words in (
        (ScoreSheet(none_seen=True), "no action unit seen"),
        (ScoreSheet(), "action units not scored"),
    ):
        (movement,) = own(coded_events(analysis, coding(sheet=sheet)))
        assert words in movement.note


def test_markers_read_from_such_a_table_are_those_in_use_and_the_others_are_remarked(analysis):
    content = long_csv(coded_events(analysis, coding())).encode()
    imported = read_markers(content, "own.csv", analysis.clip, analysis.interval)
    assert (imported.interval.onset, imported.interval.apex, imported.interval.offset) == (14, 28, 40)
    assert "also has other movements" in imported.warnings[0]


def test_elan_gets_tiers_of_the_coders_own_with_the_coder_as_annotator(analysis, eaf_of):
    eaf = eaf_of(coding())
    assert list(eaf.get_tier_names())[-4:] == ["movement (coder)", "apex (coder)", "AU12 L (coder)", "AU6 B (coder)"]
    ((begin, end, text),) = eaf.get_annotation_data_for_tier("movement (coder)")
    assert (begin, end) == (120, 440)
    assert text.startswith("blind; score sheet: L12C+6; committed ")
    assert eaf.get_annotation_data_for_tier("apex (coder)") == [(260, 270, "apex")]
    assert eaf.get_annotation_data_for_tier("AU12 L (coder)") == [(120, 440, "C; brief")]
    assert eaf.get_parameters_for_tier("AU12 L (coder)")["ANNOTATOR"] == "ana"
    assert eaf.get_parameters_for_tier("AU12 L (coder)")["PARTICIPANT"] == "S01"
    ((begin, end, _),) = eaf.get_annotation_data_for_tier("movement")
    assert (begin, end) == (140, 400)


def test_in_elan_a_movement_without_an_offset_ends_with_its_apex_and_says_so(analysis, eaf_of):
    eaf = eaf_of(coding(replace(MINE, sources=("user", "user", "unset")), seen=True))
    ((begin, end, text),) = eaf.get_annotation_data_for_tier("movement (coder)")
    assert (begin, end) == (120, 270)
    assert text.startswith("not blind; ")
    assert text.endswith("no offset set")


def test_markers_read_from_such_an_elan_file_are_those_in_use(analysis):
    content = elan_eaf(coded_events(analysis, coding()), analysis.clip).encode()
    imported = read_markers(content, "own.eaf", analysis.clip, analysis.interval)
    assert (imported.interval.onset, imported.interval.apex, imported.interval.offset) == (14, 28, 40)


def test_boris_keeps_the_coders_movement_apart_and_says_whether_it_was_blind(analysis):
    events = coded_events(analysis, coding())
    text = boris_tsv(events, analysis.clip, analysis.interval.sources)
    rows = {(row["Behavior"], row["Modifier #1"]): row for row in csv.DictReader(io.StringIO(text), delimiter="\t")}
    assert rows["movement (coder)", ""]["Start (s)"] == "0.120"
    assert rows["apex (coder)", "blind"]["Start (s)"] == "0.260"
    assert rows["AU12 L", "C"]["Behavioral category"] == "action unit"
    assert rows["movement", ""]["Start (s)"] == "0.140"


def test_boris_has_no_point_for_an_offset_that_was_not_set(analysis):
    events = coded_events(analysis, coding(replace(MINE, sources=("user", "user", "unset"))))
    text = boris_tsv(events, analysis.clip, analysis.interval.sources)
    rows = {row["Behavior"]: row for row in csv.DictReader(io.StringIO(text), delimiter="\t")}
    assert "offset (coder)" not in rows
    assert rows["movement (coder)"]["Stop (s)"] == "NA"


def test_the_json_holds_the_coding_and_how_far_its_markers_agree(analysis):
    values = json.loads(analysis_json(analysis, coding=coding()))["coder"]
    assert values["is_blind"] is True
    assert values["sheet"]["units"][0] == {"unit": "AU12", "side": "L", "intensity": "C", "note": "brief"}
    best = analysis.prepared.candidates[values["agreement"]["proposal"]]
    assert values["agreement"]["frames_apart"]["apex"] == 26 - best.apex
    assert 0 < values["agreement"]["overlap"] <= 1
