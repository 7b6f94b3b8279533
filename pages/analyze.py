"""Analyze: one clip, from its face to what moved and what a network calls it."""

import streamlit as st

from mer_core.errors import MerError
from ui.analyze.clip_header import clip_header, recording_line
from ui.analyze.curve import marker_actions, marker_sliders, motion_curve_panel
from ui.analyze.downloads import downloads
from ui.analyze.face import face_panel, other_frame_panel
from ui.analyze.findings import cannot_tell_card, verdict_card, what_moved_card
from ui.analyze.settings import current_settings, settings_panel
from ui.analyze.working import analysis_of, prepared_clip, starting_interval
from ui.frame import begin_page
from ui.state import Source, Visit, current_visit, open_sample
from ui.widgets import failure_box, plain, sample_buttons, uploader, way_back


def choose_clip(visit: Visit) -> None:
    """The page before there is a clip, or while another is chosen: one sentence, the samples, the upload."""
    st.title("Analyze a clip", anchor=False)
    failure_box(visit)
    way_back(visit)
    st.markdown("See where a face moved, by how many pixels and when, and what a small network calls it.")
    sample_buttons(primary="positive")
    if uploader(visit):
        st.rerun()


def show_clip(visit: Visit, source: Source) -> None:
    """The page with a clip: movement first, category second, limits third."""
    settings = current_settings()
    failure_box(visit)
    prepared = prepared_clip(visit, source, settings.remove_head_motion)
    interval = visit.interval or starting_interval(source, prepared)
    clip_header(visit, source, prepared)
    try:
        analysis = analysis_of(visit, settings, prepared, interval)
    except MerError as error:  # a marker on a frame without a face: the sliders mend it
        st.error(plain(str(error)), icon=":material/error:")
        if not source.is_pair:
            marker_sliders(visit, prepared, interval)
            marker_actions(visit, prepared, interval)
        return
    recording_line(visit, analysis)
    # On narrow screens ui/style.css puts the parts into the order face, findings, curve, more.
    with st.container(key="main"):
        left, right = st.columns([8, 5], gap="medium")
    with left, st.container(key="part_face", gap="xsmall"):
        face_panel(visit, source, analysis)
        if not source.is_pair:
            marker_sliders(visit, prepared, interval)
            marker_actions(visit, prepared, interval)
    if not source.is_pair:  # two frames have neither a curve nor anything between them
        with left, st.container(key="part_curve"):
            motion_curve_panel(analysis)
            other_frame_panel(visit, analysis)
    with right, st.container(key="part_findings"):
        what_moved_card(analysis)
        verdict_card(analysis)
    with right, st.container(key="part_more"):
        cannot_tell_card()
        settings_panel(visit, settings)
        downloads(analysis)


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
