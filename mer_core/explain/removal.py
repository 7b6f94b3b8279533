"""Deletion and insertion: does the answer fall first where the picture says it should?"""

from dataclasses import dataclass

import numpy as np
import torch

from mer_core.explain.attribution import Attribution
from mer_core.explain.places import GRID, cell_means, cells
from mer_core.explain.question import Question

_STEPS = 14
_RANDOM_ORDERS = 5


@dataclass(frozen=True, eq=False)
class RemovalCurves:
    """The probability of the class while places are made to rest, or to move, in the picture's order.

    Petsiuk, Das, Saenko, BMVC 2018, arXiv:1806.07421, with places of a 14x14 grid and rest instead of black.

    Attributes:
        shares: share of the places changed so far; float64 (15,), 0 to 1.
        deletion: probability while the places are made to rest, those most for the class first; float64 (15,).
        insertion: probability while they start to move, in the same order, from a face at rest; float64 (15,).
        at_random: as `deletion`, mean of random orders; float64 (15,).
    """

    shares: np.ndarray
    deletion: np.ndarray
    insertion: np.ndarray
    at_random: np.ndarray

    @property
    def deletion_area(self) -> float:
        """Area under `deletion`, 0 to 1; lower is better."""
        return float(np.trapezoid(self.deletion, self.shares))

    @property
    def insertion_area(self) -> float:
        """Area under `insertion`, 0 to 1; higher is better."""
        return float(np.trapezoid(self.insertion, self.shares))

    @property
    def random_area(self) -> float:
        """Area under `at_random`: what a picture that knows nothing reaches, deleting or inserting."""
        return float(np.trapezoid(self.at_random, self.shares))

    def sentence(self) -> str:
        """What it means, in plain words."""
        deletes, inserts = self.deletion_area < self.random_area, self.insertion_area > self.random_area
        areas = (self.deletion_area, self.insertion_area, self.random_area)
        numbers = "area {:.2f} removing, {:.2f} adding, {:.2f} at random".format(*areas)
        if deletes and inserts:
            return (
                "The places this picture marks do carry the answer: without them it falls faster, and with them it "
                f"comes sooner, than with places picked at random ({numbers})."
            )
        if deletes or inserts:
            return f"The places this picture marks carry the answer only in part ({numbers})."
        return f"The places this picture marks carry the answer no more than places picked at random ({numbers})."


def removal_curves(question: Question, attribution: Attribution) -> RemovalCurves:
    """Deletion and insertion curves of a picture, with random orders as a control.

    Raises:
        MerError: the network has no such class.
    """
    network = question.private_network()

    def curve(order: np.ndarray, start: torch.Tensor, end: torch.Tensor) -> np.ndarray:
        probabilities = []
        for part in _between(order, start, end).split(question.batch):
            probabilities.append(network(part).softmax(dim=1)[:, question.target])
        return torch.cat(probabilities).double().numpy()

    order = np.argsort(-cell_means(attribution.ranking), kind="stable")
    rng = np.random.default_rng(question.seed)
    moving, resting = question.inputs, question.baselines
    with torch.inference_mode():
        at_random = [curve(rng.permutation(GRID**2), moving, resting) for _ in range(_RANDOM_ORDERS)]
        deletion, insertion = curve(order, moving, resting), curve(order, resting, moving)
    return RemovalCurves(np.linspace(0, 1, _STEPS + 1), deletion, insertion, np.mean(at_random, axis=0))


def _between(order: np.ndarray, start: torch.Tensor, end: torch.Tensor) -> torch.Tensor:
    """The inputs on the way from start to end (1, C, S, S), places changed in `order`; float32 (15, C, S, S)."""
    rank = np.empty(GRID**2)
    rank[order] = np.arange(GRID**2)
    changed_at = torch.from_numpy(rank[cells(start.shape[-1])])
    counts = torch.arange(_STEPS + 1) * GRID**2 / _STEPS
    return torch.where((changed_at < counts[:, None, None])[:, None], end, start)
