"""The motion curve and the sliders that set onset, apex and offset on it."""

import streamlit as st

from mer_core.analysis import Analysis, PreparedClip
from mer_core.clips import Clip
from mer_core.drawing.curve_view import curve_caption, curve_summary, curve_view
from mer_core.figures import PLOTLY_CONFIG, curve_figure
from mer_core.interval import Interval
from mer_core.markers import MARKERS, move_marker
from ui.state import Visit
from ui.theme import is_dark
from ui.widgets import frame_text

_WHO = {"proposed": "proposed", "user": "set by you", "imported": "imported"}


def motion_curve_panel(analysis: Analysis) -> None:
    """Draw the curve of the whole face, with its noise band and the markers, and what its shades stand for."""
    view = curve_view(analysis)
    st.plotly_chart(
        curve_figure(view, dark=is_dark()),
        theme=None,
        key="curve",
        config=PLOTLY_CONFIG,
        alt=curve_summary(view),
    )
    st.caption(curve_caption(view))


def marker_sliders(visit: Visit, prepared: PreparedClip, interval: Interval) -> None:
    """Draw one slider a marker, side by side."""
    with st.container(key="marker_sliders"):
        columns = st.columns(len(MARKERS), gap="small")
    for column, name, source in zip(columns, MARKERS, interval.sources, strict=True):
        with column:
            _marker_slider(visit, prepared.clip, interval, name, source)


def marker_actions(visit: Visit, prepared: PreparedClip, interval: Interval) -> None:
    """Draw the ways back, and the other movements of the clip."""
    with st.container(horizontal=True, key="marker_actions", vertical_alignment="center"):
        st.button(
            "Undo", key="undo", icon=":material/undo:", on_click=visit.undo, disabled=not visit.history, type="tertiary"
        )
        st.button(
            "Back to the proposal",
            key="to_proposal",
            icon=":material/restart_alt:",
            on_click=visit.mark,
            args=(None,),
            disabled=interval == prepared.candidates[0],
            type="tertiary",
        )
        _candidates(visit, prepared, interval)


def _marker_slider(visit: Visit, clip: Clip, interval: Interval, name: str, source: str) -> None:
    frame = getattr(interval, name)
    st.session_state[_key(name)] = frame
    st.slider(
        f"{name.capitalize()} · {frame_text(clip, frame)} · {_WHO[source]}",
        0,
        clip.num_frames - 1,
        key=_key(name),
        on_change=_move,
        args=(visit, interval, name, clip.num_frames),
        disabled=clip.num_frames < 3,
    )


def _candidates(visit: Visit, prepared: PreparedClip, interval: Interval) -> None:
    if len(prepared.candidates) < 2:
        return
    chosen = prepared.candidates.index(interval) if interval in prepared.candidates else None
    st.session_state["candidate"] = chosen
    st.selectbox(
        "Movements found in this clip",
        range(len(prepared.candidates)),
        format_func=lambda index: (
            f"Movement {index + 1}: apex {frame_text(prepared.clip, prepared.candidates[index].apex)}"
        ),
        key="candidate",
        label_visibility="collapsed",
        placeholder=f"{len(prepared.candidates)} movements found",
        on_change=_take_candidate,
        args=(visit, prepared),
        width=280,
    )


def _move(visit: Visit, interval: Interval, name: str, num_frames: int) -> None:
    moved = move_marker(interval, name, st.session_state[_key(name)], num_frames)
    visit.mark(moved, mover=name)
    if name == "offset":  # the one marker without a picture of its own
        visit.frame = moved.offset


def _take_candidate(visit: Visit, prepared: PreparedClip) -> None:
    chosen = st.session_state["candidate"]
    visit.mark(None if chosen is None else prepared.candidates[chosen])


def _key(name: str) -> str:
    return f"marker_{name}"
