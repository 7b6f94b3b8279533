"""Explain: which action units fit the movement, what the network made of it, and whether to believe the picture."""

import streamlit as st

from mer_core.errors import MerError
from ui.analyze.blind import refuse_to_explain
from ui.analyze.settings import current_settings
from ui.analyze.working import analysis_of, markers_of, prepared_clip
from ui.explain.checks import checks_card
from ui.explain.evidence import evidence_card
from ui.explain.multiples import multiples_card
from ui.explain.opening import about_movement, choose_first, nothing_to_explain
from ui.explain.pictures import pictures
from ui.explain.report import report_card
from ui.explain.weighs import weighs_card
from ui.explain.why import choices
from ui.frame import begin_page
from ui.state import Source, Visit, current_visit
from ui.widgets import failure_box


@st.fragment
def explanation(visit: Visit, source: Source) -> None:
    """The pictures at the left, at the right what is to be made of them."""
    try:
        settings = current_settings()
        prepared = prepared_clip(visit, source, settings.remove_head_motion)
        analysis = analysis_of(visit, settings, prepared, markers_of(visit, prepared))
    except MerError as error:  # caught here: what leaves a fragment is drawn by Streamlit itself
        nothing_to_explain(str(error))
        return
    failure_box(visit)
    about_movement(analysis)
    with st.container(key="explanation"):
        left, right = st.columns([7, 5], gap="medium")
    with left:
        choice = choices(analysis)
        pictures(visit, analysis, choice)
        weighs_card(visit, analysis, choice.look)
    with right:
        evidence_card(visit, analysis, choice)
        checks_card(visit, analysis, choice)
        multiples_card(visit, settings, analysis)
        report_card(visit, analysis)


with begin_page("Explain"):
    visit = current_visit()
    if visit.source is None:
        choose_first(visit)
    elif visit.is_coding_blind:
        refuse_to_explain()
    else:
        explanation(visit, visit.source)
