"""MACNN: residual stages followed by atrous (dilated) convolutions.

Source: Z. Lai, R. Chen, J. Jia, Y. Qian, Journal of Ambient Intelligence and Humanized Computing, 2020,
DOI 10.1007/s12652-020-01779-5. Departure: the input is flow and strain maps as for the other
networks here; the paper feeds face images.
"""

from itertools import pairwise

from torch import Tensor, nn

from mer_core.models.blocks import Network, dense_head
from mer_core.models.registry import ModelInfo, Paper, register

_WIDTHS = (3, 32, 64, 128, 256)


class PlainResidualStage(nn.Module):
    """Two conv-ReLU layers without norm plus a 1x1 convolution of the input, then max pooling by 2."""

    def __init__(self, in_channels: int, out_channels: int) -> None:
        super().__init__()
        self.main = nn.Sequential(
            nn.Conv2d(in_channels, out_channels, 3, padding=1),
            nn.ReLU(),
            nn.Conv2d(out_channels, out_channels, 3, padding=1),
            nn.ReLU(),
        )
        self.shortcut = nn.Conv2d(in_channels, out_channels, 1)
        self.pool = nn.MaxPool2d(2)

    def forward(self, x: Tensor) -> Tensor:
        """Return (B, out_channels, H/2, W/2) of x (B, in_channels, H, W)."""
        return self.pool(self.main(x) + self.shortcut(x))


@register(
    ModelInfo(
        name="macnn",
        title="MACNN",
        paper=Paper(
            title="Real-time micro-expression recognition based on ResNet and atrous convolutions",
            authors=("Zhenyi Lai", "Renhe Chen", "Jinlu Jia", "Yurong Qian"),
            year=2020,
            venue="Journal of Ambient Intelligence and Humanized Computing",
            doi="10.1007/s12652-020-01779-5",
        ),
        input_shape=(3, 112, 112),
        channels=("u", "v", "strain"),
    )
)
class MACNN(Network):
    """MACNN (70,573,923 parameters); features (B, 256, 7, 7)."""

    input_shape = (3, 112, 112)

    def __init__(self, num_classes: int = 3) -> None:
        super().__init__()
        width = _WIDTHS[-1]
        self.stages = nn.Sequential(*(PlainResidualStage(before, after) for before, after in pairwise(_WIDTHS)))
        self.atrous = nn.Sequential(
            nn.Conv2d(width, width, 3, padding=4, dilation=4),
            nn.ReLU(),
            nn.Conv2d(width, width, 3, padding=2, dilation=2),
            nn.ReLU(),
        )
        self.head = dense_head((width * 7 * 7, 4096, 4096), num_classes)

    def forward_features(self, maps: Tensor) -> Tensor:
        """Return feature maps (B, 256, 7, 7) of motion maps (B, 3, 112, 112)."""
        return self.atrous(self.stages(maps))

    def forward_head(self, features: Tensor) -> Tensor:
        """Return logits (B, num_classes) of feature maps (B, 256, 7, 7)."""
        return self.head(features.flatten(1))
