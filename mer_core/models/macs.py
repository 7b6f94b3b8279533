"""Counting what a network costs: parameters and multiply-adds."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from math import prod
from typing import Any

import torch
from torch import Tensor, nn

from mer_core.models.blocks import JointConvolution, MatMul

_COUNTED = (nn.Conv2d, JointConvolution, nn.Linear, MatMul)


def count_parameters(model: nn.Module) -> int:
    """Return the number of trainable numbers in the network; buffers do not count."""
    return sum(parameter.numel() for parameter in model.parameters() if parameter.requires_grad)


def count_macs(model: nn.Module, input_shape: tuple[int, ...]) -> int:
    """Return the multiply-adds of one forward pass at batch 1.

    Counts convolutions, linear layers and matrix products written as `MatMul`, without bias; everything else is
    free. Works for a network on the meta device, where it costs no arithmetic.

    Args:
        model: left as it was: hooks are removed, training flags restored, running statistics untouched.
        input_shape: (channels, height, width).

    Raises:
        ValueError: a module has a weight matrix this function cannot count.
    """
    total = 0

    def add(module: nn.Module, inputs: tuple[Tensor, ...], output: Tensor) -> None:
        nonlocal total
        total += _macs(module, inputs, output)

    device = next(model.parameters()).device
    with _counting(model, add), torch.no_grad():
        model(torch.zeros((1, *input_shape), device=device))
    return total


def _macs(module: nn.Module, inputs: tuple[Tensor, ...], output: Tensor) -> int:
    if isinstance(module, nn.Conv2d):
        return output.numel() * module.in_channels // module.groups * prod(module.kernel_size)
    if isinstance(module, JointConvolution):
        return output.numel() * inputs[0].shape[1]
    if isinstance(module, nn.Linear):
        return output.numel() * module.in_features
    return output.numel() * inputs[0].shape[-1]


@contextmanager
def _counting(model: nn.Module, hook: Callable[..., Any]) -> Iterator[None]:
    counted = [module for module in model.modules() if isinstance(module, _COUNTED)]
    _check_complete(model, counted)
    training = [(module, module.training) for module in model.modules()]
    handles = [module.register_forward_hook(hook) for module in counted]
    model.eval()
    try:
        yield
    finally:
        for handle in handles:
            handle.remove()
        for module, was_training in training:
            module.training = was_training


def _check_complete(model: nn.Module, counted: Sequence[nn.Module]) -> None:
    for name, module in model.named_modules():
        matrices = [key for key, value in module.named_parameters(recurse=False) if value.ndim > 1]
        if matrices and module not in counted:
            raise ValueError(
                f"cannot count the multiply-adds of {name or 'the network'} ({type(module).__name__}), which has "
                f"the weight matrix {matrices[0]}; use Conv2d, Linear or MatMul"
            )
