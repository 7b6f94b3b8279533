"""Whether contributions add up to what they explain."""

from dataclasses import dataclass

TOLERANCE = 0.05
"""Above this share of the difference, what does not add up is reported beside the picture."""


@dataclass(frozen=True)
class Completeness:
    """What contributions should add up to, and what they do.

    Attributes:
        expected: logit of the class for the input less that for no motion.
        attributed: sum of all contributions.
    """

    expected: float
    attributed: float

    @property
    def error(self) -> float:
        """How much is missing or too much, as a share of the difference; infinite where there is no difference."""
        off = abs(self.attributed - self.expected)
        return off / abs(self.expected) if self.expected else (float("inf") if off else 0.0)

    @property
    def holds(self) -> bool:
        """Whether the error is within `TOLERANCE`."""
        return self.error <= TOLERANCE

    def sentence(self) -> str:
        """What it means, in plain words."""
        if self.error == float("inf"):
            return "This movement does not change the network's score for the class, so there is nothing to divide up."
        if self.holds:
            return f"The values add up to what the movement changes in the network's score, within {self.error:.1%}."
        return (
            f"The values do not add up: they are off by {self.error:.0%} of what the movement changes in the network's "
            "score. Read the picture as a rough one."
        )
