from dataclasses import replace

import pytest

from mer_core.analysis import Analysis
from mer_core.checkpoints import Checkpoint
from mer_core.inputs import NOT_STATED
from mer_core.prediction import Agreement, Prediction
from mer_core.reliability import Familiarity
from mer_core.verdict import answer_words, standing, trust_details, trust_phrases, verdict_sentence
from tests.mer_core.made_up_reliability import made_up_reliability

_SHARES = {"negative": 0.1, "positive": 0.3, "surprise": 0.6}


@pytest.fixture
def tested(small_checkpoint: Checkpoint) -> Prediction:
    """Surprise, possibly positive, by 61 of 68 networks, one of which is as reliable as made up."""
    return Prediction(
        "surprise",
        _SHARES,
        is_finding=True,
        answers=("surprise", "positive"),
        agreement=Agreement(61, 68),
        familiarity=Familiarity(0.4, 442),
        reliability=made_up_reliability(small_checkpoint),
    )


def _verdict(analysis: Analysis, prediction: Prediction) -> str:
    return verdict_sentence(replace(analysis, prediction=prediction))


@pytest.mark.parametrize(
    ("answers", "words"),
    [
        (("surprise",), "surprise"),
        (("surprise", "positive"), "surprise, possibly positive"),
        (("surprise", "positive", "negative"), "undecided between surprise, positive and negative"),
        ((), "surprise"),
    ],
)
def test_an_answer_names_the_classes_it_leaves_open(tested: Prediction, answers: tuple, words: str) -> None:
    assert answer_words(replace(tested, answers=answers)) == words


def test_the_verdict_carries_its_record_and_how_many_networks_agree(
    sample_analysis: Analysis, tested: Prediction
) -> None:
    assert _verdict(sample_analysis, tested) == (
        "STSTNet (untrained) calls it surprise, possibly positive: right on 52 of 83 surprise clips of people it had "
        "not seen; 61 of 68 networks agree."
    )


def test_no_bare_percentage_stands_in_the_verdict(sample_analysis: Analysis, tested: Prediction) -> None:
    assert "%" not in _verdict(sample_analysis, tested)
    assert "0.6" not in _verdict(sample_analysis, tested)


def test_an_answer_that_leaves_all_open_boasts_no_record(sample_analysis: Analysis, tested: Prediction) -> None:
    undecided = replace(tested, answers=("surprise", "positive", "negative"))
    said = _verdict(sample_analysis, undecided)
    assert "is undecided between surprise, positive and negative: no class can be ruled out" in said
    assert "right on" not in said
    assert not any("surprise" in detail for detail in trust_details(undecided))


def test_the_details_tell_the_other_record_the_coverage_and_what_is_approximate(tested: Prediction) -> None:
    said = " ".join(trust_details(tested))
    assert "Right 52 of the 102 times it called such a clip surprise." in said
    assert "Over all 442 such clips, what the answer left open held the true class in 91 %" in said
    assert "for the mean of all of them it is approximate" in said
    alone = " ".join(trust_details(replace(tested, agreement=None)))
    assert "for this network, trained on everybody, it is approximate" in alone


@pytest.mark.parametrize("version", [f"{NOT_STATED} of the maps", "opencv 5.0.0"])
def test_an_unknown_flow_of_the_maps_it_was_measured_on_is_said(small_checkpoint: Checkpoint, version: str) -> None:
    spec = replace(small_checkpoint.input_spec, flow_version=version)
    reliability = made_up_reliability(replace(small_checkpoint, input_spec=spec))
    said = "measured on maps whose flow method nobody has stated; that of a clip may differ"
    for is_ensemble in (False, True):
        assert (said in reliability.approximation(is_ensemble)) is version.startswith(NOT_STATED)
    assert reliability.approximation(is_ensemble=True) in reliability.to_json()["approximate_for"].values()


def test_without_a_reliability_the_verdict_is_not_validated(sample_analysis: Analysis) -> None:
    said = verdict_sentence(sample_analysis)
    assert "not yet validated, not calibrated" in said
    assert trust_phrases(sample_analysis.prediction) == ()
    assert trust_details(sample_analysis.prediction) == ()


def test_motion_measured_otherwise_is_said_not_to_be_validated(
    sample_analysis: Analysis, small_checkpoint: Checkpoint
) -> None:
    checkpoint = replace(small_checkpoint, reliability=made_up_reliability(small_checkpoint))
    analysis = replace(sample_analysis, checkpoint=checkpoint)
    assert standing(analysis) == "not validated for motion measured this way"


@pytest.mark.parametrize("share", [0.97, 0.99, 1.0])
def test_a_strange_motion_gets_no_class(sample_analysis: Analysis, tested: Prediction, share: float) -> None:
    strange = replace(tested, familiarity=Familiarity(share, 442))
    said = _verdict(sample_analysis, strange)
    assert said.startswith("Cannot say: this motion is stranger than")
    assert not any(name in said for name in _SHARES)
    values = strange.to_json()
    assert (values["label"], values["answers"], values["record"]) == (None, [], None)
    assert values["cannot_say"] == "unlike the laboratory clips"


def test_motion_at_noise_level_is_said_before_its_strangeness(sample_analysis: Analysis, tested: Prediction) -> None:
    noise = replace(tested, is_finding=False, familiarity=Familiarity(1.0, 442))
    assert "within this clip's noise" in _verdict(sample_analysis, noise)
    assert noise.to_json()["cannot_say"] == "noise"


def test_the_json_holds_all_that_is_known(tested: Prediction) -> None:
    values = tested.to_json()
    assert values["label"] == "surprise"
    assert values["answers"] == ["surprise", "positive"]
    assert values["agreement"] == {"same": 61, "of": 68}
    assert values["calibrated"] == "approximately"
    assert values["record"]["found"] == {"right": 52, "of": 83}
    assert values["record"]["said"] == {"right": 52, "of": 102}
    assert values["familiarity"]["stranger_than"] == 0.4
    assert values["cannot_say"] is None


def test_the_json_of_an_untested_network_claims_nothing(sample_analysis: Analysis) -> None:
    values = sample_analysis.prediction.to_json()
    assert (values["validated"], values["calibrated"]) == (False, "no")
    assert values["answers"] == []
    assert values["record"] is values["agreement"] is values["familiarity"] is values["approximation"] is None
