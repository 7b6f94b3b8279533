"""Training one network on given samples, for a number of epochs fixed beforehand."""

from collections.abc import Callable, Iterator
from typing import Any

import torch
import torch.nn.functional as F
from torch import nn

from mer_core.errors import MerError
from mer_core.models import build_model
from training.augment import augment
from training.optimiser import make_optimiser
from training.recipes import Recipe


def seeded_model(architecture: str, seed: int, **arguments: Any) -> nn.Module:
    """The network with initial weights that depend on the seed alone.

    Args:
        architecture: see `mer_core.models.list_models()`.
        seed: of the initial weights.
        **arguments: of `build_model`, e.g. an ablation.
    """
    with torch.random.fork_rng(devices=[]):
        torch.default_generator.manual_seed(seed)  # of the processor: no other device's is touched
        return build_model(architecture, **arguments)


def fit(
    model: nn.Module,
    planes: torch.Tensor,
    labels: torch.Tensor,
    recipe: Recipe,
    seed: int,
    on_epoch: Callable[[int, float], None] = lambda epoch, loss: None,
) -> list[float]:
    """Mean training loss of each epoch; the model is trained in place and left in eval mode.

    It is given training samples only and nothing through which it could see others. The same seed gives the same
    weights on the same machine and library versions; the global random state is left as it was.

    Args:
        model: the network.
        planes: float32 (N, 3, 28, 28) in the order u, v, strain, 0..255.
        labels: int64 (N,), indices into `mer_core.labels.LABELS`.
        recipe: hyper-parameters; every one of its epochs is run.
        seed: decides order, variation and dropout.
        on_epoch: told each finished epoch (from 1) and its loss.

    Raises:
        MerError: fewer than two samples, unlike numbers of maps and labels, or a loss that is not finite.
    """
    if len(planes) != len(labels) or len(labels) < 2:
        raise MerError(f"Training needs at least two labelled maps, got {len(planes)} maps, {len(labels)} labels.")
    optimiser, schedule = make_optimiser(model.parameters(), recipe)
    samples = _Samples(planes, labels, recipe, _layout_of(model))
    losses = []
    with torch.random.fork_rng(devices=[]):
        torch.default_generator.manual_seed(seed)  # dropout draws from the global state
        generator = torch.Generator().manual_seed(seed)
        model.train()
        for epoch in range(1, recipe.epochs + 1):
            losses.append(_run_epoch(model, samples, optimiser, generator))
            schedule.step()
            if not torch.isfinite(torch.tensor(losses[-1])):
                raise MerError(f"Training diverged: the loss of epoch {epoch} is {losses[-1]}.")
            on_epoch(epoch, losses[-1])
    model.eval()
    return losses


class _Samples:
    """The training samples, handed out in batches of network inputs."""

    def __init__(self, planes: torch.Tensor, labels: torch.Tensor, recipe: Recipe, layout: torch.memory_format) -> None:
        self._planes, self._labels, self._recipe, self._layout = planes, labels, recipe, layout
        # Without variation an input is the same in every epoch.
        self._inputs = None if recipe.augment else _as_computed(self._made_from(planes))

    def __len__(self) -> int:
        return len(self._labels)

    def batches(self, generator: torch.Generator) -> Iterator[tuple[torch.Tensor, torch.Tensor]]:
        """Inputs and labels of all samples, once each, in random order."""
        for indices in draw_batches(len(self), self._recipe.batch_size, generator):
            if self._inputs is None:
                inputs = self._made_from(augment(self._planes[indices], generator))
            else:
                inputs = _rows(self._inputs, indices)
            yield inputs, self._labels[indices]

    def _made_from(self, planes: torch.Tensor) -> torch.Tensor:
        # Before they are resized: there are fewer values to move about, and resizing keeps the order.
        return self._recipe.input_spec.from_planes(planes.contiguous(memory_format=self._layout))


def _rows(inputs: torch.Tensor, indices: torch.Tensor) -> torch.Tensor:
    """`inputs[indices]`; a sample is copied in one piece, which takes axes in the order of the values in memory."""
    if inputs.is_contiguous(memory_format=torch.channels_last):
        return inputs.permute(0, 2, 3, 1).index_select(0, indices).permute(0, 3, 1, 2)
    return inputs.index_select(0, indices)


def _as_computed(inputs: torch.Tensor) -> torch.Tensor:
    """The inputs in the arithmetic in use: a first convolution would round them to it in every step."""
    is_rounded = torch.is_autocast_enabled(inputs.device.type)
    return inputs.to(torch.get_autocast_dtype(inputs.device.type)) if is_rounded else inputs


def _layout_of(model: nn.Module) -> torch.memory_format:
    """The order of values in memory that the network's weights have; inputs in another would be moved every step."""
    weights = [weight for weight in model.parameters() if weight.dim() == 4 and not weight.is_contiguous()]
    is_last = any(weight.is_contiguous(memory_format=torch.channels_last) for weight in weights)
    return torch.channels_last if is_last else torch.contiguous_format


def _run_epoch(
    model: nn.Module, samples: _Samples, optimiser: torch.optim.Optimizer, generator: torch.Generator
) -> float:
    total = 0.0
    for inputs, labels in samples.batches(generator):
        loss = F.cross_entropy(model(inputs), labels)
        optimiser.zero_grad(set_to_none=True)
        loss.backward()
        optimiser.step()
        total += loss.item() * len(labels)
    return total / len(samples)


def draw_batches(count: int, batch_size: int, generator: torch.Generator) -> list[torch.Tensor]:
    """All indices below `count` in random order, cut into batches; a last batch of one joins the one before it."""
    batches = list(torch.randperm(count, generator=generator).split(batch_size))
    if len(batches) > 1 and len(batches[-1]) == 1:  # batch norm cannot learn from a single sample
        batches[-2:] = [torch.cat(batches[-2:])]
    return batches
