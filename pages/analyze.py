"""Analyze: one clip, from its face to what moved and what a network calls it."""

import streamlit as st

from mer_core.errors import MerError
from ui.analyze.blind import blind_switch
from ui.analyze.clip_header import clip_header, recording_line
from ui.analyze.face import deck_panel
from ui.analyze.reading import reading
from ui.analyze.reopening import open_session, take_up_session
from ui.analyze.settings import current_settings
from ui.analyze.working import prepared_clip
from ui.frame import begin_page
from ui.state import Source, Visit, current_visit, open_sample
from ui.widgets import failure_box, sample_buttons, uploader, way_back


def choose_clip(visit: Visit) -> None:
    """The page before there is a clip, or while another is chosen: one sentence, the samples, the upload."""
    st.title("Analyze a clip", anchor=False)
    failure_box(visit)
    way_back(visit)
    st.markdown("See where a face moved, by how many pixels and when, and what a small network calls it.")
    blind_switch(visit)
    sample_buttons(primary="positive")
    if uploader(visit):
        st.rerun()
    open_session(visit)


def show_clip(visit: Visit, source: Source) -> None:
    """The page with a clip: the face and its motion at the left, at the right what is to be made of it."""
    failure_box(visit)
    prepared = prepared_clip(visit, source, current_settings().remove_head_motion)
    take_up_session(visit, source, prepared)
    clip_header(visit, source, prepared)
    recording_line(visit, prepared)
    with st.container(key="main"):
        left, right = st.columns([8, 5], gap="medium")
    with left:
        deck_panel(visit)
    with right:
        reading(visit, source, visit.stage)


with begin_page("Analyze"):
    visit = current_visit()
    asked = st.query_params.get("sample")
    if asked is not None and visit.source is None and visit.failure is None:
        open_sample(asked)
        if visit.failure:  # an unknown name in a link
            st.query_params.clear()
    # Its own place, emptied at once when a clip opens: what is left of the old page would invite clicks meanwhile.
    first_visit = st.empty()
    try:
        if visit.source is None or visit.is_choosing:
            with first_visit.container():
                choose_clip(visit)
        else:
            with st.container(key="clip_page", gap="xsmall"):
                show_clip(visit, visit.source)
    except MerError as error:
        visit.fail(str(error))
        st.query_params.clear()
        st.rerun()
