"""You and the machine: a committed coding beside what was proposed and measured."""

import streamlit as st

from mer_core.analysis import PreparedClip
from mer_core.blind_coding import BlindCoding
from mer_core.coder_agreement import MarkerAgreement, marker_agreement, unit_agreement
from mer_core.coder_words import (
    NO_CODING,
    committed_sentence,
    marker_rows,
    overlap_sentence,
    proposal_sentence,
    ratio_sentence,
    standing_words,
    unit_sentences,
)
from mer_core.errors import MerError
from mer_core.explain.au_evidence import au_evidence
from mer_core.interval import Interval, with_markers
from ui.analyze.settings import Settings
from ui.analyze.working import analysis_of_proposal, starting_interval
from ui.state import Source, Visit
from ui.widgets import plain

_HEADS = ("Marker", "You", "Machine", "Yours is")


def comparison_card(visit: Visit, source: Source, prepared: PreparedClip, settings: Settings) -> None:
    """Draw the coder's markers and action units beside the machine's, and how far they agree."""
    coding = visit.blind
    if coding is None or coding.interval is None:
        return
    with st.container(border=True, key="comparison"):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.header("You and the machine", anchor=False, width="content")
            st.badge(standing_words(coding), color="green" if coding.is_blind else "orange")
        st.caption(plain(committed_sentence(coding)))
        machine = starting_interval(source, prepared)
        if not source.is_pair:
            agreement = marker_agreement(coding.interval, prepared.candidates)
            machine = agreement.machine
            _markers(agreement, prepared)
        _units(visit, settings, prepared, coding, machine)
        if not source.is_pair:
            own = coding.interval
            _to_own_markers(visit, with_markers(machine, own.onset, own.apex, coding.offset))


def _markers(agreement: MarkerAgreement, prepared: PreparedClip) -> None:
    clip, proposals = prepared.clip, prepared.candidates
    columns = zip(*marker_rows(agreement, clip), strict=True)
    st.table(dict(zip(_HEADS, map(list, columns), strict=True)), border="horizontal", hide_index=True)
    if compared := proposal_sentence(agreement, clip, proposals[0].apex, len(proposals)):
        st.markdown(plain(compared))
    st.markdown(plain(overlap_sentence(agreement)))


def _units(visit: Visit, settings: Settings, prepared: PreparedClip, coding: BlindCoding, machine: Interval) -> None:
    try:
        analysis = analysis_of_proposal(visit, settings, prepared, machine)
    except MerError as error:
        st.error(plain(str(error)), icon=":material/error:")
        return
    agreement = unit_agreement(coding.sheet, au_evidence(analysis))
    st.markdown("**Action units.** Yours, beside the motion measured from the machine's onset to its apex:")
    st.markdown("\n".join(f"- {plain(sentence)}" for sentence in unit_sentences(agreement)))
    if ratio := ratio_sentence(agreement):
        st.markdown(plain(ratio))
    st.caption(plain(NO_CODING))


def _to_own_markers(visit: Visit, own: Interval) -> None:
    st.button(
        "Measure between my markers",
        key="to_own_markers",
        icon=":material/straighten:",
        type="tertiary",
        on_click=visit.mark,
        args=(own,),
        disabled=visit.interval == own,
        help="Puts your markers into the deck. What you committed stays as it is; markers moved from now on are not "
        "blind. Undo takes it back.",
    )
