"""Agreement by numbers that were worked out by hand."""

from dataclasses import replace

import numpy as np
import pytest

from mer_core.blind_coding import BlindCoding, ScoredUnit, ScoreSheet, commit
from mer_core.clips import Clip
from mer_core.coder_agreement import (
    FITS,
    OTHERWISE,
    STILL,
    UNKNOWN,
    agreement_json,
    interval_overlap,
    marker_agreement,
    unit_agreement,
)
from mer_core.explain.au_evidence import RegionEvidence, au_evidence
from mer_core.explain.au_rules import _RULES, Movement
from mer_core.findings import RegionMotion
from mer_core.interval import Interval
from mer_core.regions import REGIONS
from mer_core.synthesis.action_units import ACTION_UNITS

MINE = ("user",) * 3


def moved(name, units, px=1.0):
    """A region that moved up by so much, with noise of 0.1 px."""
    region = next(region for region in REGIONS if region.name == name)
    return RegionEvidence(RegionMotion(region, 0.0, -px, 0.0, 0.1), 0.5, 0.5, units if px > 0.2 else ())


def sheet(*units):
    return ScoreSheet(tuple(ScoredUnit(unit) for unit in units))


SMILE = (
    moved("mouth_left", ("AU12",)),
    moved("mouth_right", ("AU12",), 0.9),
    moved("cheek_left", ("AU12", "AU6", "AU10"), 0.5),
    moved("brow_left", ("AU1", "AU2"), 0.01),
    moved("chin", ("AU17",), 0.01),
)


@pytest.mark.parametrize(
    ("one", "other", "overlap"),
    [
        ((10, 15, 19), (10, 12, 19), 1.0),
        ((10, 15, 19), (15, 18, 24), 5 / 15),  # frames 15 to 19 of 10 to 24
        ((10, 15, 19), (12, 13, 15), 4 / 10),
        ((10, 15, 19), (20, 22, 29), 0.0),
        ((0, 1, 2), (2, 3, 4), 1 / 5),
    ],
)
def test_the_overlap_is_shared_frames_over_the_frames_of_either(one, other, overlap):
    assert interval_overlap(Interval(*one), Interval(*other)) == pytest.approx(overlap)
    assert interval_overlap(Interval(*other), Interval(*one)) == pytest.approx(overlap)


def test_the_proposal_that_overlaps_most_is_compared_and_not_the_first():
    proposals = (Interval(60, 65, 80), Interval(10, 20, 30), Interval(12, 22, 44))
    agreement = marker_agreement(Interval(12, 22, 33, MINE), proposals)
    assert (agreement.place, agreement.overlap) == (1, pytest.approx(19 / 24))
    assert [agreement.frames_apart(name) for name in ("onset", "apex", "offset")] == [2, 2, 3]


def test_where_nothing_overlaps_the_nearest_apex_is_compared():
    agreement = marker_agreement(Interval(0, 2, 4, MINE), (Interval(60, 65, 80), Interval(10, 20, 30)))
    assert (agreement.place, agreement.overlap) == (1, 0.0)


def test_without_an_offset_there_is_no_overlap_but_onset_and_apex_compare(sample_analysis):
    clip = sample_analysis.clip  # 100 fps
    mine = Interval(14, 28, 71, ("user", "user", "unset"))
    agreement = marker_agreement(mine, (Interval(60, 65, 70), Interval(10, 30, 40)))
    assert agreement.to_json(clip) == {
        "proposal": 1,
        "overlap": None,
        "frames_apart": {"onset": 4, "apex": -2, "offset": None},
        "ms_apart": {"onset": pytest.approx(40, abs=0.5), "apex": pytest.approx(-20, abs=0.5), "offset": None},
    }
    assert agreement.ms_apart("apex", replace(clip, timestamps_ms=None)) is None


