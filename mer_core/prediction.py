"""What a network calls a motion, with all that is known of how far to trust it."""

from dataclasses import dataclass
from typing import Any, NamedTuple

from mer_core.reliability.known_motion import Familiarity
from mer_core.reliability.reliability import Reliability


class Agreement(NamedTuple):
    """How many of how many networks give the same answer."""

    same: int
    of: int


@dataclass(frozen=True)
class Prediction:
    """What the network calls the motion.

    Attributes:
        label: the most probable class.
        probabilities: class name to probability, in the network's order; calibrated only where `reliability` is known,
            and then approximately.
        is_finding: False when the motion is at noise level; the class then describes noise and must not be shown.
        answers: the classes that the answer leaves open, most probable first; empty where `reliability` is unknown.
        agreement: how many of the ensemble's networks give `label`; None for a single network.
        familiarity: how the motion compares with the laboratory's; None where unknown.
        reliability: what was measured on people left out; None where nothing was, or where the motion was measured
            otherwise than the network was trained on, so that it would not hold.
    """

    label: str
    probabilities: dict[str, float]
    is_finding: bool
    answers: tuple[str, ...] = ()
    agreement: Agreement | None = None
    familiarity: Familiarity | None = None
    reliability: Reliability | None = None

    @property
    def is_strange(self) -> bool:
        """Whether the motion is so unlike the laboratory's that the class means nothing."""
        return self.familiarity is not None and self.familiarity.is_strange

    @property
    def has_answer(self) -> bool:
        """Whether a class may be shown: the motion is above noise and not too strange."""
        return self.is_finding and not self.is_strange

    @property
    def approximation(self) -> str | None:
        """Why the reliability is approximate for this answer; None without one."""
        return None if self.reliability is None else self.reliability.approximation(self.agreement is not None)

    def to_json(self) -> dict[str, Any]:
        """Plain values; no class where none may be shown."""
        return {
            "label": self.label if self.has_answer else None,
            "answers": list(self.answers) if self.has_answer else [],
            "cannot_say": self._why_not(),
            "probabilities": {name: round(value, 6) for name, value in self.probabilities.items()},
            "validated": self.reliability is not None,
            "calibrated": "no" if self.reliability is None else "approximately",
            "approximation": self.approximation,
            "agreement": None if self.agreement is None else self.agreement._asdict(),
            "record": self._record_to_json(),
            "familiarity": None if self.familiarity is None else self.familiarity.to_json(),
        }

    def _why_not(self) -> str | None:
        if not self.is_finding:
            return "noise"
        return "unlike the laboratory clips" if self.is_strange else None

    def _record_to_json(self) -> dict[str, Any] | None:
        if self.reliability is None or not self.has_answer:
            return None
        record, sets = self.reliability.record, self.reliability.sets
        found, said = record.found(self.label), record.said(self.label)
        return {
            "label": self.label,
            "found": found._asdict(),
            "said": said._asdict(),
            "set_coverage": {"target": sets.target, "measured": sets.coverage.value},
        }
