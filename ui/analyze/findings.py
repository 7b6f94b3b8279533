"""What moved, what the network calls it, and what this cannot tell, in this order."""

from collections.abc import Callable

import streamlit as st

from mer_core.analysis import Analysis
from mer_core.disclosures import CANNOT_TELL
from mer_core.figures import PLOTLY_CONFIG, probabilities_figure
from mer_core.findings import head_motion_sentence, what_moved
from mer_core.verdict import answer_words, standing, trust_details, trust_phrases
from ui.cached import network_title
from ui.frame import script_of
from ui.theme import is_dark
from ui.widgets import plain

_CANNOT_SAY = ":gray[**Cannot say**]"
_HEAD_HELP = (
    "The shift, turn and change of size that the whole face shares between onset and apex, at the crop's corner, where "
    'it is largest. The switch "Remove head motion" leaves it in.'
)


def what_moved_card(found: Analysis | str) -> None:
    """Draw the sentences about the movement and what was taken for the head's, or why nothing could be measured."""
    with st.container(border=True, key="what_moved"):
        st.header("1 What moved", anchor=False)
        if isinstance(found, Analysis):
            _movement(found)
        else:
            st.error(plain(found), icon=":material/error:")


def verdict_card(
    found: Analysis | str, draw_settings: Callable[[], None], draw_nearby: Callable[[Analysis], None]
) -> None:
    """Draw the network's answer and how far to trust it, or that there is none and why; the settings fold out.

    Args:
        found: the analysis, or why there is none.
        draw_settings: draws the choices.
        draw_nearby: draws, below an answer, whether nearby markings get the same.
    """
    with st.container(border=True, key="verdict"):
        with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
            st.header("2 What the network calls it", anchor=False, width="content")
            with st.popover("Settings", icon=":material/tune:", key="settings"):
                draw_settings()
        if isinstance(found, Analysis):
            _verdict(found)
            if found.prediction.has_answer:
                draw_nearby(found)
            st.page_link(script_of("Explain"), label="Explain", icon=":material/arrow_forward:")
        else:
            st.markdown(_CANNOT_SAY)
            st.caption(plain(found))


def _movement(analysis: Analysis) -> None:
    st.caption("Left and right are the person's own: their left is on the right of the picture.")
    if not analysis.prediction.is_finding:
        st.markdown(":gray[**Too little motion to tell from this clip's noise.**]")
    for sentence in what_moved(analysis):
        st.markdown(plain(sentence))
    st.caption(head_motion_sentence(analysis), help=_HEAD_HELP)


def _verdict(analysis: Analysis) -> None:
    prediction = analysis.prediction
    if not prediction.has_answer:
        st.markdown(_CANNOT_SAY)
    for caution in analysis.cautions:
        st.markdown(f":orange[:material/warning:] {plain(caution)}")
    if prediction.has_answer:
        _answer(analysis)


def _answer(analysis: Analysis) -> None:
    prediction = analysis.prediction
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(f"**{answer_words(prediction)}**", width="content")
        st.caption(f"says {plain(network_title(analysis.checkpoint.name))}", width="content")
        if prediction.reliability is None:
            st.badge(standing(analysis), icon=":material/experiment:", color="orange")
    if phrases := trust_phrases(prediction):
        st.markdown("  \n".join(plain(phrase) for phrase in phrases))
    st.plotly_chart(
        probabilities_figure(prediction, is_dark()),
        theme=None,
        key="probabilities",
        config=PLOTLY_CONFIG,
        alt=", ".join(f"{label} {share:.2f}" for label, share in prediction.probabilities.items()),
    )
    if details := trust_details(prediction):
        st.caption(plain(" ".join(details)))


def cannot_tell_card() -> None:
    """Draw the limits of every result; those of this clip stand beside the clip and the class."""
    with st.container(border=True, key="cannot_tell"):
        st.header("3 What this cannot tell", anchor=False)
        st.markdown("\n".join(f"- {sentence}" for sentence in CANNOT_TELL))
