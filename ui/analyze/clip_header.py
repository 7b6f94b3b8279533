"""The line about the clip: what it is, how good the recording is, and what that means."""

import streamlit as st

from mer_core.analysis import PreparedClip
from mer_core.clips import Clip
from mer_core.pictures import frame_with_box
from mer_core.quality import recording_quality
from ui.state import Visit
from ui.theme import is_dark
from ui.widgets import plain


def clip_header(visit: Visit, prepared: PreparedClip) -> None:
    """Draw the clip's facts, a badge for each property of the recording, and the way to another clip."""
    clip, facts = prepared.clip, recording_quality(prepared)
    with st.container(key="clip_header", horizontal=True, vertical_alignment="center", gap="small"):
        st.markdown(f"**{plain(clip.name)}**", width="content")
        st.caption(_size(clip), width="content")
        for fact in facts:
            icon = ":material/check:" if fact.is_good else ":material/warning:"
            st.badge(fact.value, icon=icon, color="gray" if fact.is_good else "orange", help=fact.consequence)
        with st.popover("Face and crop", icon=":material/crop_free:", key="face_and_crop"):
            alt = "The frame the crop is taken from, with the face's box and the crop's square."
            st.image(frame_with_box(prepared, prepared.track.reference, dark=is_dark()), width=480, alt=alt)
        st.button("Change clip", key="change_clip", icon=":material/swap_horiz:", on_click=_close, args=(visit,))
    consequences = [facts[0].consequence, *(fact.consequence for fact in facts[1:] if not fact.is_good)]
    origin = "Synthetic sample: a photograph moved by computed action units. " if visit.is_sample else ""
    st.caption(origin + " ".join(consequences))


def _size(clip: Clip) -> str:
    duration = "" if clip.duration_ms is None else f"{clip.duration_ms:.0f} ms · "
    return f"{duration}{clip.num_frames} frames · {clip.width} × {clip.height} px"


def _close(visit: Visit) -> None:
    visit.close()
    st.query_params.clear()
