"""What a report says of the network's category, and what it cannot tell."""

import numpy as np

from mer_core.analysis import Analysis
from mer_core.colours import class_colour, class_shape
from mer_core.disclosures import CANNOT_TELL, LEARNT_FROM, NOT_FOR_DECISIONS
from mer_core.explain.stability import Stability
from mer_core.report.contents import Bar, Limits, Nearby, Sign, Verdict
from mer_core.verdict import answer_words, standing, trust_details, trust_phrases


def verdict(analysis: Analysis, stability: Stability | None) -> Verdict:
    """The answer with its record, or why there is none; without an answer no class is named anywhere in it."""
    prediction, network = analysis.prediction, analysis.checkpoint.title
    if not prediction.has_answer:
        return Verdict("", network, "", analysis.cautions, (), (), (), "", None)
    is_calibrated = prediction.reliability is not None
    return Verdict(
        answer=answer_words(prediction),
        network=network,
        standing="" if is_calibrated else standing(analysis),
        cautions=analysis.cautions,
        phrases=trust_phrases(prediction),
        details=trust_details(prediction),
        bars=tuple(
            Bar(label, share, class_colour(label), class_shape(label))
            for label, share in prediction.probabilities.items()
        ),
        bars_meaning="approximately calibrated" if is_calibrated else "the network's output, not calibrated",
        nearby=None if stability is None else _nearby(stability, analysis.clip.timestamps_ms),
    )


def limits(analysis: Analysis) -> Limits:
    """What neither this report nor any other can tell, and what speaks against this clip."""
    return Limits(CANNOT_TELL, analysis.warnings, LEARNT_FROM, NOT_FOR_DECISIONS)


def _nearby(stability: Stability, times_ms: np.ndarray | None) -> Nearby:
    apexes = sorted({marking.apex for marking in stability.markings})
    onsets = sorted({marking.onset for marking in stability.markings})
    chosen = (stability.onset, stability.apex)
    signs = tuple(
        Sign(
            column=apexes.index(marking.apex),
            row=onsets.index(marking.onset),
            label=marking.label,
            colour=class_colour(marking.label),
            shape=class_shape(marking.label),
            is_chosen=(marking.onset, marking.apex) == chosen,
        )
        for marking in stability.markings
    )
    unit = "frame" if times_ms is None else "ms"
    columns, rows = (tuple(_moment(frame, times_ms) for frame in frames) for frames in (apexes, onsets))
    return Nearby(stability.sentence(), signs, columns, rows, unit)


def _moment(frame: int, times_ms: np.ndarray | None) -> str:
    return str(frame) if times_ms is None else f"{times_ms[frame]:.0f}"
