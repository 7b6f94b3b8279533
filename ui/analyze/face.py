"""The face: onset and apex, the motion between them, and any other frame."""

from collections.abc import Callable

import numpy as np
import streamlit as st

from mer_core.analysis import Analysis
from mer_core.clips import Clip
from mer_core.pictures import FLOW_VIEWS, crop_picture, png_bytes
from ui.state import Source, Visit
from ui.theme import is_dark
from ui.widgets import frame_text, plain

_VIEW, _FRAME = "flow_view", "shown_frame"
_VIEW_NAMES = {"overlay": "Size", "u": "Sideways", "v": "Up-down"}
_VIEW_HELP = (
    "Arrows: where the skin moved, lengthened as stated below the picture. Size: how far. Sideways and Up-down: the "
    "two parts of the motion (the flow's u and v). Strain: how much the skin was stretched or sheared rather than "
    "shifted. Wheel: direction as hue, size as saturation. Scales are in pixels of the face crop."
)


@st.fragment
def face_panel(visit: Visit, source: Source, analysis: Analysis) -> None:
    """Draw onset, apex and motion side by side under the choice of how motion is shown."""
    interval = analysis.interval
    view = _view_choice()
    with st.container(key="face_pictures"):
        onset, apex, motion = st.columns(3, gap="small")
    with onset:
        _picture(_crop(visit, analysis, interval.onset), f"**Onset** · {_which(source, analysis.clip, interval.onset)}")
    with apex:
        _picture(_crop(visit, analysis, interval.apex), f"**Apex** · {_which(source, analysis.clip, interval.apex)}")
    with motion:
        dark = is_dark()
        file = _file(visit, ("motion", view, dark), lambda: FLOW_VIEWS[view](analysis, dark=dark))
        _picture(file, "**Motion**, onset to apex (computed)")


@st.fragment
def other_frame_panel(visit: Visit, analysis: Analysis) -> None:
    """Draw a slider over all frames and, once it was moved off the apex, the frame it stands on."""
    clip, interval = analysis.clip, analysis.interval
    st.session_state[_FRAME] = interval.apex if visit.frame is None else visit.frame
    shown = st.session_state[_FRAME]
    picture, slider = st.columns([1, 2], gap="medium", vertical_alignment="top")
    with slider:
        st.slider(
            f"Another frame · {frame_text(clip, shown)}",
            0,
            clip.num_frames - 1,
            key=_FRAME,
            on_change=_show_frame,
            args=(visit,),
        )
    with picture:
        if visit.frame is None:
            st.caption("Any other frame of the clip, in the same crop: move the slider.")
        else:
            _picture(_crop(visit, analysis, shown), f"**{_role(analysis, shown)}** · {frame_text(clip, shown)}")


def _view_choice() -> str:
    st.session_state.setdefault(_VIEW, next(iter(FLOW_VIEWS)))
    with st.container(key="view_choice", horizontal=True, vertical_alignment="center", gap="small"):
        st.caption("Motion shown as", help=_VIEW_HELP, width="content")
        view = st.segmented_control(
            "Motion shown as",
            list(FLOW_VIEWS),
            format_func=lambda view: _VIEW_NAMES.get(view, view.capitalize()),
            key=_VIEW,
            required=True,
            label_visibility="collapsed",
            width="content",
            wrap=True,
            persist_state="session",
        )
    return str(view)


def _which(source: Source, clip: Clip, frame: int) -> str:
    """The file a picture of a pair was given in, the moment of any other."""
    return f"given by you: {plain(source.paths[frame].name)}" if source.is_pair else frame_text(clip, frame)


def _crop(visit: Visit, analysis: Analysis, frame: int) -> bytes:
    return _file(visit, ("crop", frame), lambda: crop_picture(analysis, frame))


def _file(visit: Visit, kind: tuple[str | int | bool, ...], draw: Callable[[], np.ndarray]) -> bytes:
    """A picture of the present analysis as PNG, drawn once."""
    if kind not in visit.drawn:
        visit.drawn[kind] = png_bytes(draw())
    return visit.drawn[kind]


def _picture(file: bytes, caption: str) -> None:
    st.caption(caption)
    st.image(file, width="stretch", output_format="PNG", alt=caption.replace("*", "").replace("\\", ""))


def _role(analysis: Analysis, frame: int) -> str:
    interval = analysis.interval
    roles = {interval.onset: "Onset", interval.offset: "Offset", interval.apex: "Apex"}
    return roles.get(frame, "Frame")


def _show_frame(visit: Visit) -> None:
    visit.frame = st.session_state[_FRAME]
