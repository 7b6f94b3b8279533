"""Interactive figures; the only module that draws with plotly. Show them with `PLOTLY_CONFIG` and `theme=None`."""

from typing import Any

import numpy as np
import plotly.graph_objects as go

from mer_core.colours import NEUTRAL_COLOUR, class_colour
from mer_core.drawing.curve_view import LANE_LABELS, CurveView, Mark
from mer_core.drawing.ink import Palette, palette
from mer_core.prediction import Prediction

# No tool bar; the page scrolls under a finger instead of the figure zooming.
PLOTLY_CONFIG: dict[str, Any] = {"displayModeBar": False, "responsive": True, "scrollZoom": False}
_CURVE_HEIGHT, _LANES_HEIGHT, _BARS_HEIGHT = 175, 145, 150
_TEXT, _LANE_TEXT = 12, 11
_BAND, _BAND_DARK = "rgba(128,140,148,0.28)", "rgba(176,190,198,0.38)"
_MARK_SYMBOLS = {"onset": "triangle-right", "apex": "triangle-up", "offset": "triangle-left"}
# Above the plot: names of the markers in rows of their own, since they lie within 100 ms of each other.
_ROW_PX, _TOP_PX = 14, 10
# Below it: the time axis, and on the same height the colours of the lanes.
_BOTTOM_PX, _BELOW_LANES_PX = 40, 52
# A name to the right of its marker would be cut off beyond this share of the axis.
_NEAR_END = 0.85
_LANE_COLOUR, _LANE_COLOUR_DARK = "42,116,184", "127,178,218"
# How opaque a lane is where nothing moved; a dark page swallows more.
_LEAST_OPAQUE, _LEAST_OPAQUE_DARK = 0.06, 0.16
# Names from the top down, a little apart from what they name.
_NAMES_AXIS: dict[str, Any] = {
    **{"autorange": "reversed", "fixedrange": True, "showgrid": False},
    **{"ticks": "outside", "ticklen": 5, "tickcolor": "rgba(0,0,0,0)"},
}
_CLASS_SIGNS = {"negative": "■", "positive": "▲", "surprise": "●"}
_OTHER_SIGN = "◆"


def curve_figure(view: CurveView, dark: bool = False, regions: bool = True) -> go.Figure:
    """The motion since the onset over time, with noise, markers and one lane a region; transparent, as wide as its box.

    Distances are px of the face crop: the one the motion was measured on for an analysis, the native one for a
    prepared clip. All lanes share one colour scale in px, so a lane in which nothing moved looks like it.

    Args:
        view: from `mer_core.drawing.curve_view.curve_view`.
        dark: whether the page is dark.
        regions: draw the lanes.
    """
    ink = palette(dark)
    traces = [_level_trace(view, ink), *(_mark_trace(mark, view, ink) for mark in view.marks)]
    if regions:
        traces.append(_lanes_trace(view, dark))
    layout = _layout(ink, _CURVE_HEIGHT + (_LANES_HEIGHT if regions else 0))
    # Room by itself for what lies outside the plot; plotly's own reckoning leaves a gap below the colours.
    rows = 1 + max(_name_place(mark, view)[0] for mark in view.marks)
    bottom = _BELOW_LANES_PX if regions else _BOTTOM_PX
    layout["margin"] = {"l": 62, "r": 10, "t": _TOP_PX + rows * _ROW_PX, "b": bottom, "autoexpand": False}
    axes = _axes(view, ink, regions)
    shapes = [*_bands(view, ink, dark), *(_mark_line(mark, ink) for mark in view.marks)]
    names = [_mark_name(mark, view, ink) for mark in view.marks]
    return go.Figure(traces, {**layout, **axes, "shapes": shapes, "annotations": names})


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


def _bands(view: CurveView, ink: Palette, dark: bool) -> list[dict[str, Any]]:
    """Boxes around the other movements over the whole height, and the noise along the whole width."""
    flat = {"type": "rect", "layer": "below", "yref": "y", "y0": 0}
    text = {"text": "another<br>movement", "textposition": "top center", "font": {"size": 10, "color": ink.quiet}}
    box = {"line": {"width": 1, "dash": "dash", "color": ink.quiet}, "fillcolor": "rgba(0,0,0,0)", "label": text}
    bands = [
        {**flat, **box, "name": "candidate", "x0": begin, "x1": end, "y1": view.top_px} for begin, end in view.others
    ]
    if view.noise_px is not None:
        wide = {"xref": "x domain", "x0": 0, "x1": 1, "y1": view.noise_px, "line": {"width": 0}}
        bands.append({**flat, **wide, "name": "noise", "fillcolor": _BAND_DARK if dark else _BAND})
    return bands


