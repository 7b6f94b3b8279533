"""From an analysis to everything its report says."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import datetime

import torch

from mer_core.analysis import Analysis
from mer_core.clip_sources.limits import shown
from mer_core.coded_events import Coding
from mer_core.disclosures import TAGLINE
from mer_core.explain.stability import Stability, stability
from mer_core.predictor import Predictor
from mer_core.quality import recording_quality
from mer_core.report.category import limits, verdict
from mer_core.report.coder import coder_beside
from mer_core.report.contents import About, Contents, Explanation, Fact
from mer_core.report.methods import methods
from mer_core.report.movement import action_units, movement
from mer_core.report.provenance import record
from mer_core.report.why import Explaining, Tell, explanation
from mer_core.stopwatch import Stopwatch

_EXPLAINED = 0.85  # share of the time that explaining takes


def gather(analysis: Analysis, coding: Coding, made: datetime, tell: Tell) -> Contents:
    """Everything the report says; where there is no answer, nothing about why.

    Args:
        analysis: what was found.
        coding: what a person adds.
        made: when, UTC.
        tell: told what is being done and the finished share, 0 to 1.
    """
    stopwatch = Stopwatch()
    explained: Explanation | None = None
    nearby: Stability | None = None
    importance = None
    if analysis.prediction.has_answer:
        with stopwatch.step("Explaining"), _one_thread(), ThreadPoolExecutor(1) as beside:
            # The checks keep one core busy; nearby markings go beside them.
            asked = beside.submit(stability, Predictor(analysis.checkpoint), analysis)
            explaining = Explaining(analysis)
            explained = explanation(explaining, lambda text, share: tell(text, _EXPLAINED * share))
            tell("Asking about nearby markings", _EXPLAINED)
            nearby, importance = asked.result(), explaining.importance
    with stopwatch.step("Drawing"):
        tell("Drawing", 0.95)
        moved = movement(analysis)
        units = action_units(analysis, importance)
    return Contents(
        about=_about(analysis, coding, made),
        movement=moved,
        verdict=verdict(analysis, nearby),
        limits=limits(analysis),
        units=units,
        coder=coder_beside(analysis, coding.blind),
        explanation=explained,
        methods=methods(analysis),
        record=record(analysis, stopwatch.milliseconds),
    )


@contextmanager
def _one_thread() -> Iterator[None]:
    """Keeps each network to one thread: on a busy machine two of them wait for each other, 20 times as long."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)


def _about(analysis: Analysis, coding: Coding, made: datetime) -> About:
    clip = analysis.clip
    people = [Fact(name, value) for name, value in (("Subject", coding.subject), ("Coder", coding.coder)) if value]
    duration = "" if clip.duration_ms is None else f", {clip.duration_ms:.0f} ms"
    return About(
        clip=shown(clip.name),
        facts=(
            *people,
            Fact("Clip", f"{clip.num_frames} frames of {clip.width} x {clip.height} px{duration}"),
            *(Fact(fact.name.capitalize(), fact.consequence) for fact in recording_quality(analysis.prepared)),
        ),
        notes=coding.notes,
        made=f"{made:%Y-%m-%d %H:%M} UTC",
        tagline=TAGLINE,
    )
