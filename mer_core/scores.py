"""A score with its 95 % interval, and how the field writes both."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Estimate:
    """A score and its 95 % interval, all 0 to 1."""

    value: float
    low: float
    high: float


def as_score(value: float) -> str:
    """A score with three decimals and no zero before the point: ".737", "1.000", "-.012"."""
    text = f"{abs(value):.3f}".removeprefix("0")
    return f"-{text}" if value < 0 and float(text) > 0 else text


def as_interval(estimate: Estimate) -> str:
    """A score and its interval: ".737 (.681 to .790)"."""
    return f"{as_score(estimate.value)} ({as_score(estimate.low)} to {as_score(estimate.high)})"
