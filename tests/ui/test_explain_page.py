import re

import pytest

from mer_core.coded_events import Coding
from mer_core.errors import MotionError
from mer_core.explain.methods import METHODS
from mer_core.predictor import Predictor


def said(page):
    assert not page.exception
    kinds = (page.title, page.header, page.markdown, page.caption, page.info)
    return "\n".join(element.value for kind in kinds for element in kind).replace("\\", "")


def visit_of(page):
    return page.session_state["visit"]


@pytest.fixture
def explain(with_sample):
    """The Explain page after the sample "positive" was analysed."""
    return with_sample.switch_page("pages/explain.py").run()


def test_without_a_clip_the_page_says_what_it_is_for_and_a_sample_opens_here(app):
    page = app.switch_page("pages/explain.py").run()
    assert "which parts of a movement a network used" in said(page)
    page.button(key="sample_positive").click().run()
    assert "positive.mp4" in said(page)
    assert "Which action units fit the movement" in said(page)


def test_the_movement_chosen_on_analyze_is_explained_with_the_units_that_fit(explain):
    text = said(explain)
    assert "consistent with AU12 (lip corner puller)" in text
    assert "An action unit is a movement, not an emotion." in text
    assert "AU12 was coded in 28 of 32 CASME II clips labelled happiness" in text
    table = explain.table[0].value
    assert table["Region"].str.contains("side of the mouth").any()
    shares = table["Of the picture"].str.rstrip("%").astype(int)
    assert 0 < shares.sum() <= 101


def test_markers_on_a_frame_without_a_face_leave_the_clip_and_the_way_back(explain, monkeypatch):
    def no_face(*_):
        raise MotionError("The apex (frame 24) shows no face; choose a frame that does.")

    visit = visit_of(explain)
    visit.analysis = None
    with monkeypatch.context() as broken:
        broken.setattr(Predictor, "analyze_interval", no_face)
        explain.run()
    assert not explain.exception
    assert "shows no face; choose a frame that does" in explain.error[0].value
    assert visit.source is not None
    explain.run()
    assert not explain.error
    assert "Which action units fit the movement" in said(explain)


def test_every_method_gives_a_picture_or_says_why_not(explain):
    for method in METHODS:
        explain.selectbox(key="method").set_value(method.name).run()
        text = said(explain)
        assert method.sentence in text or f"{method.title}: " in text
        kind = ("attribution", method.name, visit_of(explain).analysis[1].prediction.label)
        assert kind in visit_of(explain).drawn


def test_another_class_and_one_part_of_the_motion_can_be_asked_about(explain):
    answer = visit_of(explain).analysis[1].prediction.label
    other = next(name for name in ("negative", "positive", "surprise") if name != answer)
    explain.segmented_control(key=f"target_{answer}").set_value(other).run()
    assert ("attribution", "integrated_gradients", other) in visit_of(explain).drawn
    explain.segmented_control(key="channel").set_value("strain").run()
    explain.toggle(key="outlines").set_value(True).run()
    said(explain)


def test_the_picture_is_checked_on_demand_and_the_control_stands_beside_it(explain):
    assert "No network has a say in this one" in said(explain)
    assert "Does it depend on what was learnt?" not in said(explain)
    explain.button(key="check").click().run()
    text = said(explain)
    for title in (
        "Does it add up?",
        "Does it depend on what was learnt?",
        "Does it carry the answer?",
        "Does it foretell changes?",
        "Is it steady?",
    ):
        assert f"**{title}**" in text
    assert re.search(r"of the movement's strain itself, \d+% does|Does it point at the face's muscles", text)


def test_what_the_network_weighs_is_shown_by_its_right_name(explain):
    text = said(explain)
    assert "This network has no attention" in text  # the untrained STSTNet of the tests
    assert "which is not attention" in text
    explain.selectbox(key="attention_view").set_value(1).run()
    said(explain)


def test_moving_a_marker_makes_pictures_of_the_former_movement_go(explain):
    assert any(kind[0] == "attribution" for kind in visit_of(explain).drawn)
    analyze = explain.switch_page("pages/analyze.py").run()
    (slider,) = [one for one in analyze.slider if one.key.startswith("marker_apex")]
    slider.set_value(22).run()
    assert not any(kind[0] == "attribution" for kind in visit_of(analyze).drawn)


def test_the_report_is_made_on_demand_and_made_anew_when_the_notes_change(explain):
    assert not explain.get("download_button")
    explain.button(key="make_report").click().run()
    assert "It shows a face" in said(explain)
    (button,) = explain.get("download_button")
    assert button.label == "Download the report"
    kept = visit_of(explain).drawn[("report",)]
    assert kept[1].startswith("<!DOCTYPE html>")
    assert "positive.mp4" in kept[1]
    visit_of(explain).paperwork.codings[visit_of(explain).analysis[1].clip.sha256] = Coding("S07")
    explain.run()
    assert not explain.get("download_button")
    explain.button(key="make_report").click().run()
    assert "S07" in visit_of(explain).drawn[("report",)][1]


def test_all_networks_and_flow_methods_are_asked_on_demand(explain):
    assert "Same answer" not in said(explain)
    explain.button(key="try_all").click().run()
    multiples, left_out = visit_of(explain).drawn[("multiples",)]
    assert multiples.sentence() in said(explain)
    assert multiples.methods == ("dis", "tvl1", "farneback")
    assert left_out == []
    for one in multiples.table:
        assert len(one.stability.markings) == 45