def _level_trace(view: CurveView, ink: Palette) -> dict[str, Any]:
    return {
        "type": "scatter",
        "name": "motion",
        "x": view.at,
        "y": view.level,
        "mode": "lines",
        "line": {"color": ink.text, "width": 2},
        "customdata": np.arange(len(view.at)),
        "hovertemplate": f"{_when(view)}<br>%{{y:.2f}} px since the onset<extra></extra>",
    }


def _mark_trace(mark: Mark, view: CurveView, ink: Palette) -> dict[str, Any]:
    symbol, border = _MARK_SYMBOLS[mark.name], {"color": ink.paper, "width": 1.5}
    return {
        "type": "scatter",
        "name": mark.name,
        "x": [mark.at],
        "y": [float(np.nan_to_num(mark.level))],
        "mode": "markers",
        "marker": {"symbol": symbol, "size": 13, "color": ink.text, "line": border},
        "customdata": [mark.frame],
        "cliponaxis": False,
        "hovertemplate": f"{mark.name}, {mark.source}<br>{_when(view)}<extra></extra>",
    }


def _mark_line(mark: Mark, ink: Palette) -> dict[str, Any]:
    line = {"color": ink.quiet, "width": 1, "dash": "dot"}
    return {
        **{"type": "line", "name": mark.name, "layer": "below", "line": line},
        **{"x0": mark.at, "x1": mark.at, "yref": "paper", "y0": 0, "y1": 1},
    }


def _mark_name(mark: Mark, view: CurveView, ink: Palette) -> dict[str, Any]:
    row, side = _name_place(mark, view)
    return {**_above(row, ink.text), "text": mark.name, "x": mark.at, "xanchor": side}


def _name_place(mark: Mark, view: CurveView) -> tuple[int, str]:
    """Row above the plot, from 0, and the end of the name that lies at the marker's line."""
    if mark.name == "onset":
        return 0, "right"
    near_end = mark.at - view.at[0] > _NEAR_END * (view.at[-1] - view.at[0])
    if mark.name == "apex":
        return 1, "right" if near_end else "center"
    return (2, "right") if near_end else (0, "left")


def _above(row: int, colour: str) -> dict[str, Any]:
    font = {"size": _TEXT, "color": colour}
    place = {"yref": "paper", "y": 1, "yanchor": "bottom", "yshift": 5 + row * _ROW_PX}
    return {**place, "showarrow": False, "font": font}


def _lanes_trace(view: CurveView, dark: bool) -> dict[str, Any]:
    top = view.lanes_top_px
    colour, least = (_LANE_COLOUR_DARK, _LEAST_OPAQUE_DARK) if dark else (_LANE_COLOUR, _LEAST_OPAQUE)
    ends = {"tickvals": [0, top], "ticktext": ["0 px", f"{top:g} px"]}
    length = {"lenmode": "pixels", "len": 62}  # leaves the axis its title on a phone
    place = {"orientation": "h", "x": 0, "xanchor": "left", "xpad": 0, "y": 0, "yanchor": "top", "ypad": 24}
    return {
        "type": "heatmap",
        "name": "regions",
        "x": view.at,
        "y": list(LANE_LABELS),
        "z": view.lanes,
        "customdata": np.broadcast_to(np.arange(len(view.at)), view.lanes.shape),
        "zmin": 0,
        "zmax": top,
        "colorscale": [[0, f"rgba({colour},{least})"], [1, f"rgba({colour},1)"]],
        "ygap": 1,
        "yaxis": "y2",
        "hovertemplate": f"%{{y}}<br>{_when(view)}<br>%{{z:.2f}} px<extra></extra>",
        "colorbar": {**place, **ends, "thickness": 8, **length, "outlinewidth": 0},
    }


def _axes(view: CurveView, ink: Palette, regions: bool) -> dict[str, Any]:
    along = {
        "range": [float(view.at[0]), float(view.at[-1])],
        "title": _axis_title(view.unit, ink),
        "showgrid": False,
        "zeroline": False,
        "fixedrange": True,
        "ticks": "outside",
        "tickcolor": ink.line,
    }
    up = {"range": [0, view.top_px], "nticks": 5, "gridcolor": ink.line, "zeroline": False, "fixedrange": True}
    if not regions:
        return {"xaxis": along, "yaxis": up}
    lanes = 0.54
    return {
        "xaxis": {**along, "anchor": "y2"},
        "yaxis": {**up, "domain": [lanes + 0.03, 1]},
        "yaxis2": {
            **_NAMES_AXIS,
            **{"domain": [0, lanes - 0.03], "tickvals": list(LANE_LABELS), "tickfont": {"size": _LANE_TEXT}},
        },
    }


def _when(view: CurveView) -> str:
    return "%{x:.0f} ms · frame %{customdata} (from 0)" if view.in_ms else "frame %{customdata} (from 0)"
