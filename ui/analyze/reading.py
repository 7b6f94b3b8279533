"""The reading: everything that a marker or a setting changes, redrawn alone while the deck stays as it is."""

import streamlit as st

from mer_core.analysis import Analysis, PreparedClip
from mer_core.errors import MerError
from mer_core.interval import Interval
from ui.analyze.clip_header import interval_warnings
from ui.analyze.downloads import downloads
from ui.analyze.face import motion_maps, tell_deck
from ui.analyze.findings import cannot_tell_card, verdict_card, what_moved_card
from ui.analyze.markers import markers_by_number
from ui.analyze.settings import Settings, current_settings, settings_panel
from ui.analyze.working import analysis_of, prepared_clip, starting_interval
from ui.state import Source, Visit
from ui.widgets import plain


@st.fragment
def reading(visit: Visit, source: Source) -> None:
    """Draw what moved, what the network calls it, what this cannot tell, and every choice that changes them."""
    if visit.source is not source:  # another clip, or another frame rate: the whole page follows
        st.rerun()
    try:
        settings = current_settings()
        prepared = prepared_clip(visit, source, settings.remove_head_motion)
    except MerError as error:
        visit.fail(str(error))
        st.rerun()
    interval = visit.interval or starting_interval(source, prepared)
    try:
        analysis = analysis_of(visit, settings, prepared, interval)
    except MerError as error:  # a marker on a frame without a face: moving it mends that
        analysis = None
        st.error(plain(str(error)), icon=":material/error:")
    if analysis is not None:
        _cards(visit, analysis)
    tell_deck(visit, prepared, interval, analysis)
    _choices(visit, source, settings, prepared, interval, analysis)


def _cards(visit: Visit, analysis: Analysis) -> None:
    what_moved_card(analysis)
    interval_warnings(analysis)
    verdict_card(analysis)
    cannot_tell_card()
    motion_maps(visit, analysis)


def _choices(
    visit: Visit,
    source: Source,
    settings: Settings,
    prepared: PreparedClip,
    interval: Interval,
    analysis: Analysis | None,
) -> None:
    settings_panel(visit, settings)
    if not source.is_pair:
        markers_by_number(visit, prepared, interval)
    if analysis is not None:
        downloads(analysis)
