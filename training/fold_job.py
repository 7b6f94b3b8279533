"""One fold from start to finish: train on all other people, then score the one left out."""

import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO

import numpy as np
import torch
from safetensors.torch import load, save
from torch import nn

from training.fit import fit, seeded_model
from training.folds import Fold
from training.precision import autocast
from training.run_spec import RunSpec
from training.store import FoldOutcome
from training.wide_norm import widen_norms

# One thread, ms a step, plain and channels_last: STSTNet (28 px) 58 and 104, SSSNet (64 px) 127 and 75.
_CHANNELS_LAST_FROM = 64


@dataclass(frozen=True, eq=False)
class RunData:
    """What is run on which samples; an engine hands the trainer of a fold its training samples only.

    Attributes:
        spec: what is run.
        planes: float32 (N, 3, 28, 28) of all samples, in the order u, v, strain, 0..255.
        labels: int64 (N,).
        sample_ids: names of all N samples.
    """

    spec: RunSpec
    planes: torch.Tensor
    labels: torch.Tensor
    sample_ids: tuple[str, ...]

    def names_of(self, fold: Fold) -> tuple[str, ...]:
        """Names of the samples of the person left out."""
        return tuple(self.sample_ids[index] for index in fold.test)


def run_fold(data: RunData, fold: Fold, scratch: Path | None = None) -> FoldOutcome:
    """The outcome of one fold. The trainer receives the other people's maps and labels and nothing else.

    Args:
        data: what is run on which samples.
        fold: who is left out.
        scratch: folder with room for the weights of all epochs that are scored; None for the system's.
    """
    started = time.process_time()
    spec = data.spec
    seed = fold.seed(spec.seed)
    model = quick_to_train(seeded_model(spec.model, seed, **spec.arguments), spec.recipe.size)
    train = torch.from_numpy(fold.train)
    with TemporaryFile(dir=scratch) as file:
        snapshots = _Snapshots(model, spec.scored_epochs, file)
        with autocast(spec.precision):
            losses = fit(model, data.planes[train], data.labels[train], spec.recipe, seed, snapshots)
        seconds = time.process_time() - started
        logits = score(data, fold, snapshots.states())
    return FoldOutcome(
        key=fold.key,
        sample_ids=data.names_of(fold),
        seconds=seconds,
        logits=logits,
        epochs=spec.scored_epochs,
        losses=tuple(losses),
        weights=_plain_state(model),
        engine="pool",
    )


@torch.inference_mode()
def score(data: RunData, fold: Fold, states: Iterable[Mapping[str, torch.Tensor]]) -> np.ndarray:
    """Logits of the N samples left out by networks with these E weights, on the processor; float64 (E, N, 3)."""
    model = seeded_model(data.spec.model, 0, **data.spec.arguments).eval()
    inputs = data.spec.recipe.input_spec.from_planes(data.planes[torch.from_numpy(fold.test)])
    logits = []
    for state in states:
        model.load_state_dict(state)
        logits.append(model(inputs).double().numpy())
    return np.stack(logits)


class _Snapshots:
    """Keeps the weights of the epochs that will be scored once training is over, in a file: there may be many."""

    def __init__(self, model: nn.Module, epochs: tuple[int, ...], file: IO[bytes]) -> None:
        self._model, self._epochs, self._file = model, frozenset(epochs), file
        self._sizes: list[int] = []

    def __call__(self, epoch: int, loss: float) -> None:
        if epoch in self._epochs:
            self._sizes.append(self._file.write(save(_plain_state(self._model))))

    def states(self) -> Iterator[dict[str, torch.Tensor]]:
        """The weights of each of these epochs, one after another."""
        self._file.seek(0)
        return (load(self._file.read(size)) for size in self._sizes)


def _plain_state(model: nn.Module) -> dict[str, torch.Tensor]:
    """A network's weights with their values in the usual order in memory."""
    plain = torch.contiguous_format
    return {name: value.clone(memory_format=plain) for name, value in model.state_dict().items()}


def quick_to_train(model: nn.Module, size: int) -> nn.Module:
    """The same network, for inputs of this side (px) in the order of values in memory that a processor is faster with.

    That order also decides which kernels of batch norm are the fast ones.
    """
    if size < _CHANNELS_LAST_FROM:
        return model
    widen_norms(model)
    return model.to(memory_format=torch.channels_last)  # type: ignore[call-overload]  # torch's stubs do not know it
