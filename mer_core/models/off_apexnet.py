"""Off-ApexNet: two small convolutional streams on the flow components u and v.

Source: Y. S. Gan, S.-T. Liong, W.-C. Yau, Y.-C. Huang, L.-K. Tan, Signal Processing: Image Communication 74, 2019,
DOI 10.1016/j.image.2019.02.005. Departures: none known.
"""

import torch
from torch import Tensor, nn

from mer_core.models.blocks import Network, dense_head
from mer_core.models.registry import ModelInfo, Paper, register


def _stream() -> nn.Sequential:
    # no activation between the convolutions: the paper has none
    return nn.Sequential(
        nn.Conv2d(1, 6, 5, padding=2),
        nn.MaxPool2d(2),
        nn.Conv2d(6, 16, 5, padding=2),
        nn.MaxPool2d(2),
    )


@register(
    ModelInfo(
        name="off_apexnet",
        title="Off-ApexNet",
        paper=Paper(
            title="OFF-ApexNet on micro-expression recognition system",
            authors=("Y. S. Gan", "Sze-Teng Liong", "Wei-Chuen Yau", "Yen-Chang Huang", "Lit-Ken Tan"),
            year=2019,
            venue="Signal Processing: Image Communication 74",
            doi="10.1016/j.image.2019.02.005",
        ),
        input_shape=(2, 28, 28),
        channels=("u", "v"),
    )
)
class OffApexNet(Network):
    """Off-ApexNet (2,664,475 parameters); features (B, 32, 7, 7), those of u before those of v."""

    input_shape = (2, 28, 28)

    def __init__(self, num_classes: int = 3) -> None:
        super().__init__()
        self.horizontal = _stream()
        self.vertical = _stream()
        self.head = dense_head((2 * 16 * 7 * 7, 1024, 1024), num_classes)

    def forward_features(self, maps: Tensor) -> Tensor:
        """Return feature maps (B, 32, 7, 7) of flow maps (B, 2, 28, 28)."""
        return torch.cat([self.horizontal(maps[:, 0:1]), self.vertical(maps[:, 1:2])], dim=1)

    def forward_head(self, features: Tensor) -> Tensor:
        """Return logits (B, num_classes) of feature maps (B, 32, 7, 7)."""
        return self.head(features.flatten(1))
