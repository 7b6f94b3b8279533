"""What is being explained: which class, by which method, drawn how. The choices, and the attributions they lead to."""

from dataclasses import dataclass

import streamlit as st

from mer_core.analysis import Analysis
from mer_core.drawing.explain_views import Look
from mer_core.explain.attribution import Attribution, NotPossible, attribute
from mer_core.explain.methods import METHODS, method_of
from mer_core.explain.question import Question, question_about
from ui.state import Visit
from ui.theme import is_dark

CONTROL = "strain_control"
_FIRST, _TOGETHER = "integrated_gradients", "Together"
_CHANNELS = {"u": "Sideways", "v": "Up-down", "strain": "Strain"}


@dataclass(frozen=True)
class Choice:
    """What the reader wants to see.

    Attributes:
        target: the class.
        method: name of the method that is explained and checked.
        beside: another one to compare it with; `CONTROL` is the strain by itself.
        channel: one channel of the network's input; None for all together.
        look: how pictures are drawn.
    """

    target: str
    method: str
    beside: str
    channel: str | None
    look: Look


def choices(analysis: Analysis) -> Choice:
    """Draw the choices."""
    labels = analysis.checkpoint.labels
    answer = analysis.prediction.label
    target = st.segmented_control(
        "Why this class, or why not another?",
        labels,
        format_func=lambda label: f"{label} (the answer)" if label == answer else label,
        default=answer,
        required=True,
        key=f"target_{answer}",
    )
    names = [method.name for method in METHODS]
    first, second = st.columns(2)
    method = first.selectbox("Method", names, names.index(_FIRST), format_func=_title, key="method")
    others = [CONTROL, *(name for name in names if name != method)]
    beside = second.selectbox("Beside it", others, format_func=_title, key="beside")
    with st.container(horizontal=True, vertical_alignment="bottom"):
        channel = st.segmented_control(
            "Part of the motion",
            (_TOGETHER, *analysis.checkpoint.input_spec.channels),
            format_func=lambda name: _CHANNELS.get(name, name),
            default=_TOGETHER,
            required=True,
            key="channel",
        )
        look = _look()
    return Choice(target, method, beside, None if channel == _TOGETHER else channel, look)


def question_of(visit: Visit, analysis: Analysis, target: str) -> Question:
    """The question about a class, put once."""
    kind = ("question", target)
    if kind not in visit.drawn:
        visit.drawn[kind] = question_about(analysis, target)
    return visit.drawn[kind]


def attribution_of(visit: Visit, analysis: Analysis, method: str, target: str) -> Attribution | NotPossible:
    """The picture of a method for a class, or why there is none; made once."""
    kind = ("attribution", method, target)
    if kind not in visit.drawn:
        visit.drawn[kind] = attribute(question_of(visit, analysis, target), method)
    return visit.drawn[kind]


def _title(name: str) -> str:
    return "Control: strain alone" if name == CONTROL else method_of(name).title


def _look() -> Look:
    with st.popover("Look", icon=":material/palette:"):
        strength = st.slider("Strength of the colours", 0, 100, 90, 10, format="%d %%", key="strength")
        outlines = st.toggle("Outline the regions", key="outlines")
    return Look(strength / 100, outlines, dark=is_dark())