def test_a_unit_fits_is_still_moves_otherwise_or_has_no_rule():
    agreement = unit_agreement(sheet("AU12", "AU6", "AU15", "AU4", "AU26"), SMILE)
    assert [check.finding for check in agreement.checks] == [FITS, FITS, OTHERWISE, STILL, UNKNOWN]
    assert [check.sides for check in agreement.checks] == ["B", "L", "", "", ""]


def test_the_ratio_is_twice_the_agreed_over_the_units_of_both():
    # mine: 12, 6, 4; the machine's, in my favour: 12, 6. Two agreed on: 2 * 2 / (3 + 2).
    assert unit_agreement(sheet("AU12", "AU6", "AU4"), SMILE).ratio == pytest.approx(4 / 5)
    # mine: 12; the machine's: 12, and nothing else, because the cheek may have moved by it as well.
    assert unit_agreement(sheet("AU12"), SMILE).ratio == 1
    # mine: 4; the machine's: one for the mouth, one for the cheek.
    none = unit_agreement(sheet("AU4"), SMILE)
    assert (none.ratio, none.num_machine, len(none.unscored)) == (0, 2, 2)


def test_units_without_a_rule_count_for_neither():
    assert unit_agreement(sheet("AU12", "AU26", "AU27"), SMILE).ratio == 1
    assert unit_agreement(sheet("AU12", "AU26"), SMILE).num_checked == 1


def test_movements_that_were_not_scored_are_told_once_for_both_sides():
    agreement = unit_agreement(sheet("AU6"), SMILE)
    (mouth,) = agreement.unscored
    assert (mouth.units, mouth.sides, mouth.evidence[0].region.name) == (("AU12",), "B", "mouth_left")
    assert agreement.ratio == pytest.approx(2 / 3)


def test_a_movement_that_no_unit_explains_is_told_and_not_counted():
    agreement = unit_agreement(sheet("AU12"), (*SMILE, moved("nose", ())))
    assert [part.evidence[0].region.part for part in agreement.unscored] == ["nose"]
    assert agreement.ratio == 1


def test_no_unit_seen_is_compared_and_not_scored_is_not():
    seen_none = unit_agreement(ScoreSheet(none_seen=True), SMILE)
    assert (seen_none.ratio, len(seen_none.unscored)) == (0, 2)
    assert unit_agreement(ScoreSheet(), SMILE).ratio is None
    still = (moved("mouth_left", (), 0.01),)
    assert unit_agreement(ScoreSheet(none_seen=True), still).ratio is None  # both have none


def test_a_blink_is_compared_with_lids_that_close():
    agreement = unit_agreement(sheet("AU45"), (moved("eye_left", ("AU43", "AU7")),))
    assert agreement.checks[0].finding == FITS
    assert agreement.unscored == ()


def test_every_unit_that_a_rule_names_can_be_checked():
    named = set()
    rng = np.random.default_rng(0)
    for rule in _RULES.values():
        for up, out, outwards, downwards in rng.uniform((-1, -1, 0, 0), 1, (2000, 4)):
            named.update(rule(Movement(up, out, outwards, downwards)))
    assert named == set(ACTION_UNITS)


def test_on_the_synthetic_smile_the_true_unit_fits_and_a_frown_does_not(sample_analysis):
    agreement = unit_agreement(sheet("AU12", "AU4"), au_evidence(sample_analysis))
    assert agreement.checks[0].finding == FITS
    assert agreement.checks[1].finding in (STILL, OTHERWISE)


def test_nobody_agrees_on_the_places_of_two_pictures_that_were_given():
    frames = np.zeros((3, 8, 8, 3), np.uint8)
    coding = commit(BlindCoding(sheet("AU12")), Interval(0, 1, 1, MINE), "ana", findings_seen=False)
    proposals = [Interval(0, 1, 1)]
    assert agreement_json(coding, proposals, Clip(frames[:2], None, "pair", "0" * 64)) is None
    found = agreement_json(coding, proposals, Clip(frames, None, "clip", "0" * 64))
    assert found is not None
    assert found["frames_apart"]["apex"] == 0
