"""Whether to believe a picture: checks in plain words, made on demand because they take some seconds."""

from collections.abc import Iterator

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from mer_core.analysis import Analysis
from mer_core.explain.agreement import USUAL_ACTION_UNITS, agreement_of_methods, agreement_with_regions
from mer_core.explain.attribution import Attribution, NotPossible
from mer_core.explain.places import area_resized
from mer_core.explain.question import Question
from mer_core.explain.removal import removal_curves
from mer_core.explain.sanity import MaxSensitivity, Randomisation, infidelity, max_sensitivity, randomisation
from ui.explain.why import Choice, attribution_of, question_of
from ui.state import Visit
from ui.widgets import plain, progress_box

# Quick ones that every network allows, to compare the chosen picture with.
_OTHERS = ("input_x_gradient", "saliency")
_NUM_CHECKS = 7

# A title and a sentence; no sentence where the check does not apply.
Check = tuple[str, str]


def checks_card(visit: Visit, analysis: Analysis, choice: Choice) -> None:
    """Draw the checks of the chosen method's picture, or the button that starts them."""
    with st.container(border=True, key="checks"):
        st.subheader("2 Whether to believe the picture", anchor=False)
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
            visit.drawn[kind] = _made(place, _checks(visit, analysis, found, choice))
        for title, sentence in visit.drawn[kind]:
            st.markdown(f"**{title}.** {plain(sentence)}")


def _made(place: DeltaGenerator, checks: Iterator[Check]) -> list[Check]:
    made = []
    with progress_box(place, "Checking") as tell:
        for check in checks:
            made.append(check)
            tell(f"{len(made)} of {_NUM_CHECKS} checks made", len(made) / _NUM_CHECKS)
    return [check for check in made if check[1]]


def _checks(visit: Visit, analysis: Analysis, found: Attribution, choice: Choice) -> Iterator[Check]:
    question = question_of(visit, analysis, choice.target)
    yield "Adds up", "" if found.completeness is None else found.completeness.sentence()
    yield "Depends on what was learnt", _said(randomisation(question, found))
    yield "Carries the answer", removal_curves(question, found).sentence()
    yield "Foretells changes", infidelity(question, found).sentence()
    yield "Steady", _said(max_sensitivity(question, choice.method))
    others = [attribution_of(visit, analysis, name, choice.target) for name in _OTHERS if name != choice.method]
    pictures = [found, *(other for other in others if isinstance(other, Attribution))]
    yield "Agrees with other methods", agreement_of_methods(pictures).sentence()
    yield "Points at the face's muscles", _regions(question, found, analysis, choice.target)


def _regions(question: Question, found: Attribution, analysis: Analysis, target: str) -> str:
    units = USUAL_ACTION_UNITS.get(target)
    if units is None or question.masks is None:
        return ""
    strain = area_resized(analysis.motion.strain, question.size)
    return agreement_with_regions(found, strain, question.masks, units).sentence()


def _said(result: Randomisation | MaxSensitivity | NotPossible) -> str:
    return result.reason if isinstance(result, NotPossible) else result.sentence()
