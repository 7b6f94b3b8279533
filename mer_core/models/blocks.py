"""Building blocks that several networks share.

House rules for every network: each non-linearity and pool is a module of its own, used once per forward pass and
never in place, because attribution methods hook modules; weights start from PyTorch's default initialisers
(uniform Kaiming with a = sqrt(5) for convolutions and linear layers, ones and zeros for norms).
"""

from abc import ABC, abstractmethod
from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import Tensor, nn

FLOW_STEM_WIDTH = 8


class Network(nn.Module, ABC):
    """A network from motion maps (B, C, S, S) to logits (B, num_classes), in two halves.

    Subclasses set `input_shape` (C, S, S) and implement `forward_features` and `forward_head`.
    """

    input_shape: tuple[int, int, int]

    @abstractmethod
    def forward_features(self, maps: Tensor) -> Tensor:
        """Return the last feature maps (B, C', S', S') of motion maps (B, C, S, S)."""

    @abstractmethod
    def forward_head(self, features: Tensor) -> Tensor:
        """Return logits (B, num_classes) of the last feature maps."""

    def forward(self, maps: Tensor) -> Tensor:
        """Return logits (B, num_classes) of motion maps (B, C, S, S).

        Raises:
            ValueError: the maps do not have this network's channels and size.
        """
        if tuple(maps.shape[1:]) != self.input_shape:
            raise ValueError(
                f"{type(self).__name__} takes maps of shape (batch, {', '.join(map(str, self.input_shape))}), "
                f"not {tuple(maps.shape)}"
            )
        return self.forward_head(self.forward_features(maps))


class MatMul(nn.Module):
    """A matrix product as a module, so that it can be counted and hooked."""

    def forward(self, left: Tensor, right: Tensor) -> Tensor:
        """Return left @ right, (..., n, k) times (..., k, m) -> (..., n, m)."""
        return left @ right


class JointConvolution(nn.Module):
    """Several 1x1 convolutions of the same input as one, as a module, so that it can be counted and hooked."""

    def forward(self, x: Tensor, convolutions: Sequence[nn.Conv2d]) -> Tensor:
        """Return their outputs in their order, (B, all out_channels, H, W), of x (B, in_channels, H, W)."""
        weights, biases = zip(*((each.weight, each.bias) for each in convolutions), strict=True)
        return F.conv2d(x, torch.cat(weights), torch.cat(biases))


class MapSoftmax(nn.Module):
    """Softmax over all positions of each map: non-negative, sums to 1 over (H, W)."""

    def __init__(self) -> None:
        super().__init__()
        self.softmax = nn.Softmax(dim=-1)

    def forward(self, scores: Tensor) -> Tensor:
        """Return the softmax of scores (B, C, H, W), same shape."""
        return self.softmax(scores.flatten(2)).unflatten(2, scores.shape[2:])


def flow_stem(in_channels: int) -> nn.Sequential:
    """Return the stem of both ECNU networks: conv 7x7 stride 2 to 8 channels, ReLU, then batch norm.

    The order (ReLU before the norm) is the published one.
    """
    return nn.Sequential(
        nn.Conv2d(in_channels, FLOW_STEM_WIDTH, 7, stride=2, padding=3),
        nn.ReLU(),
        nn.BatchNorm2d(FLOW_STEM_WIDTH),
    )


def conv_norm_relu(in_channels: int, out_channels: int) -> nn.Sequential:
    """Return conv 3x3 with bias, batch norm, ReLU; keeps the size of the map."""
    return nn.Sequential(nn.Conv2d(in_channels, out_channels, 3, padding=1), nn.BatchNorm2d(out_channels), nn.ReLU())


class ResidualStage(nn.Module):
    """Two conv-norm-ReLU layers plus a 1x1 convolution of the input, then max pooling by 2."""

    def __init__(self, in_channels: int, out_channels: int) -> None:
        super().__init__()
        self.main = nn.Sequential(
            *conv_norm_relu(in_channels, out_channels), *conv_norm_relu(out_channels, out_channels)
        )
        self.shortcut = nn.Conv2d(in_channels, out_channels, 1)
        self.pool = nn.MaxPool2d(2)

    def forward(self, x: Tensor) -> Tensor:
        """Return (B, out_channels, H/2, W/2) of x (B, in_channels, H, W)."""
        return self.pool(self.main(x) + self.shortcut(x))


class LightResidualStage(nn.Module):
    """Two conv-norm-ReLU layers at the input width plus the input, a 1x1 convolution of the sum, max pooling by 2."""

    def __init__(self, in_channels: int, out_channels: int) -> None:
        super().__init__()
        self.main = nn.Sequential(*conv_norm_relu(in_channels, in_channels), *conv_norm_relu(in_channels, in_channels))
        self.project = nn.Conv2d(in_channels, out_channels, 1)
        self.pool = nn.MaxPool2d(2)

    def forward(self, x: Tensor) -> Tensor:
        """Return (B, out_channels, H/2, W/2) of x (B, in_channels, H, W)."""
        return self.pool(self.project(self.main(x) + x))


def dense_head(widths: Sequence[int], num_classes: int, dropout: float | None = 0.5) -> nn.Sequential:
    """Return linear layers through `widths` to logits, each but the last followed by ReLU and dropout.

    With `dropout=None` there are no dropout modules at all.
    """
    layers: list[nn.Module] = []
    for width, next_width in zip(widths[:-1], widths[1:], strict=True):
        layers += [nn.Linear(width, next_width), nn.ReLU()]
        if dropout is not None:
            layers.append(nn.Dropout(dropout))
    return nn.Sequential(*layers, nn.Linear(widths[-1], num_classes))
