"""One fold from start to finish: train on all other people, then score the one left out."""

import time
from contextlib import nullcontext

import numpy as np
import torch
from torch import nn

from training.fit import fit, seeded_model
from training.folds import Fold
from training.run_spec import RunSpec
from training.store import FoldOutcome

# One thread, ms a step, plain and channels_last: STSTNet (28 px) 58 and 104, SSSNet (64 px) 127 and 75.
_CHANNELS_LAST_FROM = 64


def run_fold(
    spec: RunSpec, planes: torch.Tensor, labels: torch.Tensor, fold: Fold, sample_ids: tuple[str, ...]
) -> FoldOutcome:
    """The outcome of one fold. The trainer receives the other people's maps and labels and nothing else.

    Args:
        spec: what is run.
        planes: float32 (N, 3, 28, 28) of all samples, in the order u, v, strain, 0..255.
        labels: int64 (N,).
        fold: who is left out.
        sample_ids: names of all N samples.
    """
    started = time.perf_counter()
    seed = fold.seed(spec.seed)
    model = seeded_model(spec.model, seed, **spec.arguments)
    model.to(memory_format=_layout(spec.recipe.size))  # type: ignore[call-overload]  # torch's stubs do not know it
    train = torch.from_numpy(fold.train)
    snapshots = _Snapshots(model, spec.scored_epochs)
    with _autocast(spec.precision):
        losses = fit(model, planes[train], labels[train], spec.recipe, seed, snapshots)
    seconds = time.perf_counter() - started
    inputs = spec.recipe.input_spec.from_planes(planes[torch.from_numpy(fold.test)])
    return FoldOutcome(
        key=fold.key,
        sample_ids=tuple(sample_ids[index] for index in fold.test),
        logits=np.stack([_score(model, state, inputs) for state in snapshots.states]),
        epochs=spec.scored_epochs,
        losses=tuple(losses),
        seconds=seconds,
        weights=snapshots.states[-1],
    )


class _Snapshots:
    """Keeps the weights of the epochs that will be scored once training is over."""

    def __init__(self, model: nn.Module, epochs: tuple[int, ...]) -> None:
        self._model, self._epochs = model, frozenset(epochs)
        self.states: list[dict[str, torch.Tensor]] = []

    def __call__(self, epoch: int, loss: float) -> None:
        if epoch in self._epochs:
            plain = torch.contiguous_format
            state = self._model.state_dict()
            self.states.append({name: value.clone(memory_format=plain) for name, value in state.items()})


@torch.inference_mode()
def _score(model: nn.Module, state: dict[str, torch.Tensor], inputs: torch.Tensor) -> np.ndarray:
    model.load_state_dict(state)
    return model.eval()(inputs).double().numpy()


def _layout(size: int) -> torch.memory_format:
    """The order of values in memory that convolutions of inputs of this side (px) run faster with on a processor."""
    return torch.channels_last if size >= _CHANNELS_LAST_FROM else torch.contiguous_format


def _autocast(precision: str) -> torch.autocast | nullcontext[None]:
    return torch.autocast("cpu", torch.bfloat16) if precision == "bf16" else nullcontext()
