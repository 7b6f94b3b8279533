from dataclasses import replace

import numpy as np
import plotly.graph_objects as go  # noqa: TID251
import pytest

from mer_core.analysis import Analysis, PreparedClip
from mer_core.checkpoints import Checkpoint
from mer_core.colours import CLASS_COLOURS, NEUTRAL_COLOUR
from mer_core.drawing.curve_view import curve_caption, curve_summary, curve_view
from mer_core.figures import PLOTLY_CONFIG, curve_figure, probabilities_figure
from mer_core.interval import Interval
from mer_core.labels import LABELS
from mer_core.noise import measure_noise
from mer_core.prediction import Prediction
from mer_core.regions import REGIONS
from mer_core.reliability import Familiarity
from tests.mer_core.made_up_reliability import made_up_reliability


def trace(figure: go.Figure, name: str) -> go.Scatter:
    return next(trace for trace in figure.data if trace.name == name)


def shapes(figure: go.Figure, name: str) -> list:
    return [shape for shape in figure.layout.shapes if shape.name == name]


def prediction(is_finding: bool = True) -> Prediction:
    return Prediction("positive", {"negative": 0.2, "positive": 0.7, "surprise": 0.1}, is_finding)


def test_the_curve_is_the_motion_since_the_onset_in_px(sample_analysis: Analysis) -> None:
    interval = sample_analysis.interval
    motion = trace(curve_figure(curve_view(sample_analysis)), "motion")
    assert np.allclose(motion.x, sample_analysis.clip.timestamps_ms)
    assert motion.y[interval.onset] == 0
    assert motion.y[interval.apex] == pytest.approx(sample_analysis.noise.apex_px, rel=1e-4)


def test_the_band_ends_at_the_noise_of_the_analysis(sample_analysis: Analysis) -> None:
    (band,) = shapes(curve_figure(curve_view(sample_analysis)), "noise")
    assert band.y0 == 0
    assert band.y1 == pytest.approx(sample_analysis.noise.noise_px, rel=1e-4)


def test_a_prepared_clip_is_drawn_in_px_of_its_native_crop(prepared_sample: PreparedClip) -> None:
    interval = Interval(16, 26, 40, ("user", "user", "user"))
    figure = curve_figure(curve_view(prepared_sample, interval))
    noise = measure_noise(prepared_sample.curve, interval, prepared_sample.clip.timestamps_ms)
    assert shapes(figure, "noise")[0].y1 == pytest.approx(noise.noise_px)
    assert trace(figure, "motion").y[26] == pytest.approx(noise.apex_px)


def test_unknown_noise_gets_no_band(prepared_sample: PreparedClip) -> None:
    figure = curve_figure(curve_view(prepared_sample, Interval(1, 26, 40)))
    assert shapes(figure, "noise") == []
    assert "noise is unknown" in curve_caption(curve_view(replace(prepared_sample, candidates=(Interval(1, 26, 40),))))


def test_the_markers_lie_at_their_times_in_three_shapes(sample_analysis: Analysis) -> None:
    figure, clip, interval = curve_figure(curve_view(sample_analysis)), sample_analysis.clip, sample_analysis.interval
    symbols = []
    for name in ("onset", "apex", "offset"):
        mark = trace(figure, name)
        frame = getattr(interval, name)
        assert mark.x[0] == clip.time_ms(frame) == shapes(figure, name)[0].x0
        assert mark.customdata[0] == frame
        symbols.append(mark.marker.symbol)
    assert symbols == ["triangle-right", "triangle-up", "triangle-left"]


def test_without_a_frame_rate_the_axis_counts_frames(sample_analysis: Analysis) -> None:
    timeless = replace(sample_analysis.prepared, clip=replace(sample_analysis.clip, timestamps_ms=None))
    figure = curve_figure(curve_view(timeless, sample_analysis.interval))
    assert trace(figure, "apex").x[0] == sample_analysis.interval.apex
    assert figure.layout.xaxis.title.text == "frame, counted from 0"
    assert "ms" not in trace(figure, "motion").hovertemplate


def test_other_candidates_are_bands_and_the_shown_one_is_not(prepared_sample: PreparedClip) -> None:
    first, other = prepared_sample.candidates[0], Interval(2, 8, 12)
    two = replace(prepared_sample, candidates=(first, other))
    bands = shapes(curve_figure(curve_view(two, first)), "candidate")
    times = prepared_sample.clip.timestamps_ms
    assert [(band.x0, band.x1) for band in bands] == [(times[2], times[12])]
    assert bands[0].label.text == "another<br>movement"
    assert "another movement" in curve_caption(curve_view(two))


def test_a_proposal_for_the_movement_that_is_shown_is_no_other_movement(prepared_sample: PreparedClip) -> None:
    first = prepared_sample.candidates[0]
    moved = Interval(first.onset + 1, first.apex + 1, first.offset, ("user", "user", "proposed"))
    assert shapes(curve_figure(curve_view(prepared_sample, moved)), "candidate") == []


def test_the_curve_can_be_told_in_a_sentence(sample_analysis: Analysis) -> None:
    said = curve_summary(curve_view(sample_analysis))
    assert f"apex {sample_analysis.clip.time_ms(sample_analysis.interval.apex):.0f} ms" in said
    assert f"noise {sample_analysis.noise.noise_px:.2f} px" in said


def test_every_region_has_a_lane_on_one_absolute_scale(sample_analysis: Analysis) -> None:
    figure = curve_figure(curve_view(sample_analysis))
    lanes = trace(figure, "regions")
    assert lanes.z.shape == (len(REGIONS), sample_analysis.clip.num_frames)
    assert {"brow L", "brow R", "nose", "chin"} <= set(lanes.y)
    assert lanes.zmin == 0
    assert lanes.zmax >= np.nanmax(lanes.z)
    assert list(lanes.colorbar.ticktext) == ["0 px", f"{lanes.zmax:g} px"]


def test_lanes_of_a_face_at_rest_look_at_rest(prepared_sample: PreparedClip) -> None:
    curve = replace(prepared_sample.curve, displacement=prepared_sample.curve.displacement * 0.01)
    lanes = trace(curve_figure(curve_view(replace(prepared_sample, curve=curve))), "regions")
    assert np.nanmax(lanes.z) < 0.1 * lanes.zmax


def test_the_lanes_can_be_left_out(sample_analysis: Analysis) -> None:
    assert [trace.name for trace in curve_figure(curve_view(sample_analysis), regions=False).data] == [
        "motion",
        "onset",
        "apex",
        "offset",
    ]


@pytest.mark.parametrize("dark", [False, True])
def test_figures_are_transparent_and_their_text_fits_the_page(sample_analysis: Analysis, dark: bool) -> None:
    for figure in (curve_figure(curve_view(sample_analysis), dark=dark), probabilities_figure(prediction(), dark)):
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
