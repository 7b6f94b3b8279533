"""Dual-Inception: two inception streams on the flow components u and v.

Source: L. Zhou, Q. Mao, L. Xue, FG 2019, DOI 10.1109/FG.2019.8756579. Departures: none known.
"""

import torch
from torch import Tensor, nn

from mer_core.models.blocks import Network, dense_head
from mer_core.models.registry import ModelInfo, Paper, register


class InceptionBlock(nn.Module):
    """Four parallel branches of `width` channels each, concatenated, then max pooling by 2."""

    def __init__(self, in_channels: int, width: int) -> None:
        super().__init__()
        self.branches = nn.ModuleList(
            [
                _reduced_conv(in_channels, width, 5),
                _reduced_conv(in_channels, width, 3),
                nn.Sequential(nn.MaxPool2d(3, stride=1, padding=1), nn.Conv2d(in_channels, width, 1), nn.ReLU()),
                nn.Conv2d(in_channels, width, 1),
            ]
        )
        self.pool = nn.MaxPool2d(2)

    def forward(self, x: Tensor) -> Tensor:
        """Return (B, 4 * width, H/2, W/2) of x (B, in_channels, H, W)."""
        return self.pool(torch.cat([branch(x) for branch in self.branches], dim=1))


def _reduced_conv(in_channels: int, width: int, kernel: int) -> nn.Sequential:
    return nn.Sequential(
        nn.Conv2d(in_channels, width, 1),
        nn.ReLU(),
        nn.Conv2d(width, width, kernel, padding=kernel // 2),
        nn.ReLU(),
    )


def _stream() -> nn.Sequential:
    return nn.Sequential(InceptionBlock(1, 6), InceptionBlock(24, 16))


@register(
    ModelInfo(
        name="dual_inception",
        title="Dual-Inception",
        paper=Paper(
            title="Dual-Inception Network for Cross-Database Micro-Expression Recognition",
            authors=("Ling Zhou", "Qirong Mao", "Luoyang Xue"),
            year=2019,
            venue="FG 2019",
            doi="10.1109/FG.2019.8756579",
        ),
        input_shape=(2, 28, 28),
        channels=("u", "v"),
    )
)
class DualInception(Network):
    """Dual-Inception (6,449,867 parameters); features (B, 128, 7, 7), those of u before those of v."""

    input_shape = (2, 28, 28)

    def __init__(self, num_classes: int = 3) -> None:
        super().__init__()
        self.horizontal = _stream()
        self.vertical = _stream()
        self.head = dense_head((2 * 64 * 7 * 7, 1024), num_classes, dropout=None)

    def forward_features(self, maps: Tensor) -> Tensor:
        """Return feature maps (B, 128, 7, 7) of flow maps (B, 2, 28, 28)."""
        return torch.cat([self.horizontal(maps[:, 0:1]), self.vertical(maps[:, 1:2])], dim=1)

    def forward_head(self, features: Tensor) -> Tensor:
        """Return logits (B, num_classes) of feature maps (B, 128, 7, 7)."""
        return self.head(features.flatten(1))
