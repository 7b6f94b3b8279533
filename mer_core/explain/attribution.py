"""Attribution: how much each place and channel of the motion had to do with one class."""

from dataclasses import dataclass

import numpy as np

from mer_core.explain.baselines import Baseline
from mer_core.explain.captum_calls import CALLS, Pictured
from mer_core.explain.completeness import Completeness
from mer_core.explain.methods import Meaning, Method, method_of
from mer_core.explain.question import Question
from mer_core.explain.suitability import why_not
from mer_core.stopwatch import Stopwatch

ALL_CHANNELS = "all channels"


@dataclass(frozen=True, eq=False)
class Attribution:
    """One picture of why.

    Attributes:
        method: how it was made.
        values: float32 (K, S, S), signed; what a value is, `method.meaning` says.
        channels: name of each plane; one, `ALL_CHANNELS`, where the method cannot tell the channels apart.
        target: index of the class.
        baseline: what it compares with; None where the method compares with nothing.
        completeness: whether the values add up; None where they are not meant to.
        notes: plain sentences on how far to trust this picture.
        milliseconds: what it took.
    """

    method: Method
    values: np.ndarray
    channels: tuple[str, ...]
    target: int
    baseline: Baseline | None
    completeness: Completeness | None
    notes: tuple[str, ...]
    milliseconds: float

    @property
    def importance(self) -> np.ndarray:
        """How much each place matters, whichever way; float32 (S, S), the sum of sizes over channels."""
        return np.abs(self.values).sum(axis=0)

    @property
    def ranking(self) -> np.ndarray:
        """By what places are ordered, most for the class first; float32 (S, S).

        The sum over channels; of sizes where a sign is no vote (see `Meaning.SENSITIVITY`).
        """
        return self.values.sum(axis=0) if self.method.is_signed else self.importance


@dataclass(frozen=True)
class NotPossible:
    """Why a method cannot explain this network; `reason` is a plain sentence."""

    method: Method
    reason: str


def attribute(question: Question, method: str) -> Attribution | NotPossible:
    """The picture of one method, or why there is none.

    The same question has the same answer, also when several threads ask about one network, which is left as it was
    whatever happens.

    Args:
        question: network, input, class and baseline.
        method: a name of `mer_core.explain.methods.METHODS`.

    Raises:
        MerError: there is no such method or class.
    """
    chosen = method_of(method)
    stopwatch = Stopwatch()
    with stopwatch.step("attribution"):
        network = question.private_network()
        reason = why_not(chosen, question, network)
        if reason is not None:
            return NotPossible(chosen, reason)
        pictured = CALLS[method](network, question)
    return _attribution(question, chosen, pictured, stopwatch.milliseconds["attribution"])


def _attribution(question: Question, method: Method, pictured: Pictured, milliseconds: float) -> Attribution:
    values = pictured.values[0].detach().numpy().astype(np.float32)
    completeness = None
    if method.meaning is Meaning.CONTRIBUTION:
        completeness = Completeness(pictured.expected, float(values.sum(dtype=np.float64)))
    notes = [question.note, pictured.note]
    if not values.any():
        notes.append("The picture is empty: the method finds nothing that speaks for this class.")
    if completeness is not None and not completeness.holds:
        notes.append(completeness.sentence())
    if method.uses_baseline:
        notes.append(question.baseline.note)
    return Attribution(
        method=method,
        values=values,
        channels=question.channels if len(values) == len(question.channels) else (ALL_CHANNELS,),
        target=question.target,
        baseline=question.baseline if method.uses_baseline else None,
        completeness=completeness,
        notes=tuple(note for note in notes if note),
        milliseconds=milliseconds,
    )
