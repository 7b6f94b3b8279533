"""The face: the onset, any frame beside it, and the motion between onset and apex."""

import numpy as np
import streamlit as st

from mer_core.analysis import Analysis
from mer_core.clips import Clip
from mer_core.pictures import FLOW_VIEWS, crop_picture
from ui.state import Visit
from ui.theme import is_dark
from ui.widgets import frame_text

_VIEW, _FRAME = "flow_view", "shown_frame"
_VIEW_NAMES = {"u": "u ↔", "v": "v ↕"}


@st.fragment
def face_panel(visit: Visit, analysis: Analysis) -> None:
    """Draw three pictures side by side, the frame slider, and the choice of how motion is shown."""
    clip, interval = analysis.clip, analysis.interval
    st.session_state[_FRAME] = interval.apex if visit.frame is None else visit.frame
    shown = st.session_state[_FRAME]
    view = st.session_state.setdefault(_VIEW, next(iter(FLOW_VIEWS)))
    with st.container(key="face_pictures"):
        onset, now, motion = st.columns(3, gap="small")
    with onset:
        _picture(crop_picture(analysis, interval.onset), f"**Onset** · {frame_text(clip, interval.onset)}")
    with now:
        _picture(crop_picture(analysis, shown), f"**{_role(analysis, shown)}** · {frame_text(clip, shown)}")
    with motion:
        _picture(FLOW_VIEWS[view](analysis, dark=is_dark()), "**Motion**, onset to apex (computed)")
    _controls(visit, clip)


def _controls(visit: Visit, clip: Clip) -> None:
    left, right = st.columns([2, 3], gap="medium", vertical_alignment="bottom")
    with left:
        st.slider("Frame shown", 0, clip.num_frames - 1, key=_FRAME, on_change=_show_frame, args=(visit,))
    with right:
        st.segmented_control(
            "Motion shown as",
            list(FLOW_VIEWS),
            format_func=lambda view: _VIEW_NAMES.get(view, view.capitalize()),
            key=_VIEW,
            required=True,
            help="u is motion sideways, v up and down, strain how much the skin is stretched; the wheel shows "
            "direction as colour. Each picture carries its scale in pixels of the crop.",
            wrap=True,
            persist_state="session",
        )


def _picture(picture: np.ndarray, caption: str) -> None:
    st.caption(caption)
    st.image(picture, width="stretch", output_format="PNG", alt=caption.replace("*", ""))


def _role(analysis: Analysis, frame: int) -> str:
    interval = analysis.interval
    roles = {interval.onset: "Onset", interval.offset: "Offset", interval.apex: "Apex"}
    return roles.get(frame, "Frame")


def _show_frame(visit: Visit) -> None:
    visit.frame = st.session_state[_FRAME]
