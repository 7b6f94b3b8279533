"""The line about the clip: what it is, how good the recording is, and what that means."""

import streamlit as st

from mer_core.analysis import Analysis, PreparedClip
from mer_core.clips import Clip
from mer_core.pictures import frame_with_box, png_bytes
from mer_core.quality import recording_quality
from ui.analyze.blind import stage_badge, start_button
from ui.state import Source, Visit
from ui.theme import is_dark
from ui.widgets import plain

# More sentences than this about the recording are folded away behind the first.
_MOST_IN_SIGHT = 2


def clip_header(visit: Visit, source: Source, prepared: PreparedClip) -> None:
    """Draw the clip's facts, a badge for each property of the recording, and the way to another clip."""
    clip = prepared.clip
    with st.container(key="clip_header", horizontal=True, vertical_alignment="center", gap="small"):
        st.markdown(f"**{plain(visit.name_of(clip))}**", width="content")
        st.caption(_size(clip), width="content")
        stage_badge(visit)
        for fact in recording_quality(prepared):
            icon = ":material/check:" if fact.is_good else ":material/warning:"
            st.badge(fact.value, icon=icon, color="gray" if fact.is_good else "orange", help=fact.consequence)
        with st.popover("Face and crop", icon=":material/crop_free:", key="face_and_crop"):
            alt = "The frame the crop is taken from, with the face's box and the crop's square."
            st.image(_framed(visit, prepared), width=480, alt=alt)
        if source.is_pair and visit.stage == "open":
            st.button("Swap onset and apex", key="swap", icon=":material/swap_horiz:", on_click=_swap, args=(visit,))
        st.button("Change clip", key="change_clip", icon=":material/folder_open:", on_click=_choose, args=(visit,))
        start_button(visit)


def recording_line(visit: Visit, prepared: PreparedClip) -> None:
    """Draw what the recording means for the reader, and every warning about the file and the face in it."""
    origin = "Synthetic sample: a photograph moved by computed action units. " if visit.is_sample else ""
    facts = [fact for fact in recording_quality(prepared) if not fact.is_warned_of]
    rate = [fact.consequence for fact in facts if fact.is_good and fact.name == "frame rate"]
    concerns = [fact.consequence for fact in facts if not fact.is_good]
    concerns += [*prepared.track.warnings, *prepared.clip.warnings]
    with st.container(key="recording", gap="xxsmall"):
        if origin or rate:
            st.caption(plain(origin + " ".join(rate)))
        if len(concerns) <= _MOST_IN_SIGHT:
            _list(concerns)
        else:
            _list(concerns[:1])
            with st.expander(f"{len(concerns) - 1} more about this recording"):
                _list(concerns[1:])


def interval_warnings(analysis: Analysis) -> None:
    """Draw what to know about the movement between these markers, beyond what `recording_line` says."""
    prepared = analysis.prepared
    said = {*prepared.track.warnings, *prepared.clip.warnings}
    _list([warning for warning in analysis.warnings if warning not in said])


def _list(sentences: list[str]) -> None:
    for sentence in sentences:
        st.markdown(f":orange[:material/warning:] {plain(sentence)}")


def _framed(visit: Visit, prepared: PreparedClip) -> bytes:
    key = ("frame", id(prepared), is_dark())
    if key not in visit.drawn:
        visit.drawn[key] = png_bytes(frame_with_box(prepared, prepared.track.reference, dark=is_dark()))
    return visit.drawn[key]


def _size(clip: Clip) -> str:
    duration = "" if clip.duration_ms is None else f"{clip.duration_ms:.0f} ms · "
    return f"{duration}{clip.num_frames} frames · {clip.width} × {clip.height} px"


def _swap(visit: Visit) -> None:
    if visit.source is not None:
        visit.open(visit.source.swapped())


def _choose(visit: Visit) -> None:
    visit.is_choosing = True
    st.query_params.clear()
