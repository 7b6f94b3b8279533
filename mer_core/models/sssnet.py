"""SSSNet: one shallow convolutional stream on 64x64 motion maps.

Source: T. Varanka, W. Peng, G. Zhao, Micro-expression recognition with noisy labels, Electronic Imaging, 2021.
Departures: none known.
"""

from torch import Tensor, nn

from mer_core.models.blocks import Network, dense_head
from mer_core.models.registry import ModelInfo, Paper, register


@register(
    ModelInfo(
        name="sssnet",
        title="SSSNet",
        paper=Paper(
            title="Micro-expression recognition with noisy labels",
            authors=("Tuomas Varanka", "Wei Peng", "Guoying Zhao"),
            year=2021,
            venue="Electronic Imaging 2021",
        ),
        input_shape=(3, 64, 64),
        channels=("u", "v", "strain"),
    )
)
class SSSNet(Network):
    """SSSNet (1,349,251 parameters); features (B, 64, 9, 9)."""

    input_shape = (3, 64, 64)

    def __init__(self, num_classes: int = 3) -> None:
        super().__init__()
        self.features = nn.Sequential(
            nn.Conv2d(3, 32, 5),
            nn.ReLU(),
            nn.MaxPool2d(3),
            nn.BatchNorm2d(32),
            nn.Dropout2d(0.5),
            nn.Conv2d(32, 64, 3),
            nn.ReLU(),
            nn.MaxPool2d(2),
            nn.BatchNorm2d(64),
            nn.Dropout2d(0.5),
        )
        self.head = dense_head((64 * 9 * 9, 256), num_classes)

    def forward_features(self, maps: Tensor) -> Tensor:
        """Return feature maps (B, 64, 9, 9) of motion maps (B, 3, 64, 64)."""
        return self.features(maps)

    def forward_head(self, features: Tensor) -> Tensor:
        """Return logits (B, num_classes) of feature maps (B, 64, 9, 9)."""
        return self.head(features.flatten(1))
