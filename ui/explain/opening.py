"""How the Explain page begins: with the movement chosen on Analyze, or with the way to one."""

import streamlit as st

from mer_core.analysis import Analysis
from mer_core.findings import interval_sentence
from mer_core.verdict import answer_words
from ui.cached import network_title
from ui.frame import script_of
from ui.state import Visit
from ui.widgets import failure_box, plain, sample_buttons


def choose_first(visit: Visit) -> None:
    """Draw what the page is for and the ways to a clip."""
    st.title("Explain an answer", anchor=False)
    failure_box(visit)
    st.markdown("See which parts of a movement a network used, and check whether that picture can be believed.")
    if sample_buttons(primary="positive"):
        st.rerun()
    st.page_link(script_of("Analyze"), label="Or open your own clip on Analyze", icon=":material/folder_open:")


def nothing_to_explain(reason: str) -> None:
    """Draw why there is no answer to explain, and the way to where that is mended; the clip stays."""
    st.title("Explain an answer", anchor=False)
    st.error(plain(reason), icon=":material/error:")
    st.page_link(script_of("Analyze"), label="Move the markers", icon=":material/arrow_back:")


def about_movement(analysis: Analysis) -> None:
    """Draw which movement is explained, what was answered, and what speaks against believing that."""
    prediction = analysis.prediction
    said = f"**{answer_words(prediction)}**" if prediction.has_answer else ":gray[**cannot say**]"
    with st.container(horizontal=True, vertical_alignment="center", key="explained"):
        st.markdown(
            f"**{plain(analysis.clip.name)}**: {plain(network_title(analysis.checkpoint.name))} says {said}",
            width="content",
        )
        st.caption(plain(interval_sentence(analysis)), width="content")
        st.page_link(script_of("Analyze"), label="Move the markers", icon=":material/arrow_back:", width="content")
    if not prediction.has_answer:
        st.caption("No class is given for this movement; what follows explains a number, not a finding.")
