"""Interactive figures; the only module that draws with plotly. Show them with `PLOTLY_CONFIG` and `theme=None`."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import plotly.graph_objects as go

from mer_core.colours import NEUTRAL_COLOUR, class_colour, class_sign
from mer_core.drawing.ink import Palette, palette
from mer_core.explain.gates import AttentionView
from mer_core.explain.multiples import Multiple, Multiples
from mer_core.explain.stability import Marking, Stability
from mer_core.prediction import Prediction

# No tool bar; the page scrolls under a finger instead of the figure zooming.
PLOTLY_CONFIG: dict[str, Any] = {"displayModeBar": False, "responsive": True, "scrollZoom": False}
_BARS_HEIGHT, _MARKINGS_HEIGHT, _TEXT, _SIGN_TEXT = 150, 170, 12, 15
# Names from the top down, a little apart from what they name.
_NAMES_AXIS: dict[str, Any] = {
    **{"autorange": "reversed", "fixedrange": True, "showgrid": False},
    **{"ticks": "outside", "ticklen": 5, "tickcolor": "rgba(0,0,0,0)"},
}
# Small multiples: steps of the grid from one to the next, px of a step down, size of a sign.
_CELL_ACROSS, _CELL_DOWN, _SMALL_LINE, _SMALL_SIGN = 11, 8.4, 13, 10


def probabilities_figure(prediction: Prediction, dark: bool = False) -> go.Figure:
    """The network's three outputs as bars from 0 to 1 in the classes' colours; all grey when they are no answer."""
    names = list(prediction.probabilities)
    values = list(prediction.probabilities.values())
    colours = [class_colour(name) if prediction.has_answer else NEUTRAL_COLOUR for name in names]
    signs = [class_sign(name) for name in names]
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
        "text": [class_sign(label) for label in labels],
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


def multiples_figure(multiples: Multiples, titles: Mapping[str, str], dark: bool = False) -> go.Figure:
    """The answers of every network (down) with every flow method (across), each as in `markings_figure` but small.

    Below each stands how many of its markings got the answer in use; the marking in use is ringed.

    Args:
        multiples: the answers.
        titles: what to call each network and each method.
        dark: colours for a dark page.
    """
    ink = palette(dark)
    rows, columns = multiples.networks, multiples.methods
    cells = [_Cell(one, place % len(columns), place // len(columns)) for place, one in enumerate(multiples.table)]
    heads = [_note(cell.middle, -1.8, titles[cell.one.method]) for cell in cells if cell.row == 0]
    names = [_note(-0.5, cell.top - 0.3, titles[cell.one.network], "left") for cell in cells if cell.column == 0]
    counts = [
        _note(
            cell.middle,
            cell.top + 6.2,
            f"{cell.one.stability.num_of(multiples.label)} of {len(cell.one.stability.markings)}",
        )
        for cell in cells
    ]
    quiet = {"showgrid": False, "zeroline": False, "fixedrange": True, "visible": False}
    layout = {
        **_layout(ink, round(_SMALL_LINE * (len(rows) * _CELL_DOWN + 2))),
        "margin": {"l": 0, "r": 0, "t": 0, "b": 0},
        "annotations": [*heads, *names, *counts],
        "xaxis": {**quiet, "range": [-1, len(columns) * _CELL_ACROSS - 1]},
        "yaxis": {**quiet, "range": [len(rows) * _CELL_DOWN - 0.6, -2.6]},
    }
    return go.Figure([_small_signs(cells), _small_rings(cells, ink)], layout)


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


@dataclass(frozen=True)
class _Cell:
    """The place of one small multiple, in steps of its grid: the onset up, the apex across, and lines of text."""

    one: Multiple
    column: int
    row: int

    @property
    def middle(self) -> float:
        """Where the apex in use is, across."""
        return self.column * _CELL_ACROSS + 4

    @property
    def top(self) -> float:
        """Where the network's name is; the signs begin below it."""
        return self.row * _CELL_DOWN

    def across(self, marking: Marking) -> float:
        return self.middle + (marking.apex - self.one.stability.apex) / self.one.stability.step_frames

    def down(self, marking: Marking) -> float:
        return self.top + 3 - (marking.onset - self.one.stability.onset) / self.one.stability.step_frames


def _small_signs(cells: list[_Cell]) -> dict[str, Any]:
    placed = [(cell, marking) for cell in cells for marking in cell.one.stability.markings]
    return {
        "type": "scatter",
        "mode": "text",
        "x": [cell.across(marking) for cell, marking in placed],
        "y": [cell.down(marking) for cell, marking in placed],
        "text": [class_sign(marking.label) for _, marking in placed],
        "textfont": {"color": [class_colour(marking.label) for _, marking in placed], "size": _SMALL_SIGN},
        "customdata": [marking.label for _, marking in placed],
        "hovertemplate": "%{customdata}<extra></extra>",
    }


def _small_rings(cells: list[_Cell], ink: Palette) -> dict[str, Any]:
    ring = {"symbol": "circle-open", "size": 1.7 * _SMALL_SIGN, "color": ink.text, "line": {"width": 1.5}}
    across, down = [cell.middle for cell in cells], [cell.top + 3 for cell in cells]
    return {"type": "scatter", "mode": "markers", "x": across, "y": down, "marker": ring, "hoverinfo": "skip"}


def _note(across: float, down: float, text: str, anchor: str = "center") -> dict[str, Any]:
    return {"x": across, "y": down, "text": text, "showarrow": False, "xanchor": anchor, "yanchor": "middle"}


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
