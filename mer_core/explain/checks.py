"""Whether to believe a picture: every check that applies to it, in a fixed order, in plain words."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from mer_core.analysis import Analysis
from mer_core.explain.agreement import USUAL_ACTION_UNITS, agreement_of_methods, agreement_with_regions
from mer_core.explain.attribution import Attribution, NotPossible
from mer_core.explain.places import area_resized
from mer_core.explain.question import Question
from mer_core.explain.removal import removal_curves
from mer_core.explain.sanity import MaxSensitivity, Randomisation, infidelity, max_sensitivity, randomisation

NUM_CHECKS = 7
# Quick ones that every network allows, to compare a picture with.
_OTHERS = ("input_x_gradient", "saliency")


@dataclass(frozen=True)
class Check:
    """One check: a question and its answer; the sentence is empty where it does not apply to the picture."""

    title: str
    sentence: str


def checks_of(
    analysis: Analysis,
    question: Question,
    found: Attribution,
    picture_of: Callable[[str], Attribution | NotPossible],
) -> Iterator[Check]:
    """The `NUM_CHECKS` checks of a picture, each as soon as it is made; all of them take some seconds.

    Args:
        analysis: whose movement.
        question: what the picture answers.
        found: the picture.
        picture_of: the answer of another method to the same question, by the method's name.
    """
    yield Check("Does it add up?", "" if found.completeness is None else found.completeness.sentence())
    yield Check("Does it depend on what was learnt?", _said(randomisation(question, found)))
    yield Check("Does it carry the answer?", removal_curves(question, found).sentence())
    yield Check("Does it foretell changes?", infidelity(question, found).sentence())
    yield Check("Is it steady?", _said(max_sensitivity(question, found.method.name)))
    others = [picture_of(name) for name in _OTHERS if name != found.method.name]
    pictures = [found, *(other for other in others if isinstance(other, Attribution))]
    yield Check("Do other methods agree?", agreement_of_methods(pictures).sentence())
    yield Check("Does it point at the face's muscles?", _regions(analysis, question, found))


def _regions(analysis: Analysis, question: Question, found: Attribution) -> str:
    units = USUAL_ACTION_UNITS.get(analysis.checkpoint.labels[question.target])
    if units is None or question.masks is None:
        return ""
    strain = area_resized(analysis.motion.strain, question.size)
    return agreement_with_regions(found, strain, question.masks, units).sentence()


def _said(result: Randomisation | MaxSensitivity | NotPossible) -> str:
    return result.reason if isinstance(result, NotPossible) else result.sentence()
