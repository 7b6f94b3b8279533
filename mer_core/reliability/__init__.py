"""How far an answer may be trusted: what was measured on people left out, and how unlike them a clip is."""

from mer_core.reliability.answer_sets import AnswerSets
from mer_core.reliability.calibration import Calibration
from mer_core.reliability.known_motion import Familiarity, KnownMotion
from mer_core.reliability.record import Baseline, Record, Tally
from mer_core.reliability.reliability import Reliability, read_reliability, write_reliability

__all__ = [
    "AnswerSets",
    "Baseline",
    "Calibration",
    "Familiarity",
    "KnownMotion",
    "Record",
    "Reliability",
    "Tally",
    "read_reliability",
    "write_reliability",
]
