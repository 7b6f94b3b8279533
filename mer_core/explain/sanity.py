"""How far to trust a picture: does it account for the answer, is it stable, does it depend on what was learnt?

Each check returns numbers with a `sentence()` for people who do not read such numbers. See also `completeness.py`,
`removal.py` and `agreement.py`.
"""

from dataclasses import dataclass, replace
from statistics import median

import numpy as np
import torch
from scipy.stats import spearmanr

from mer_core.explain.attribution import Attribution, NotPossible, attribute
from mer_core.explain.methods import Meaning
from mer_core.explain.places import GRID, cells
from mer_core.explain.question import Question
from mer_core.explain.random_weights import with_random_weights

_RADIUS = 0.02  # of each channel's own range
SAME_PICTURE_FROM = 0.5
"""Rank correlation from which two pictures count as much the same."""


@dataclass(frozen=True)
class Infidelity:
    """Whether the values predict what happens when places are made to rest.

    Attributes:
        value: mean squared difference of prediction and change of the logit (Yeh et al., 2019, arXiv:1901.09392).
        unexplained: share of the variance of the change, over which places rest, that the prediction leaves; 0 if it
            foretells them perfectly (up to scale), 1 if not at all or with the wrong sign; None where resting places
            change nothing. The mean change is taken off: any positive picture gets that right (97 % of the squares).
    """

    value: float
    unexplained: float | None

    def sentence(self) -> str:
        """What it means, in plain words."""
        if self.unexplained is None:
            return "Making places of the face rest does not change the answer, so the picture cannot be checked so."
        return (
            f"When random places of the face are made to rest, the picture foretells {1 - self.unexplained:.0%} of how "
            "the answer differs with which places rest."
        )


def infidelity(question: Question, attribution: Attribution, num_draws: int = 50) -> Infidelity:
    """Whether the values predict the change of the logit when random halves of the grid's cells are set to no motion.

    For contributions and effects the prediction is the sum of the values at those places; for sensitivities each is
    multiplied by how far the input there lies from no motion.
    """
    generator = torch.Generator().manual_seed(question.seed)
    chosen = (torch.rand((num_draws, GRID**2), generator=generator) < 0.5).float()
    resting = chosen[:, torch.from_numpy(cells(question.size))][:, None]
    difference = question.inputs - question.baselines
    logits = _logits(question, torch.cat([question.inputs, question.inputs - resting * difference]))
    change = (logits[0] - logits[1:]).double().numpy()
    values = torch.from_numpy(attribution.values)[None]
    step = difference if attribution.method.meaning is Meaning.SENSITIVITY else torch.ones_like(values)
    foretold = (resting * step * values).sum(dim=(1, 2, 3)).double().numpy()
    return Infidelity(float(np.mean((foretold - change) ** 2)), _unexplained(foretold, change))


def _unexplained(foretold: np.ndarray, change: np.ndarray) -> float | None:
    if np.ptp(change) == 0:
        return None
    if np.ptp(foretold) == 0:
        return 1.0
    return 1 - max(0.0, float(np.corrcoef(foretold, change)[0, 1])) ** 2


@dataclass(frozen=True)
class MaxSensitivity:
    """How much the picture changes when the input hardly does (Yeh et al., 2019, arXiv:1901.09392).

    Attributes:
        value: largest change of the picture, as a share of its own size.
        radius: largest change of the input, as a share of each channel's range.
    """

    value: float
    radius: float

    def sentence(self) -> str:
        """What it means, in plain words."""
        steadiness = "steady" if self.value <= 0.5 else "unsteady: do not read its details"
        return (
            f"Changing the movement by at most {self.radius:.0%} changes the picture by at most {self.value:.0%}; "
            f"it is {steadiness}."
        )


def max_sensitivity(question: Question, method: str, num_draws: int = 10) -> MaxSensitivity | NotPossible:
    """How much a method's picture changes when noise of 2 % of each channel's range is added to the input.

    Raises:
        MerError: there is no such method or class.
    """
    original = attribute(question, method)
    if isinstance(original, NotPossible):
        return original
    generator = torch.Generator().manual_seed(question.seed)
    maps = question.network_input
    radius = _RADIUS * (maps.amax(dim=(1, 2), keepdim=True) - maps.amin(dim=(1, 2), keepdim=True))
    largest = 0.0
    for _ in range(num_draws):
        noise = radius * (2 * torch.rand(maps.shape, generator=generator) - 1)
        changed = attribute(replace(question, network_input=maps + noise), method)
        if isinstance(changed, NotPossible):
            return changed
        largest = max(largest, float(np.linalg.norm(changed.values - original.values)))
    size = float(np.linalg.norm(original.values))
    return MaxSensitivity(largest / size if size else 0.0, _RADIUS)


@dataclass(frozen=True)
class Randomisation:
    """Whether the picture depends on what the network learnt (Adebayo et al., 2018, arXiv:1810.03292).

    Attributes:
        correlation: Spearman's of the sizes of the values, trained weights against random ones, median over the
            draws of these; None where the pictures are the same everywhere.
    """

    correlation: float | None

    @property
    def passes(self) -> bool:
        """Whether the pictures differ: a correlation below `SAME_PICTURE_FROM`."""
        return self.correlation is not None and self.correlation < SAME_PICTURE_FROM

    def sentence(self) -> str:
        """What it means, in plain words."""
        if self.correlation is None:
            return "The picture, or the one of a network that learnt nothing, is the same everywhere: no comparison."
        if self.passes:
            return (
                "A network that learnt nothing gives another picture "
                f"(rank correlation {self.correlation:.2f}): this one depends on what was learnt."
            )
        return (
            f"A network that learnt nothing gives much the same picture (rank correlation {self.correlation:.2f}): "
            "this one shows the movement rather than what the network made of it."
        )


def randomisation(question: Question, attribution: Attribution, num_draws: int = 3) -> Randomisation | NotPossible:
    """The picture of the trained network beside those of the same network with random weights, drawn a few times.

    Several draws, as one random network may give an empty picture, with which nothing can be compared.

    Raises:
        MerError: the network has no such class.
    """
    correlations = []
    for draw in range(num_draws):
        network = with_random_weights(question.network, num_draws * question.seed + draw)
        other = attribute(replace(question, network=network), attribution.method.name)
        if isinstance(other, NotPossible):
            return other
        correlations.append(rank_correlation(np.abs(attribution.values), np.abs(other.values)))
    known = [value for value in correlations if value is not None]
    return Randomisation(median(known) if known else None)


def rank_correlation(one: np.ndarray, other: np.ndarray) -> float | None:
    """Spearman's rank correlation of two arrays of one shape; None where one of them is the same everywhere."""
    if np.ptp(one) == 0 or np.ptp(other) == 0:
        return None
    return float(spearmanr(one.ravel(), other.ravel()).statistic)


def _logits(question: Question, inputs: torch.Tensor) -> torch.Tensor:
    """Logits of the question's class; float32 (N,)."""
    network = question.private_network()
    with torch.inference_mode():
        return torch.cat([network(part)[:, question.target] for part in inputs.split(question.batch)])
