"""What the pages say of a network that was tested on people left out, and of an answer by many networks."""

from dataclasses import replace

import pytest
import torch
from streamlit.testing.v1 import AppTest

from mer_core.checkpoints import DEFAULT_CHECKPOINT, Checkpoint, save_checkpoint
from mer_core.inputs import InputSpec
from mer_core.models import build_model
from tests.mer_core.made_up_reliability import made_up_motion, made_up_reliability, made_up_sets
from tests.mer_core.test_ensemble import ensemble_of, trained_networks
from tests.ui.conftest import ROOT


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """Where the pages look for checkpoints: one network that nobody has tested."""
    torch.manual_seed(0)
    spec = InputSpec(channels=("u", "v"))
    untested = Checkpoint("off_apexnet", build_model("off_apexnet").eval(), "off_apexnet", spec)
    save_checkpoint(untested, tmp_path / "off_apexnet", "untrained, for tests")
    monkeypatch.setenv("MER_CHECKPOINTS", str(tmp_path))
    return tmp_path


@pytest.fixture
def open_page(folder):
    """Opens the Analyze page on the sample "positive" with a tested network whose reliability has these parts."""

    def opened(**parts):
        torch.manual_seed(0)
        checkpoint = Checkpoint(DEFAULT_CHECKPOINT, build_model("ststnet").eval(), "ststnet", InputSpec())
        ensemble = ensemble_of(trained_networks("ststnet", 5), "ststnet")
        tested = replace(checkpoint, reliability=made_up_reliability(checkpoint, **parts), ensemble=ensemble)
        save_checkpoint(tested, folder / DEFAULT_CHECKPOINT, "untrained, for tests")
        page = AppTest.from_file(ROOT / "app.py", default_timeout=60).run()
        page.query_params["sample"] = "positive"
        return page.switch_page("pages/analyze.py").run()

    return opened


def said_by(page):
    assert not page.exception
    return "\n".join(element.value for kind in (page.markdown, page.caption) for element in kind)


def prediction_of(page):
    return page.session_state["visit"].analysis[1].prediction


def test_the_answer_stands_with_its_record_and_the_agreement_of_the_networks(open_page):
    page = open_page(sets=made_up_sets(negative=0.0, positive=0.0, surprise=0.0))
    prediction = prediction_of(page)
    said = said_by(page)
    right, of = prediction.reliability.record.found(prediction.label)
    assert f"**{prediction.label}**" in said
    assert f"right on {right} of {of} {prediction.label} clips of people it had not seen" in said
    assert f"{prediction.agreement.same} of 5 networks agree" in said
    assert "for the mean of all of them it is approximate" in said
    assert "not yet validated" not in said


def test_an_answer_that_rules_nothing_out_says_so(open_page):
    page = open_page(sets=made_up_sets(negative=1.0, positive=1.0, surprise=1.0))
    said = said_by(page)
    assert f"**undecided between {prediction_of(page).label}" in said
    assert "no class can be ruled out" in said
    assert "right on" not in said


def test_a_motion_unlike_the_laboratorys_gets_a_grey_cannot_say_and_its_reason(open_page):
    page = open_page(known_motion=made_up_motion(0))
    said = said_by(page)
    assert ":gray[**Cannot say**]" in said
    assert "Unlike all that the network knows" in said
    assert not any(f"**{name}**" in said for name in ("negative", "positive", "surprise"))
    assert "Both sides of the mouth moved up" in said  # what moved is still told
    assert "Too little motion" not in said


def test_another_flow_method_takes_the_record_away(open_page):
    page = open_page()
    assert "networks agree" in said_by(page)
    page.segmented_control(key="flow_method").set_value("farneback").run()
    said = said_by(page)
    assert "not validated for motion measured this way" in said
    assert "clips of people it had not seen" not in said


def test_the_limits_below_every_page_tell_tested_networks_from_others(open_page):
    said = said_by(open_page()).replace("\\", "")  # signs of Markdown are taken literally
    assert "STSTNet (mini_aorcnn) was tested on people left out of training; Off-ApexNet not yet." in said


def test_the_zoo_shows_the_score_with_its_interval_and_the_baseline(open_page, folder):
    open_page()
    page = AppTest.from_file(ROOT / "app.py", default_timeout=60).run()
    scores = dict(zip(page.table[0].value["Network"], page.table[0].value["On people left out"], strict=True))
    assert scores["**STSTNet**"] == "UF1 **.640 (.590 to .690)**, always negative .241"
    assert scores["**Off-ApexNet**"] == "not yet tested"
    assert "95 % interval" in said_by(page)
