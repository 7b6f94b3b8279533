"""The same network with random weights, to compare a trained one's pictures with."""

import math

import torch
from torch import nn

from mer_core.explain.private_copy import private_copy


def with_random_weights(network: nn.Module, seed: int) -> nn.Module:
    """A copy of the network that learnt nothing; the original keeps its weights.

    Weights are drawn as PyTorch's default initialisers draw them (uniform within 1 / sqrt(fan in), norms 1 and 0 with
    fresh statistics, single parameters standard normal), but from a generator of our own: PyTorch's draw from the one
    that all threads share.
    """
    generator = torch.Generator().manual_seed(seed)
    copied = private_copy(network)
    for module in copied.modules():
        for name, weight in module.named_parameters(recurse=False):
            setattr(module, name, nn.Parameter(_drawn(module, name, weight, generator), requires_grad=False))
        for name, buffer in module.named_buffers(recurse=False):
            if name in ("running_mean", "running_var"):
                setattr(module, name, torch.full_like(buffer, float(name == "running_var")))
    return copied


def _drawn(module: nn.Module, name: str, weight: torch.Tensor, generator: torch.Generator) -> torch.Tensor:
    main = getattr(module, "weight", None)
    if not isinstance(main, torch.Tensor):
        return torch.randn(weight.shape, generator=generator)
    if main.dim() < 2:
        return torch.full_like(weight, float(name == "weight"))
    bound = 1 / math.sqrt(main[0].numel())
    return (2 * torch.rand(weight.shape, generator=generator) - 1) * bound
