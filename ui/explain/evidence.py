"""Region by region: how it moved, which action units that is consistent with, how much of the picture lies there."""

import streamlit as st

from mer_core.analysis import Analysis
from mer_core.explain.attribution import Attribution
from mer_core.explain.au_evidence import (
    RegionEvidence,
    asymmetries,
    au_evidence,
    evidence_sentences,
    likeliest_units,
    named_unit,
)
from mer_core.explain.au_priors import NOT_EMOTIONS, counts_sentence
from ui.explain.why import Choice, attribution_of
from ui.state import Visit
from ui.widgets import plain

_MOST_SENTENCES = 2  # the table holds the rest


def evidence_card(visit: Visit, analysis: Analysis, choice: Choice) -> None:
    """Draw the table, what differs between the sides, and the laboratory's counts as context."""
    found = attribution_of(visit, analysis, choice.method, choice.target)
    evidence = au_evidence(analysis, found.importance if isinstance(found, Attribution) else None)
    moving = [one for one in evidence if one.motion.is_above_noise]
    with st.container(border=True, key="evidence"):
        st.header("Which action units fit the movement", anchor=False)
        if not moving:
            st.markdown(":gray[**Nothing moved beyond this clip's noise.**]")
            return
        for sentence in evidence_sentences(moving)[:_MOST_SENTENCES]:
            st.markdown(plain(sentence))
        st.table(_columns(moving), border="horizontal", hide_index=True)
        for asymmetry in asymmetries(moving):
            st.caption(plain(asymmetry.sentence()))
        _context(moving)


def _columns(moving: list[RegionEvidence]) -> dict[str, list[str]]:
    rows = [_row(one) for one in moving]
    return {name: [row[name] for row in rows] for name in rows[0]}


def _row(one: RegionEvidence) -> dict[str, str]:
    row = {
        "Region": one.region.label,
        "Moved": f"{one.motion.px:.1f} px {one.motion.direction}",
        "Fits": ", ".join(one.units) or "none listed",
        "Strain": f"{one.motion.strain:.3f}",
    }
    if one.attribution is not None:
        row["Of the picture"] = f"{one.attribution:.0%}"
    return row


def _context(moving: list[RegionEvidence]) -> None:
    with st.expander("What laboratories counted"):
        st.caption(NOT_EMOTIONS)
        for unit in likeliest_units(moving):
            st.markdown(f"**{named_unit(unit)}**: {plain(counts_sentence(unit))}")
