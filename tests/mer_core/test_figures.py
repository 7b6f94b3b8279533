from dataclasses import replace

import pytest

from mer_core.checkpoints import Checkpoint
from mer_core.colours import CLASS_COLOURS, NEUTRAL_COLOUR
from mer_core.figures import PLOTLY_CONFIG, probabilities_figure
from mer_core.labels import LABELS
from mer_core.prediction import Prediction
from mer_core.reliability import Familiarity
from tests.mer_core.made_up_reliability import made_up_reliability


def prediction(is_finding: bool = True) -> Prediction:
    return Prediction("positive", {"negative": 0.2, "positive": 0.7, "surprise": 0.1}, is_finding)


@pytest.mark.parametrize("dark", [False, True])
def test_figures_are_transparent_and_their_text_fits_the_page(dark: bool) -> None:
    figure = probabilities_figure(prediction(), dark)
    assert figure.layout.paper_bgcolor == figure.layout.plot_bgcolor == "rgba(0,0,0,0)"
    is_light = int(figure.layout.font.color[1:3], 16) > 128
    assert is_light is dark
    assert PLOTLY_CONFIG["displayModeBar"] is False


def test_the_bars_are_the_probabilities_in_the_colours_of_their_classes() -> None:
    figure = probabilities_figure(prediction())
    (bars,) = figure.data
    assert tuple(bars.y) == LABELS
    assert tuple(bars.x) == (0.2, 0.7, 0.1)
    assert tuple(bars.marker.color) == tuple(CLASS_COLOURS[label] for label in LABELS)
    assert tuple(figure.layout.xaxis.range) == (0, 1)
    assert [text.split("</span>")[0][-1] for text in figure.layout.yaxis.ticktext] == ["■", "▲", "●"]


def test_bars_that_are_no_finding_are_grey_and_say_so() -> None:
    figure = probabilities_figure(prediction(is_finding=False))
    assert set(figure.data[0].marker.color) == {NEUTRAL_COLOUR}
    assert "not a finding" in figure.layout.xaxis.title.text


def test_bars_of_a_motion_unlike_the_laboratorys_are_grey_and_say_so() -> None:
    figure = probabilities_figure(replace(prediction(), familiarity=Familiarity(0.99, 442)))
    assert set(figure.data[0].marker.color) == {NEUTRAL_COLOUR}
    assert "unlike the laboratory's" in figure.layout.xaxis.title.text


def test_bars_are_called_calibrated_only_where_they_are(small_checkpoint: Checkpoint) -> None:
    assert "not calibrated" in probabilities_figure(prediction()).layout.xaxis.title.text
    tested = replace(prediction(), reliability=made_up_reliability(small_checkpoint))
    assert "approximately calibrated" in probabilities_figure(tested).layout.xaxis.title.text
