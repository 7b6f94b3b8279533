"""What the report says, from values that are known."""

from dataclasses import replace

import pytest

from mer_core.analysis import Analysis
from mer_core.blind_coding import BlindCoding, ScoredUnit, ScoreSheet, commit
from mer_core.findings import what_moved
from mer_core.flow import FLOW_METHODS
from mer_core.interval import UNSET, Interval
from mer_core.report import references
from mer_core.report.category import limits, verdict
from mer_core.report.coder import coder_beside
from mer_core.report.contents import Contents, Fact
from mer_core.report.gather import gather
from mer_core.report.methods import methods
from mer_core.report.movement import movement
from mer_core.report.page import page
from mer_core.report.provenance import record
from tests.mer_core.report.conftest import CODING, MADE

LABELS = ("negative", "positive", "surprise")


@pytest.fixture
def without_times(analysis: Analysis) -> Analysis:
    clip = replace(analysis.clip, timestamps_ms=None)
    return replace(analysis, prepared=replace(analysis.prepared, clip=clip))


@pytest.fixture
def at_noise(analysis: Analysis) -> Analysis:
    """As if the motion were within the clip's noise."""
    cautions = ("Too little motion: 0.05 px from onset to apex. No class is given.",)
    return replace(analysis, prediction=replace(analysis.prediction, is_finding=False), cautions=cautions)


def test_the_markers_stand_with_ms_first_and_who_set_them(contents: Contents) -> None:
    markers = [(row.name, row.time, row.frame, row.setter) for row in contents.movement.markers]
    assert markers == [
        ("onset", "140 ms", 14, "proposed by the program"),
        ("apex", "280 ms", 28, "set by hand"),
        ("offset", "400 ms", 40, "imported from a file"),
    ]
    assert contents.movement.durations == "Onset to apex 140 ms, apex to offset 120 ms, 260 ms in all."


def test_the_movement_is_told_in_the_program_s_own_sentences(analysis: Analysis, contents: Contents) -> None:
    assert contents.movement.sentences == what_moved(analysis)
    assert contents.units.rows
    assert {row.side for row in contents.units.rows} >= {"left", "right"}
    assert all(row.share.endswith("%") for row in contents.units.rows)


def test_without_times_nothing_is_said_in_ms(without_times: Analysis) -> None:
    told = movement(without_times)
    assert {row.time for row in told.markers} == {"unknown"}
    assert told.durations == ""
    assert " ms" not in methods(without_times).paragraph.replace("500 ms before", "")
    assert "an unknown frame rate" in methods(without_times).paragraph


def test_the_answer_comes_with_its_record_and_its_nearby_markings(analysis: Analysis, contents: Contents) -> None:
    told = contents.verdict
    assert analysis.prediction.label in told.answer
    assert any("of people it had not seen" in phrase or "ruled out" in phrase for phrase in told.phrases)
    assert [bar.label for bar in told.bars] == list(analysis.prediction.probabilities)
    assert "approximately calibrated" in told.bars_meaning
    assert told.nearby is not None
    assert sum(one.is_chosen for one in told.nearby.signs) == 1
    assert len(told.nearby.signs) == 45
    assert (len(told.nearby.columns), len(told.nearby.rows)) == (9, 5)


def test_an_answer_without_a_record_is_said_to_have_none(analysis: Analysis) -> None:
    untested = replace(
        analysis,
        checkpoint=replace(analysis.checkpoint, reliability=None),
        prediction=replace(analysis.prediction, reliability=None, answers=()),
    )
    told = verdict(untested, None)
    assert told.standing == "not yet validated"
    assert told.bars_meaning == "the network's output, not calibrated"
    assert told.phrases == ()


def test_where_there_is_no_answer_no_class_is_named_and_nothing_is_explained(at_noise: Analysis) -> None:
    told = gather(at_noise, CODING, MADE, lambda text, share: None)
    assert told.explanation is None
    assert (told.verdict.answer, told.verdict.bars, told.verdict.nearby) == ("", (), None)
    html = page(told)
    begin, end = html.index("<h2>What the network calls it"), html.index("<h2>What this cannot tell")
    assert "Cannot say" in html[begin:end]
    assert not any(label in html[begin:end] for label in LABELS)
    rests = html[html.index("<h2>What the answer rests on") : html.index("<h2>How it was measured")]
    assert not any(label in rests for label in LABELS)
    assert "Integrated Gradients" not in html
    assert "Too little motion" in html


def test_the_first_picture_is_split_up_and_checked_and_the_control_stands_beside(contents: Contents) -> None:
    why = contents.explanation
    assert why is not None
    captions = [picture.caption for picture in why.pictures]
    assert captions[0].startswith("Integrated Gradients.")
    assert captions[-1].startswith("Control:")
    assert len(captions) == 3
    assert [picture.caption for picture in why.channels] == [
        "Of strain",
        "Of motion up and down (v)",
        "Of sideways motion (u)",
    ]
    assert {check.name for check in why.checks} >= {
        "Does it add up?",
        "Does it depend on what was learnt?",
        "Is it steady?",
    }
    assert "no attention" in why.weighs


