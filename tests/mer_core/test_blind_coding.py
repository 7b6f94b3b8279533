from dataclasses import replace
from datetime import datetime

import pytest

from mer_core.blind_coding import (
    MOST_UNITS,
    BlindCoding,
    ScoredUnit,
    ScoreSheet,
    commit,
    missing_markers,
    neutral_interval,
)
from mer_core.errors import CodingError
from mer_core.facs import FACS_UNITS
from mer_core.interval import Interval
from mer_core.markers import move_marker
from mer_core.synthesis.action_units import ACTION_UNITS

MINE = Interval(14, 28, 40, ("user",) * 3)


def test_before_anything_is_set_the_markers_stand_at_the_first_middle_and_last_frame_and_say_so():
    assert neutral_interval(72) == Interval(0, 36, 71, ("unset",) * 3)
    assert neutral_interval(2) == Interval(0, 1, 1, ("unset",) * 3)


def test_a_marker_that_is_not_set_gives_way_and_stays_not_set():
    moved = move_marker(neutral_interval(72), "onset", 50, 72)
    assert moved == Interval(50, 51, 71, ("user", "unset", "unset"))
    assert move_marker(moved, "apex", 40, 72).apex == 51  # the onset was set, so it stops the apex


@pytest.mark.parametrize(
    ("interval", "missing"),
    [
        (None, ("onset", "apex")),
        (neutral_interval(72), ("onset", "apex")),
        (Interval(3, 36, 71, ("user", "unset", "unset")), ("apex",)),
        (Interval(3, 36, 71, ("unset", "user", "user")), ("onset",)),
        (Interval(3, 36, 71, ("user", "user", "unset")), ()),
        (MINE, ()),
    ],
)
def test_onset_and_apex_have_to_be_set_and_the_offset_does_not(interval, missing):
    assert missing_markers(interval) == missing
    if missing:
        with pytest.raises(CodingError, match=f"Set the {' and the '.join(missing)} before committing"):
            commit(BlindCoding(), interval, "ana", findings_seen=False)
    else:
        assert commit(BlindCoding(), interval, "ana", findings_seen=False).interval == interval


def test_a_commit_keeps_markers_sheet_coder_and_time_for_good():
    sheet = ScoreSheet((ScoredUnit("AU12", "L", "C"),))
    committed = commit(BlindCoding(sheet), MINE, "ana", findings_seen=False)
    assert (committed.sheet, committed.interval, committed.coder, committed.is_blind) == (sheet, MINE, "ana", True)
    assert datetime.fromisoformat(committed.committed).utcoffset().total_seconds() == 0
    with pytest.raises(CodingError, match="stays as it is"):
        commit(committed, MINE, "ben", findings_seen=False)


@pytest.mark.parametrize(("before", "now"), [(True, False), (False, True), (True, True)])
def test_who_had_seen_the_findings_at_any_time_was_not_blind(before, now):
    assert not commit(BlindCoding(findings_seen=before), MINE, "", findings_seen=now).is_blind


@pytest.mark.parametrize("source", ["proposed", "imported"])
def test_markers_that_are_not_the_coders_cannot_be_committed(source):
    with pytest.raises(CodingError, match="not set by the coder"):
        commit(BlindCoding(), replace(MINE, sources=("user", source, "user")), "", findings_seen=False)


def test_an_offset_that_was_not_set_is_none():
    committed = commit(BlindCoding(), replace(MINE, sources=("user", "user", "unset")), "", findings_seen=False)
    assert committed.offset is None
    assert commit(BlindCoding(), MINE, "", findings_seen=False).offset == 40


def test_an_empty_sheet_tells_none_seen_from_not_scored():
    assert not ScoreSheet().is_scored
    assert ScoreSheet().sentence == "action units not scored"
    assert ScoreSheet(none_seen=True).is_scored
    assert ScoreSheet(none_seen=True).sentence == "no action unit seen"


def test_a_sheet_in_short_is_as_coders_write_it():
    units = (ScoredUnit("AU1"), ScoredUnit("AU12", "L", "C"), ScoredUnit("AU14", "A", "B"))
    assert ScoreSheet(units).sentence == "1+L12C+A14B"


def test_choosing_units_keeps_what_was_scored_of_those_that_stay():
    sheet = ScoreSheet().choosing(["AU12", "AU6"]).scoring(ScoredUnit("AU12", "R", "D", "brief"))
    assert sheet.choosing(["AU4", "AU12"]).units == (ScoredUnit("AU12", "R", "D", "brief"), ScoredUnit("AU4"))
    assert sheet.choosing([]) == ScoreSheet()


@pytest.mark.parametrize(
    ("made", "words"),
    [
        (lambda: ScoredUnit("AU99"), "'AU99' cannot be scored"),
        (lambda: ScoredUnit("AU12", side="left"), "'left' cannot be scored; choose one of L, R, B, A"),
        (lambda: ScoredUnit("AU12", intensity="F"), "choose one of A, B, C, D, E"),
        (lambda: ScoreSheet((ScoredUnit("AU12", "L"), ScoredUnit("AU12", "R"))), "scored twice"),
        (lambda: ScoreSheet((ScoredUnit("AU12"),), none_seen=True), "where no action unit was seen"),
        (lambda: ScoreSheet(tuple(ScoredUnit(unit) for unit in FACS_UNITS)), f"at most {MOST_UNITS}"),
    ],
)
def test_what_cannot_be_scored_gets_one_sentence(made, words):
    with pytest.raises(CodingError, match=words):
        made()


def test_units_that_this_program_knows_by_their_movement_have_the_same_names_in_the_sheet():
    assert {unit: FACS_UNITS[unit] for unit in ACTION_UNITS} == {unit: au.name for unit, au in ACTION_UNITS.items()}
