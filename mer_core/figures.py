"""Interactive figures; the only module that draws with plotly. Show them with `PLOTLY_CONFIG` and `theme=None`."""

from typing import Any

import numpy as np
import plotly.graph_objects as go

from mer_core.colours import NEUTRAL_COLOUR, class_colour
from mer_core.drawing.ink import Palette, palette
from mer_core.explain.gates import AttentionView
from mer_core.explain.stability import Stability
from mer_core.prediction import Prediction

# No tool bar; the page scrolls under a finger instead of the figure zooming.
PLOTLY_CONFIG: dict[str, Any] = {"displayModeBar": False, "responsive": True, "scrollZoom": False}
_BARS_HEIGHT, _MARKINGS_HEIGHT, _TEXT, _SIGN_TEXT = 150, 170, 12, 15
# Names from the top down, a little apart from what they name.
_NAMES_AXIS: dict[str, Any] = {
    **{"autorange": "reversed", "fixedrange": True, "showgrid": False},
    **{"ticks": "outside", "ticklen": 5, "tickcolor": "rgba(0,0,0,0)"},
}
_CLASS_SIGNS = {"negative": "■", "positive": "▲", "surprise": "●"}
_OTHER_SIGN = "◆"


def probabilities_figure(prediction: Prediction, dark: bool = False) -> go.Figure:
    """The network's three outputs as bars from 0 to 1 in the classes' colours; all grey when they are no answer."""
    names = list(prediction.probabilities)
    values = list(prediction.probabilities.values())
    colours = [class_colour(name) if prediction.has_answer else NEUTRAL_COLOUR for name in names]
    signs = [_CLASS_SIGNS.get(name, _OTHER_SIGN) for name in names]
    ink = palette(dark)
    bars = {
        "type": "bar",
        "x": values,
        "y": names,
        "orientation": "h",
        "width": 0.5,
        "marker": {"color": colours, "line": {"color": ink.quiet, "width": 1}},
        "text": [f"{value:.2f}" for value in values],
        "textposition": "outside",
        "cliponaxis": False,
        "hovertemplate": "%{y}: %{x:.3f}<extra></extra>",
    }
    across = {
        "range": [0, 1],
        "tickvals": [0, 0.5, 1],
        "gridcolor": ink.line,
        "zeroline": False,
        "fixedrange": True,
        "title": _axis_title(_meaning(prediction), ink),
    }
    labels = [
        f'<span style="color:{colour}">{sign}</span> {name}'
        for name, sign, colour in zip(names, signs, colours, strict=True)
    ]
    down = {**_NAMES_AXIS, "tickvals": names, "ticktext": labels, "automargin": True}
    layout = {**_layout(ink, _BARS_HEIGHT), "margin": {"l": 8, "r": 36, "t": 4, "b": 40}}
    return go.Figure([bars], {**layout, "xaxis": across, "yaxis": down})


def markings_figure(stability: Stability, times_ms: np.ndarray | None, dark: bool = False) -> go.Figure:
    """The answer at every nearby marking: apex across, onset upwards, the class as sign and colour, the present ringed.

    Args:
        stability: the answers.
        times_ms: float (T,), time of each frame; None where it is unknown, then frames are counted.
        dark: colours for a dark page.
    """
    ink = palette(dark)
    across = _places([marking.apex for marking in stability.markings], times_ms)
    up = _places([marking.onset for marking in stability.markings], times_ms)
    unit = "frame" if times_ms is None else "ms"
    labels = [marking.label for marking in stability.markings]
    signs = {
        "type": "scatter",
        "mode": "text",
        "x": across,
        "y": up,
        "text": [_CLASS_SIGNS.get(label, _OTHER_SIGN) for label in labels],
        "textfont": {"color": [class_colour(label) for label in labels], "size": _SIGN_TEXT},
        "customdata": labels,
        "hovertemplate": f"onset %{{y}} {unit}, apex %{{x}} {unit}: %{{customdata}}<extra></extra>",
    }
    ring = {"symbol": "circle-open", "size": 1.6 * _SIGN_TEXT, "color": ink.text, "line": {"width": 1.5}}
    present = {
        "type": "scatter",
        "mode": "markers",
        "x": _places([stability.apex], times_ms),
        "y": _places([stability.onset], times_ms),
        "marker": ring,
        "hoverinfo": "skip",
    }
    quiet = {"showgrid": False, "zeroline": False, "fixedrange": True}
    layout = {**_layout(ink, _MARKINGS_HEIGHT), "margin": {"l": 8, "r": 8, "t": 4, "b": 40}}
    x_axis = {**quiet, "title": _axis_title(f"apex, {unit}", ink)}
    y_axis = {**quiet, "title": _axis_title(f"onset, {unit}", ink), "automargin": True, "tickvals": sorted(set(up))}
    return go.Figure([signs, present], {**layout, "xaxis": x_axis, "yaxis": y_axis})


def gates_figure(view: AttentionView, dark: bool = False) -> go.Figure:
    """One factor a feature map as bars over their range, e.g. of a channel gate (G, 1, 1)."""
    ink = palette(dark)
    numbers = list(range(1, len(view.maps) + 1))
    bars = {
        "type": "bar",
        "x": numbers,
        "y": view.maps[:, 0, 0].tolist(),
        "marker": {"color": NEUTRAL_COLOUR},
        "hovertemplate": "feature map %{x}: %{y:.2f}<extra></extra>",
    }
    x_axis = {"title": _axis_title("feature map", ink), "showgrid": False, "fixedrange": True}
    y_axis = {"range": list(view.range), "gridcolor": ink.line, "zeroline": False, "fixedrange": True}
    layout = {**_layout(ink, _MARKINGS_HEIGHT), "margin": {"l": 32, "r": 8, "t": 4, "b": 40}}
    return go.Figure([bars], {**layout, "xaxis": x_axis, "yaxis": y_axis})


def _places(frames: list[int], times_ms: np.ndarray | None) -> list[float]:
    return [float(frame) if times_ms is None else round(float(times_ms[frame])) for frame in frames]


def _meaning(prediction: Prediction) -> str:
    """What the bars are, to stand below them."""
    if not prediction.is_finding:
        return "not a finding: motion at noise level"
    if prediction.is_strange:
        return "not a finding: motion unlike the laboratory's"
    if prediction.reliability is None:
        return "network's output, not calibrated"
    return "approximately calibrated"


def _layout(ink: Palette, height: int) -> dict[str, Any]:
    return {
        "height": height,
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "font": {"color": ink.text, "size": _TEXT},
        "hoverlabel": {"bgcolor": ink.paper, "bordercolor": ink.line, "font": {"color": ink.text}},
        "hovermode": "closest",
        "dragmode": False,
        "showlegend": False,
    }


def _axis_title(text: str, ink: Palette) -> dict[str, Any]:
    return {"text": text, "standoff": 4, "font": {"size": _TEXT, "color": ink.quiet}}
