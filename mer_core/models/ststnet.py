"""STSTNet: three shallow parallel streams on 28x28 motion maps, and a denser re-implementation of it.

Source: S.-T. Liong, Y. S. Gan, J. See, H.-Q. Khor, Y.-C. Huang, FG 2019, DOI 10.1109/FG.2019.8756567. Departures of
`ststnet`: none. `ststnet_dense` is what the authors of Off-TANet and mini-AORCNN compared with under this name: no
ReLU, norm or dropout in the streams, max instead of mean pooling at the end, and a hidden dense layer.

The published weights were trained on maps of 0..255 in the order strain, v, u.
"""

import torch
from torch import Tensor, nn

from mer_core.models.blocks import Network, dense_head
from mer_core.models.registry import ModelInfo, Paper, register

_PAPER = Paper(
    title="Shallow Triple Stream Three-dimensional CNN (STSTNet) for Micro-expression Recognition",
    authors=("Sze-Teng Liong", "Y. S. Gan", "John See", "Huai-Qian Khor", "Yen-Chang Huang"),
    year=2019,
    venue="FG 2019",
    doi="10.1109/FG.2019.8756567",
)
_STREAM_WIDTHS = (3, 5, 8)
_NUM_FEATURES = 16 * 5 * 5


class _TripleStream(Network):
    """Streams side by side, concatenated and pooled by 2; features (B, 16, 5, 5) of maps (B, 3, 28, 28)."""

    streams: nn.ModuleList
    pool: nn.Module
    head: nn.Module
    input_shape = (3, 28, 28)

    def forward_features(self, maps: Tensor) -> Tensor:
        """Return feature maps (B, 16, 5, 5) of motion maps (B, 3, 28, 28)."""
        return self.pool(torch.cat([stream(maps) for stream in self.streams], dim=1))

    def forward_head(self, features: Tensor) -> Tensor:
        """Return logits (B, num_classes) of feature maps (B, 16, 5, 5)."""
        return self.head(features.flatten(1))


@register(
    ModelInfo(
        name="ststnet",
        title="STSTNet",
        paper=_PAPER,
        input_shape=(3, 28, 28),
        channels=("u", "v", "strain"),
    )
)
class STSTNet(_TripleStream):
    """STSTNet (1,683 parameters); features (B, 16, 5, 5)."""

    def __init__(self, num_classes: int = 3) -> None:
        super().__init__()
        self.streams = nn.ModuleList(
            nn.Sequential(
                nn.Conv2d(3, width, 3, padding=2),
                nn.ReLU(),
                nn.BatchNorm2d(width),
                nn.MaxPool2d(3, stride=3, padding=1),
                nn.Dropout(0.5),
            )
            for width in _STREAM_WIDTHS
        )
        self.pool = nn.AvgPool2d(2)
        self.head = nn.Linear(_NUM_FEATURES, num_classes)


@register(
    ModelInfo(
        name="ststnet_dense",
        title="STSTNet (dense re-implementation)",
        paper=_PAPER,
        input_shape=(3, 28, 28),
        channels=("u", "v", "strain"),
    )
)
class STSTNetDense(_TripleStream):
    """The denser re-implementation of STSTNet (162,051 parameters); features (B, 16, 5, 5)."""

    def __init__(self, num_classes: int = 3) -> None:
        super().__init__()
        self.streams = nn.ModuleList(
            nn.Sequential(nn.Conv2d(3, width, 3, padding=1), nn.MaxPool2d(3, stride=3, padding=1))
            for width in _STREAM_WIDTHS
        )
        self.pool = nn.MaxPool2d(2)
        self.head = dense_head((_NUM_FEATURES, 400), num_classes, dropout=None)
