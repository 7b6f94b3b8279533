"""What updates the weights, as a recipe says; one place, because every engine must do the same."""

from collections.abc import Iterable

import torch

from training.recipes import Recipe


def make_optimiser(
    parameters: Iterable[torch.Tensor], recipe: Recipe
) -> tuple[torch.optim.Optimizer, torch.optim.lr_scheduler.StepLR]:
    """The optimiser over these parameters, and the schedule to step once after every epoch.

    It treats every value on its own, so several networks stacked in one tensor are updated as each alone would be.
    """
    rate, decay = recipe.learning_rate, recipe.weight_decay
    optimiser: torch.optim.Optimizer
    if recipe.optimiser == "sgd":
        optimiser = torch.optim.SGD(parameters, lr=rate, momentum=recipe.momentum, weight_decay=decay)
    else:
        optimiser = torch.optim.Adam(parameters, lr=rate, weight_decay=decay, fused=True)
    return optimiser, torch.optim.lr_scheduler.StepLR(optimiser, recipe.decay_every, recipe.decay_factor)
