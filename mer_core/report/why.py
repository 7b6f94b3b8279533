"""What a report says of why: pictures of attribution beside the control, their checks, and what the network weighs."""

from collections.abc import Callable

import numpy as np
import torch

from mer_core.analysis import Analysis
from mer_core.drawing.explain_views import Look, attention_picture, attribution_picture, strain_control_picture
from mer_core.explain.agreement import LOOKS_LIKE_THE_CONTROL
from mer_core.explain.attribution import Attribution, NotPossible, attribute
from mer_core.explain.checks import NUM_CHECKS, checks_of
from mer_core.explain.gates import AttentionView, Kind, attention_of
from mer_core.explain.question import Question, question_about
from mer_core.report.contents import Explanation, Fact, Picture
from mer_core.report.embedding import photo

# The first is split up and checked. The second is of another kind, so that agreement says something.
FIRST_METHOD, SECOND_METHOD = "integrated_gradients", "occlusion"
_CHANNELS = {"u": "sideways motion (u)", "v": "motion up and down (v)", "strain": "strain"}
_LARGE, _SMALL = Look(strength=0.9, side=400, dark=False), Look(strength=0.9, side=300, dark=False)
_MOST_WEIGHED = 4

Tell = Callable[[str, float], None]


class Explaining:
    """The pictures that answer one question, each made once."""

    def __init__(self, analysis: Analysis) -> None:
        self.analysis = analysis
        self.question: Question = question_about(analysis)
        self._made: dict[str, Attribution | NotPossible] = {}

    def picture(self, method: str) -> Attribution | NotPossible:
        """The answer of one method."""
        if method not in self._made:
            self._made[method] = attribute(self.question, method)
        return self._made[method]

    @property
    def said_once(self) -> tuple[str, str]:
        """What is explained and compared with, which holds for every picture."""
        return self.question.note, self.question.baseline.note

    @property
    def importance(self) -> np.ndarray | None:
        """How much each place mattered by the first method; None where that is not possible."""
        first = self.picture(FIRST_METHOD)
        return first.importance if isinstance(first, Attribution) else None


def explanation(explaining: Explaining, tell: Tell) -> Explanation:
    """All that explains the answer; takes some seconds, mostly for the checks.

    Args:
        explaining: the question.
        tell: told what is being done, and the finished share of it, 0 to 1.
    """
    analysis = explaining.analysis
    tell("Asking what the answer rests on", 0.0)
    first = explaining.picture(FIRST_METHOD)
    pictures = [_shown(explaining, method) for method in (FIRST_METHOD, SECOND_METHOD)]
    weighs, weighed = _weighed(analysis)
    return Explanation(
        target=analysis.checkpoint.labels[explaining.question.target],
        note=" ".join(explaining.said_once).strip(),
        pictures=(*(picture for picture in pictures if picture is not None), _control(analysis)),
        method=first.method.title,
        channels=_channels(analysis, first),
        checks=_checks(explaining, first, tell),
        weighs=weighs,
        weighed=weighed,
    )


def _shown(explaining: Explaining, method: str) -> Picture | None:
    found, analysis = explaining.picture(method), explaining.analysis
    if isinstance(found, NotPossible):
        return None
    notes = [note for note in found.notes if note not in explaining.said_once]
    return photo(
        attribution_picture(analysis, found, None, _LARGE),
        f"{found.method.title} for {analysis.checkpoint.labels[found.target]}, in colours on the face at the onset",
        " ".join([f"{found.method.title}. {found.method.sentence}", *notes]),
    )


def _control(analysis: Analysis) -> Picture:
    return photo(
        strain_control_picture(analysis, _LARGE),
        "Strain of the skin by itself, in colours on the face at the onset",
        f"Control: the strain by itself, in which no network has a say. {LOOKS_LIKE_THE_CONTROL}",
    )


def _channels(analysis: Analysis, found: Attribution | NotPossible) -> tuple[Picture, ...]:
    if isinstance(found, NotPossible) or len(found.channels) < 2:
        return ()
    return tuple(
        photo(
            attribution_picture(analysis, found, channel, _SMALL),
            f"{found.method.title}, {_CHANNELS.get(channel, channel)} alone, on the face at the onset",
            f"Of {_CHANNELS.get(channel, channel)}",
        )
        for channel in found.channels
    )


def _checks(explaining: Explaining, found: Attribution | NotPossible, tell: Tell) -> tuple[Fact, ...]:
    if isinstance(found, NotPossible):
        return ()
    made = []
    for check in checks_of(explaining.analysis, explaining.question, found, explaining.picture):
        made.append(check)
        tell(f"Checking the picture, {len(made)} of {NUM_CHECKS}", len(made) / NUM_CHECKS)
    return tuple(Fact(check.title, check.sentence) for check in made if check.sentence)


def _weighed(analysis: Analysis) -> tuple[str, tuple[Picture, ...]]:
    """What kind of attention the network has, and one picture of each of its layers."""
    views = attention_of(analysis.checkpoint.model, torch.from_numpy(analysis.network_input))
    # Single heads and channels are for the screen, where one can be chosen; here they would be pages.
    whole = [view for view in views.attention if view.kind is not Kind.CHANNEL_GATE and len(view.maps) == 1]
    return views.statement, tuple(_attention(analysis, view) for view in whole[:_MOST_WEIGHED])


def _attention(analysis: Analysis, view: AttentionView) -> Picture:
    return photo(
        attention_picture(analysis, view, 0, _SMALL),
        f"{view.title}, on the face at the onset",
        f"{view.title}: {view.kind.value.split(':')[0]}",
    )
