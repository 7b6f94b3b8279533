"""The part of a report about the coder's own markers and action units, beside the machine's."""

from mer_core.analysis import Analysis
from mer_core.blind_coding import BlindCoding
from mer_core.coder_agreement import has_markers, marker_agreement, unit_agreement
from mer_core.coder_words import (
    NO_CODING,
    committed_sentence,
    marker_rows,
    overlap_sentence,
    proposal_sentence,
    ratio_sentence,
    standing_words,
    unit_sentences,
)
from mer_core.explain.au_evidence import au_evidence
from mer_core.report.contents import CoderBeside


def coder_beside(analysis: Analysis, coding: BlindCoding | None) -> CoderBeside | None:
    """What was committed beside what was proposed and measured; None where nothing was committed."""
    if coding is None or coding.interval is None:
        return None
    clip, proposals = analysis.clip, analysis.prepared.candidates
    markers = marker_agreement(coding.interval, proposals)
    units = unit_agreement(coding.sheet, au_evidence(analysis))
    about_markers = (proposal_sentence(markers, clip, proposals[0].apex, len(proposals)), overlap_sentence(markers))
    sentences = (*(about_markers if has_markers(clip) else ()), ratio_sentence(units))
    return CoderBeside(
        standing=standing_words(coding),
        committed=committed_sentence(coding),
        markers=tuple(marker_rows(markers, clip)) if has_markers(clip) else (),
        units=tuple(unit_sentences(units)),
        agreement=tuple(sentence for sentence in sentences if sentence),
        reservation=NO_CODING,
    )
