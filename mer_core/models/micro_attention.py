"""Micro-Attention: residual blocks with an attention map over positions.

Source: C. Wang, M. Peng, T. Bi, T. Chen, Neurocomputing 410, 2020, DOI 10.1016/j.neucom.2020.06.005. Departure: the
input is flow and strain maps as for the other networks here; the paper feeds apex frames.
"""

import torch
from torch import Tensor, nn

from mer_core.models.blocks import MapSoftmax, Network, conv_norm_relu, dense_head
from mer_core.models.registry import ModelInfo, Paper, register


class AttentionBlock(nn.Module):
    """A residual sum raised where its attention map is high, then max pooling by 2.

    Hook `gate` for the attention map, (B, 1, H, W), summing to 1 over positions.
    """

    def __init__(self, in_channels: int, width: int) -> None:
        super().__init__()
        self.first = conv_norm_relu(in_channels, width)
        self.second = conv_norm_relu(width, width)
        self.shortcut = nn.Conv2d(in_channels, width, 1)
        self.mix = nn.Conv2d(3 * width, 3 * width, 1)
        self.gate = MapSoftmax()
        self.pool = nn.MaxPool2d(2)

    def forward(self, x: Tensor) -> Tensor:
        """Return (B, width, H/2, W/2) of x (B, in_channels, H, W)."""
        first = self.first(x)
        second = self.second(first)
        shortcut = self.shortcut(x)
        scores = self.mix(torch.cat([first, second, shortcut], dim=1)).mean(dim=1, keepdim=True)
        total = second + shortcut
        return self.pool(total + total * self.gate(scores))


@register(
    ModelInfo(
        name="micro_attention",
        title="Micro-Attention",
        paper=Paper(
            title="Micro-attention for micro-expression recognition",
            authors=("Chongyang Wang", "Min Peng", "Tao Bi", "Tong Chen"),
            year=2020,
            venue="Neurocomputing 410",
            doi="10.1016/j.neucom.2020.06.005",
        ),
        input_shape=(3, 224, 224),
        channels=("u", "v", "strain"),
    )
)
class MicroAttention(Network):
    """Micro-Attention (53,384,195 parameters); features (B, 256, 7, 7)."""

    input_shape = (3, 224, 224)

    def __init__(self, num_classes: int = 3) -> None:
        super().__init__()
        self.stem = nn.Sequential(
            nn.Conv2d(3, 32, 7, stride=2, padding=3), nn.ReLU(), nn.MaxPool2d(3, stride=2, padding=1)
        )
        self.blocks = nn.Sequential(AttentionBlock(32, 64), AttentionBlock(64, 128), AttentionBlock(128, 256))
        self.head = dense_head((256 * 7 * 7, 4096), num_classes)

    def forward_features(self, maps: Tensor) -> Tensor:
        """Return feature maps (B, 256, 7, 7) of motion maps (B, 3, 224, 224)."""
        return self.blocks(self.stem(maps))

    def forward_head(self, features: Tensor) -> Tensor:
        """Return logits (B, num_classes) of feature maps (B, 256, 7, 7)."""
        return self.head(features.flatten(1))
