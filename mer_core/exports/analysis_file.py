"""The whole analysis as JSON, for programs."""

import json

from mer_core.analysis import Analysis
from mer_core.blind_file import blind_values
from mer_core.coded_events import Coding
from mer_core.coder_agreement import agreement_json
from mer_core.findings import region_motions, what_moved


def analysis_json(analysis: Analysis, decode_ms: float | None = None, coding: Coding | None = None) -> str:
    """The whole analysis as JSON text, as `python -m mer_core analyze --json` prints it.

    Args:
        analysis: what was found.
        decode_ms: time that reading the clip took, where it was measured.
        coding: what a person adds; an own coding that was committed goes into the file.
    """
    values = analysis.to_json()
    values["findings"] = list(what_moved(analysis))
    values["regions"] = [motion.to_json() for motion in region_motions(analysis)]
    if coding is not None and coding.blind is not None and coding.blind.committed:
        agreement = agreement_json(coding.blind, analysis.prepared.candidates, analysis.clip)
        values["coder"] = {**blind_values(coding.blind), "is_blind": coding.blind.is_blind, "agreement": agreement}
    if decode_ms is not None:
        values["timings_ms"]["decode"] = round(decode_ms, 2)
        values["timings_ms"]["total"] = round(values["timings_ms"]["total"] + decode_ms, 2)
    return json.dumps(values, indent=2, allow_nan=False) + "\n"
