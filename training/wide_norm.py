"""Batch norm for training on a processor where the channels of a place lie side by side in memory.

PyTorch's kernels for that order go from place to place, and the few channels that small networks have there do not
fill a processor's vectors. Here all places of a line count as channels of their own, hundreds of them, and what holds
for a true channel is put together from those.
"""

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor, nn
from torch.autograd.function import once_differentiable

_FILLED_BY = 32  # values of bfloat16 fill the largest vector there is, 512 bits


class WideBatchNorm2d(nn.BatchNorm2d):
    """`nn.BatchNorm2d`, trained faster on inputs in the memory order `torch.channels_last`; others are copied into it.

    Values and gradients are the same but for the last digits.
    """

    def forward(self, x: Tensor) -> Tensor:
        """Return the normed maps, (B, C, H, W), of x; while training, the running statistics follow."""
        if not self.training or self.running_mean is None or self.running_var is None or self.momentum is None:
            return super().forward(x)
        normed, mean, variance = _WideNorm.apply(x, self.weight, self.bias, self.eps)
        count = x.numel() // x.shape[1]
        self.running_mean.lerp_(mean, self.momentum)
        self.running_var.lerp_(variance * (count / (count - 1)), self.momentum)
        if self.num_batches_tracked is not None:
            self.num_batches_tracked += 1
        return normed


def widen_norms(model: nn.Module) -> None:
    """Put a `WideBatchNorm2d` for every `nn.BatchNorm2d` of few channels in a network; the names in its state stay."""
    for parent in list(model.modules()):
        for name, child in list(parent.named_children()):
            if type(child) is nn.BatchNorm2d and child.affine and child.num_features < _FILLED_BY:
                wide = WideBatchNorm2d(child.num_features, child.eps, child.momentum, True, child.track_running_stats)
                wide.to(child.weight)
                wide.load_state_dict(child.state_dict())
                setattr(parent, name, wide)


class _WideNorm(torch.autograd.Function):
    """Normed maps, and the mean and the variance (C,) of what was given; only the maps have a gradient."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, weight: Tensor, bias: Tensor, eps: float) -> tuple[Tensor, Tensor, Tensor]:
        wide, width = _wide(x), x.shape[3]
        mean, variance = _statistics(wide, width, weight)
        ctx.save_for_backward(x, weight, mean, variance)
        ctx.eps = eps
        ctx.mark_non_differentiable(mean, variance)
        normed = _normed(wide, [value.repeat(width) for value in (weight, bias, mean, variance)], eps)
        return _narrow(normed, width), mean, variance

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, gradient: Tensor, *_: Tensor) -> tuple[Tensor, Tensor, Tensor, None]:
        x, weight, mean, variance = ctx.saved_tensors
        wide, width, count = _wide(x), x.shape[3], x.numel() // x.shape[1]
        given = [value.repeat(width) for value in (weight, mean, variance)]
        # As if mean and variance were given ...
        of_x, of_weights, of_biases = torch.ops.aten.native_batch_norm_backward(
            _wide(gradient), wide, *given, None, None, False, ctx.eps, [True, True, True]
        )
        of_weight, of_bias = (value.view(width, -1).sum(0) for value in (of_weights, of_biases))
        # ... and what they add because they depend on x: a straight line in x for each channel.
        spread = (variance + ctx.eps).rsqrt()
        slope = -weight * spread**2 * of_weight / count
        offset = -weight * spread * of_bias / count - slope * mean
        line = slope, offset, torch.zeros_like(slope), torch.ones_like(slope)
        of_x += _normed(wide, [value.repeat(width) for value in line], 0.0)
        return _narrow(of_x, width), of_weight, of_bias, None


def _wide(x: Tensor) -> Tensor:
    """(B, C, H, W) seen as (B, W * C, H, 1)."""
    batch, channels, height, width = x.shape
    return x.permute(0, 2, 3, 1).reshape(batch, height, 1, width * channels).permute(0, 3, 1, 2)


def _narrow(wide: Tensor, width: int) -> Tensor:
    """(B, W * C, H, 1) seen as (B, C, H, W)."""
    batch, _, height, _ = wide.shape
    return wide.permute(0, 2, 3, 1).reshape(batch, height, width, -1).permute(0, 3, 1, 2)


def _statistics(wide: Tensor, width: int, like: Tensor) -> tuple[Tensor, Tensor]:
    """Mean and biased variance (C,) of a channel at all places, in the arithmetic of `like`."""
    unused = like.new_zeros(wide.shape[1])  # that it is there decides the arithmetic; a momentum of 0 leaves it alone
    means, variances = torch.batch_norm_update_stats(wide, unused, unused, 0.0)
    means, variances = means.view(width, -1), variances.view(width, -1)
    mean = means.mean(0)
    return mean, (variances + (means - mean) ** 2).mean(0)


def _normed(x: Tensor, given: Sequence[Tensor], eps: float) -> Tensor:
    """Maps normed with a weight, bias, mean and variance that are given for each channel."""
    weight, bias, mean, variance = given
    return torch.native_batch_norm(x, weight, bias, mean, variance, False, 0.0, eps)[0]
