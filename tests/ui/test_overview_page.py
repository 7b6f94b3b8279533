import json
from pathlib import Path

from mer_core.models import list_models
from mer_core.scores import Estimate, as_interval


def test_the_overview_says_what_the_app_is_not(app):
    assert not app.exception
    said = "\n".join(element.value for kind in (app.markdown, app.caption) for element in kind)
    assert "not a lie detector" in said
    assert "442 laboratory clips of 68 people" in said
    assert "They are not yet cross-validated here" in said
    assert "AI Act" in said


def test_the_zoo_lists_every_network_and_invents_no_score(app):
    table = app.table[0].value
    assert len(table) == len(list_models())
    has_weights = table["Checkpoint"] == "on this machine"
    assert has_weights.sum() == 2
    assert set(table["On people left out"][has_weights]) == {"not yet tested"}
    (sssnet,) = table["On people left out"][table["Network"] == "**SSSNet**"]
    kept = json.loads(Path("results/sssnet/result.json").read_text())["all"]
    assert sssnet.startswith(f"UF1 **{as_interval(Estimate(**kept['scores']['uf1']))}**, always negative")
    (htnet,) = table["On people left out"][table["Network"] == "**HTNet**"]
    assert htnet == "not yet tested"


def test_a_sample_is_one_click_away(app):
    app.button(key="sample_positive").click().run()
    assert not app.exception
    assert app.session_state["visit"].source.sample == "positive"
    assert any("1 What moved" in element.value for element in app.header)


def test_an_upload_on_the_overview_is_analysed(app):
    app.file_uploader[0].set_value(("notes.mp4", b"text " * 100, "video/mp4")).run()
    assert not app.exception
    assert "notes.mp4" in app.error[0].value
