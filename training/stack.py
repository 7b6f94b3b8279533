"""Several networks of one kind trained in one step each: their weights lie stacked along a new first axis."""

import copy
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import nn
from torch.func import functional_call, stack_module_state, vmap

from training.augment import Variation, draw_variation, vary
from training.fit import draw_batches, seeded_model
from training.optimiser import make_optimiser
from training.precision import autocast
from training.run_spec import RunSpec

State = Mapping[str, torch.Tensor]


@dataclass(frozen=True, eq=False)
class FoldTraining:
    """What a stack is given of one fold: other people's samples and nothing through which it could see the left-out.

    Attributes:
        key: the fold's name.
        seed: decides initial weights, order and variation.
        planes: float32 (N, 3, 28, 28) in the order u, v, strain, 0..255.
        labels: int64 (N,).
    """

    key: str
    seed: int
    planes: torch.Tensor
    labels: torch.Tensor


@dataclass(frozen=True, eq=False)
class _Group:
    """Folds whose batches are equally large in one step: places in the stack (G,), indices (G, B), variation of G*B.

    Batches of different sizes cannot share a step, and filling them up would change batch norm.
    """

    places: torch.Tensor
    indices: torch.Tensor
    variation: Variation | None


class Stack:
    """Networks that learn together, each from its own fold's samples; one after another they would learn the same.

    Order and variation of the samples are drawn on the processor from each fold's own seed, as `training.fit.fit` does,
    so that they do not depend on the engine. Only dropout is drawn for the whole stack.

    Args:
        spec: what is run.
        trainings: the folds; all must take equally many steps an epoch, see `num_steps`.
        device: where the networks learn.
        drawers: threads that draw the random numbers.
    """

    def __init__(
        self, spec: RunSpec, trainings: Sequence[FoldTraining], device: torch.device, drawers: Executor
    ) -> None:
        models = [seeded_model(spec.model, training.seed, **spec.arguments).train() for training in trainings]
        parameters, buffers = stack_module_state(models)
        self.spec, self.device, self._drawers = spec, device, drawers
        self._template = copy.deepcopy(models[0]).to("meta")
        self.parameters = {name: value.detach().to(device).requires_grad_() for name, value in parameters.items()}
        self.buffers = {name: value.to(device) for name, value in buffers.items()}
        self.optimiser, self.schedule = make_optimiser(self.parameters.values(), spec.recipe)
        self.generators = [torch.Generator().manual_seed(training.seed) for training in trainings]
        self._sizes = [len(training.labels) for training in trainings]
        padded = nn.utils.rnn.pad_sequence
        self._planes = padded([training.planes for training in trainings], batch_first=True).to(device)
        self._labels = padded([training.labels for training in trainings], batch_first=True).to(device)

    def run_epoch(self) -> torch.Tensor:
        """Mean training loss of each fold over one epoch, float64 (F,)."""
        total = torch.zeros(len(self._sizes), dtype=torch.float64, device=self.device)
        for groups in _one_ahead(self._draw_steps()):
            for group in groups:
                losses = self._losses(group)
                losses.sum().backward()  # the networks share no value, so each gets the gradient of its own loss
                total[group.places] += losses.detach().double() * group.indices.shape[1]
            self.optimiser.step()
            self.optimiser.zero_grad(set_to_none=True)
        self.schedule.step()
        return (total / torch.tensor(self._sizes, device=self.device)).cpu()

    def weights(self) -> dict[str, torch.Tensor]:
        """The state of all networks, stacked (F, ...), copied to the processor; without values a file does not hold."""
        wanted = self._template.state_dict().keys()
        together = {**self.parameters, **self.buffers}
        return {name: together[name].detach().cpu().clone() for name in wanted}

    def _draw_steps(self) -> Iterator[list[_Group]]:
        pairs = zip(self._sizes, self.generators, strict=True)
        batches = [draw_batches(size, self.spec.recipe.batch_size, generator) for size, generator in pairs]
        for step in zip(*batches, strict=True):
            yield self._groups(step)

    def _groups(self, step: Sequence[torch.Tensor]) -> list[_Group]:
        variations = list(self._drawers.map(self._draw, step, self.generators)) if self.spec.recipe.augment else None
        groups = []
        for size in sorted({len(indices) for indices in step}):
            places = [place for place, indices in enumerate(step) if len(indices) == size]
            variation = None if variations is None else _joined([variations[place] for place in places])
            groups.append(_Group(torch.tensor(places), torch.stack([step[place] for place in places]), variation))
        return groups

    def _draw(self, indices: torch.Tensor, generator: torch.Generator) -> Variation:
        return draw_variation((len(indices), *self._planes.shape[2:]), generator)

    def _losses(self, group: _Group) -> torch.Tensor:
        places, indices = group.places.to(self.device), group.indices.to(self.device)
        planes = self._planes[places[:, None], indices].flatten(0, 1)
        if group.variation is not None:
            planes = vary(planes, group.variation.to(self.device))
        inputs = self.spec.recipe.input_spec.from_planes(planes).unflatten(0, indices.shape)
        with autocast(self.spec.precision, self.device.type):
            logits = self._logits(places, inputs)
            targets = self._labels[places[:, None], indices]
            losses = F.cross_entropy(logits.flatten(0, 1), targets.flatten(), reduction="none")
        return losses.view(indices.shape).mean(1)

    def _logits(self, places: torch.Tensor, inputs: torch.Tensor) -> torch.Tensor:
        if len(places) == len(self._sizes):
            return self._forward(self.parameters, self.buffers, inputs)
        parameters = {name: value[places] for name, value in self.parameters.items()}
        buffers = {name: value[places] for name, value in self.buffers.items()}
        logits = self._forward(parameters, buffers, inputs)
        for name, value in buffers.items():  # batch norm has counted in these copies
            self.buffers[name][places] = value
        return logits

    def _forward(self, parameters: State, buffers: State, inputs: torch.Tensor) -> torch.Tensor:
        def one(parameters: State, buffers: State, batch: torch.Tensor) -> torch.Tensor:
            return functional_call(self._template, (dict(parameters), dict(buffers)), (batch,))

        return vmap(one, randomness="different")(parameters, buffers, inputs)


def num_steps(num_samples: int, batch_size: int) -> int:
    """Steps of an epoch over that many samples."""
    return len(draw_batches(num_samples, batch_size, torch.Generator()))


def _joined(variations: Sequence[Variation]) -> Variation:
    names = vars(variations[0])
    return Variation(**{name: torch.cat([getattr(one, name) for one in variations]) for name in names})


def _one_ahead(steps: Iterator[list[_Group]]) -> Iterator[list[_Group]]:
    """The same steps; while one is learnt from, the next is drawn."""
    with ThreadPoolExecutor(1) as ahead:
        waiting = ahead.submit(next, steps, None)
        while (step := waiting.result()) is not None:
            waiting = ahead.submit(next, steps, None)
            yield step
