"""How sure a network may sound: one temperature that makes its probabilities as right as they claim to be."""

from dataclasses import dataclass

import torch


@dataclass(frozen=True)
class Calibration:
    """A temperature and what it is worth.

    Source: Guo et al., 2017 (arXiv 1706.04599). Departure: the calibration error is taken over bins of equal numbers of
    clips, since bins of equal width stay nearly empty with a few hundred.

    Attributes:
        temperature: logits are divided by it before the softmax; above 1 where the network is too sure of itself.
            Fitted on all people; the figures below come from temperatures fitted without the person they are scored on.
        ece_before: expected calibration error of the network as it is, 0 to 1.
        ece_after: the same with the temperature.
        ece_of_perfect: what even a perfectly calibrated network would show on so few clips.
        nll_before: mean negative logarithm of the true class's probability, without the temperature.
        nll_after: the same with it.

    Raises:
        ValueError: the temperature is not a positive number.
    """

    temperature: float
    ece_before: float
    ece_after: float
    ece_of_perfect: float
    nll_before: float
    nll_after: float

    def __post_init__(self) -> None:
        if not 0 < self.temperature < float("inf"):
            raise ValueError(f"the temperature must be a positive number, got {self.temperature}")

    def probabilities(self, logits: torch.Tensor) -> torch.Tensor:
        """Softmax of logits (..., C) over the temperature; float32 (..., C), summing to 1."""
        return (logits / self.temperature).softmax(dim=-1)
