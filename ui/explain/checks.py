"""Whether to believe a picture: checks in plain words, made on demand because they take some seconds."""

from collections.abc import Iterator

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from mer_core.analysis import Analysis
from mer_core.explain.attribution import NotPossible
from mer_core.explain.checks import NUM_CHECKS, Check, checks_of
from ui.explain.why import Choice, attribution_of, question_of
from ui.state import Visit
from ui.widgets import plain, progress_box


def checks_card(visit: Visit, analysis: Analysis, choice: Choice) -> None:
    """Draw the checks of the chosen method's picture, or the button that starts them."""
    with st.container(border=True, key="checks"):
        st.header("Whether to believe the picture", anchor=False)
        found = attribution_of(visit, analysis, choice.method, choice.target)
        if isinstance(found, NotPossible):
            st.caption("There is no picture to check.")
            return
        kind = ("checks", choice.method, choice.target)
        place = st.empty()
        if kind not in visit.drawn:
            if not place.button(f"Check {found.method.title}", key="check", icon=":material/fact_check:"):
                st.caption("Takes some seconds. A convincing picture can be wrong; most methods fail some check.")
                return
            question = question_of(visit, analysis, choice.target)
            checks = checks_of(
                analysis, question, found, lambda name: attribution_of(visit, analysis, name, choice.target)
            )
            visit.drawn[kind] = _made(place, checks)
        for check in visit.drawn[kind]:
            st.markdown(f"**{check.title}** {plain(check.sentence)}")


def _made(place: DeltaGenerator, checks: Iterator[Check]) -> list[Check]:
    made = []
    with progress_box(place, "Checking") as tell:
        for check in checks:
            made.append(check)
            tell(f"{len(made)} of {NUM_CHECKS} checks made", len(made) / NUM_CHECKS)
    return [check for check in made if check.sentence]
