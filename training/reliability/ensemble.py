"""The networks of all folds as one ensemble, and what storing their weights in fewer bits changes."""

from collections.abc import Callable
from dataclasses import dataclass

import torch

from mer_core.ensemble import MAPS_AT_ONCE, FoldEnsemble, rounded, stacked_weights
from mer_core.errors import MerError
from training.datasets.maps import LabelledMaps
from training.folds import loso_folds
from training.loso import checked_outcome
from training.overlap import person_fingerprint
from training.run_spec import RunSpec
from training.store import RunStore

MOST_BYTES = 12 * 10**6


@dataclass(frozen=True)
class Rounding:
    """What float16 changes against float32, over all maps.

    Attributes:
        num_maps: N.
        same_mean: maps on which the mean of the networks gives the same class.
        num_answers: N times the networks.
        same_single: of these the answers of single networks that are the same class.
        max_error: the largest difference of a single network's probability.
    """

    num_maps: int
    same_mean: int
    num_answers: int
    same_single: int
    max_error: float

    def sentence(self) -> str:
        """In words."""
        return (
            "float16 (vectors float32) against float32: the mean gives the same class on "
            f"{self.same_mean} of {self.num_maps} maps, single networks in {self.same_single:,} of "
            f"{self.num_answers:,} answers; largest difference of a probability {self.max_error:.5f}."
        )


def fold_ensemble(store: RunStore, spec: RunSpec, data: LabelledMaps) -> FoldEnsemble:
    """The networks of all folds as the run left them, float32.

    Raises:
        MerError: a fold is missing or damaged, or stored they would be larger than a checkpoint may be.
    """
    folds = loso_folds(data.samples)
    first = stacked_weights([checked_outcome(store, folds[0], data).weights])
    size = len(folds) * sum(value.nbytes for value in rounded(first).values())
    if size > MOST_BYTES:
        raise MerError(
            f"The {len(folds)} networks of {store.folder} take {size / 1e6:.0f} MB, more than the "
            f"{MOST_BYTES / 1e6:.0f} MB that a checkpoint may; pass --no-ensemble."
        )
    weights = stacked_weights([checked_outcome(store, fold, data).weights for fold in folds])
    left_out = [person_fingerprint(fold.dataset, fold.subject) for fold in folds]
    return FoldEnsemble(spec.model, spec.arguments, weights, left_out)


def as_stored(ensemble: FoldEnsemble, spec: RunSpec) -> FoldEnsemble:
    """The ensemble as it will be read back from its file."""
    weights = {name: value.float() for name, value in rounded(ensemble.weights).items()}
    return FoldEnsemble(spec.model, spec.arguments, weights, ensemble.left_out)


def compare(
    exact: FoldEnsemble,
    stored: FoldEnsemble,
    inputs: torch.Tensor,
    on_maps: Callable[[int, int], None] = lambda done, total: None,
) -> Rounding:
    """What rounding changes on these inputs, each asked of every network, whomever that left out.

    Args:
        exact: float32.
        stored: rounded.
        inputs: float32 (N, C, size, size).
        on_maps: told how many of how many are done.
    """
    same_mean = same_single = done = 0
    max_error = 0.0
    for batch in inputs.split(MAPS_AT_ONCE):
        before, after = (ensemble.logits(batch).softmax(dim=-1) for ensemble in (exact, stored))
        same_mean += int((before.mean(0).argmax(-1) == after.mean(0).argmax(-1)).sum())
        same_single += int((before.argmax(-1) == after.argmax(-1)).sum())
        max_error = max(max_error, float((before - after).abs().max()))
        done += len(batch)
        on_maps(done, len(inputs))
    return Rounding(len(inputs), same_mean, exact.num_networks * len(inputs), same_single, max_error)