def test_limits_are_said_of_any_clip_and_of_this_one(analysis: Analysis) -> None:
    told = limits(replace(analysis, warnings=("30 fps: rough.",)))
    assert told.this_clip == ("30 fps: rough.",)
    assert any("not a lie detector" in sentence for sentence in told.any_clip)
    assert "prohibited in the EU" in told.not_for


def test_the_methods_paragraph_holds_the_analysis_s_real_values(analysis: Analysis, contents: Contents) -> None:
    paragraph = contents.methods.paragraph
    clip = analysis.clip
    for words in (
        f"A clip of {clip.num_frames} frames at 100 frames per second ({clip.width} x {clip.height} pixels)",
        "onset (140 ms, frame 14) was proposed by the program; ",
        "apex (280 ms, frame 28) was set by hand; ",
        "offset (400 ms, frame 40) was imported from a file.",
        "computed by dense inverse search (Kroeger et al., 2016)",
        "(Liong et al., 2019; ",
        "trained on the MEGC2019 composite: 442 clips of 68 people",
        "leave one subject out, 68 people, 442 clips",
        "unweighted F1 of .640 (.590 to .690)",
        "always answering negative scores .241",
        "Integrated Gradients and Occlusion",
        "not emotions that were felt (Barrett et al., 2019)",
    ):
        assert words in paragraph, words
    assert "None" not in paragraph
    assert f"{analysis.checkpoint.num_parameters:,} parameters" in paragraph


def test_every_source_that_the_paragraph_names_is_listed_once_and_can_be_found(contents: Contents) -> None:
    listed = [reference.text for reference in contents.methods.references]
    assert len(set(listed)) == len(listed)
    for family in ("Kroeger", "Shreve", "Bazarevsky", "Kartynnik", "Liong", "Ekman", "Barrett", "See,", "Yan,"):
        assert any(family in text for text in listed), family
    assert all(one.link for one in contents.methods.references if "DOI" in one.text and ":" not in one.text[:25])


@pytest.mark.parametrize("method", FLOW_METHODS)
def test_every_flow_method_has_its_source(analysis: Analysis, method: str) -> None:
    settings = replace(analysis.motion.settings, method=method, remove_head_motion=False)
    told = methods(replace(analysis, motion=replace(analysis.motion, settings=settings)))
    name, who, source = references.FLOW[method]
    assert f"computed by {name} ({who}). The head's own motion was not removed." in told.paragraph
    assert source in told.references


def test_weights_of_unknown_origin_claim_no_record(analysis: Analysis) -> None:
    bare = replace(analysis.checkpoint, training={}, reliability=None)
    told = methods(replace(analysis, checkpoint=bare))
    assert "is not recorded with its weights" in told.paragraph
    assert "unweighted F1" not in told.paragraph


def test_the_record_names_files_versions_and_settings(analysis: Analysis) -> None:
    told = record(analysis, {"Explaining": 1500.0})
    assert Fact("Clip, SHA-256", analysis.clip.sha256) in told.files
    assert Fact("Explaining", "1.50 s") in told.timings
    assert {fact.name for fact in told.versions} == {"MER Studio", "Python", "PyTorch", "OpenCV", "NumPy"}
    assert Fact("Head motion removed", "yes") in told.settings


def test_a_coding_that_was_committed_stands_beside_the_machine_s(analysis: Analysis) -> None:
    own = Interval(14, 30, 30, ("user", "user", UNSET))
    sheet = ScoreSheet((ScoredUnit("AU12", "B", "C"), ScoredUnit("AU4")))
    coded = commit(BlindCoding(sheet), own, "ana", findings_seen=False)
    beside = coder_beside(analysis, coded)
    assert beside is not None
    assert beside.standing == "blind"
    assert "by ana" in beside.committed
    proposed = analysis.prepared.candidates[0]
    assert beside.markers[1][:3] == ("Apex", "300 ms (frame 30)", analysis.clip.moment(proposed.apex))
    assert beside.markers[2][1] == "not set"
    assert "AU12 lip corner puller, both sides, intensity C: a movement is consistent with it" in beside.units[0]
    assert "You set no offset" in beside.agreement[0]
    assert any("FACS ratio" in sentence for sentence in beside.agreement)


@pytest.mark.parametrize("coding", [None, BlindCoding(ScoreSheet(none_seen=True))])
def test_without_a_committed_coding_nothing_is_said_of_a_coder(
    analysis: Analysis, contents: Contents, coding: BlindCoding | None
) -> None:
    assert coder_beside(analysis, coding) is None
    assert contents.coder is None
    assert "Coder and machine" not in page(contents)


def test_the_page_shows_what_coder_and_machine_have(analysis: Analysis, contents: Contents) -> None:
    own = Interval(14, 30, 40, ("user", "user", "user"))
    coded = commit(BlindCoding(ScoreSheet(none_seen=True)), own, "<b>ana", findings_seen=True)
    shown = page(replace(contents, coder=coder_beside(analysis, coded)))
    assert "Coder and machine" in shown
    assert "not blind" in shown
    assert "by &lt;b&gt;ana" in shown
    assert "You scored that there was none." in shown
    assert "Overlap (IoU) 0." in shown
