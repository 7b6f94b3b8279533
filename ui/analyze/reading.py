"""The reading: everything that a marker or a setting changes, redrawn alone while the deck stays as it is."""

from functools import partial

import streamlit as st

from mer_core.analysis import Analysis, PreparedClip
from mer_core.errors import MerError
from mer_core.interval import Interval
from ui.analyze.blind import blind_reading
from ui.analyze.clip_header import interval_warnings
from ui.analyze.comparison import comparison_card
from ui.analyze.downloads import downloads
from ui.analyze.face import motion_maps, tell_deck
from ui.analyze.findings import cannot_tell_card, verdict_card, what_moved_card
from ui.analyze.markers import markers_by_number
from ui.analyze.nearby import nearby_markings
from ui.analyze.sections import section, section_chooser
from ui.analyze.settings import Settings, current_settings, settings_panel
from ui.analyze.working import analysis_of, markers_of, prepared_clip
from ui.state import Source, Visit, keep_until_left


@st.fragment
def reading(visit: Visit, source: Source, stage: str) -> None:
    """Draw what moved, what the network calls it, what this cannot tell, and every choice that changes them.

    Args:
        visit: with its clip.
        source: the clip's, as the page around this was drawn.
        stage: whether anything may be shown, likewise.
    """
    keep_until_left(visit)  # after a lost connection nothing else of the page may be drawn
    # Another clip, another frame rate, or blind coding that began or ended: the whole page follows. Also after a button
    # outside: pressed in the very moment in which the deck reports, it is taken for one of this part of the page.
    if visit.is_choosing or visit.source is not source or visit.stage != stage or visit.frames is None:
        st.rerun()
    try:
        settings = current_settings()
        prepared = prepared_clip(visit, source, settings.remove_head_motion)
    except MerError as error:
        visit.fail(str(error))
        st.rerun()
    if visit.is_coding_blind:
        blind_reading(visit, source, prepared, settings)
        return
    interval = markers_of(visit, prepared)
    found = _found(visit, settings, prepared, interval)
    chosen = section_chooser()
    with st.container(key=f"sections_{chosen}"):
        with section("movement"):
            comparison_card(visit, source, prepared, settings)
            _movement(visit, found)
        tell_deck(visit, prepared, interval, found if isinstance(found, Analysis) else None)
        with section("network"):
            verdict_card(found, partial(settings_panel, visit, settings), partial(nearby_markings, visit, settings))
        with section("limits"):
            cannot_tell_card()
        with section("more"):
            _more(visit, source, prepared, interval, found)


def _found(visit: Visit, settings: Settings, prepared: PreparedClip, interval: Interval) -> Analysis | str:
    """The analysis, or why there is none at these markers: a frame without a face, which moving a marker mends."""
    try:
        return analysis_of(visit, settings, prepared, interval)
    except MerError as error:
        return str(error)


def _movement(visit: Visit, found: Analysis | str) -> None:
    what_moved_card(found)
    if isinstance(found, Analysis):
        interval_warnings(found)
        motion_maps(visit, found)


def _more(visit: Visit, source: Source, prepared: PreparedClip, interval: Interval, found: Analysis | str) -> None:
    if not source.is_pair:
        markers_by_number(visit, prepared, interval)
    if isinstance(found, Analysis):
        downloads(found)
