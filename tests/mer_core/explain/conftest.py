"""Small networks whose explanations are known exactly."""

from collections.abc import Callable

import pytest
import torch
from torch import Tensor, nn

from mer_core.explain.baselines import Baseline
from mer_core.explain.question import Question
from mer_core.models.blocks import Network

SIDE = 28


class Linear(Network):
    """Logits linear in the input; features are the maps themselves, halved in side."""

    input_shape = (3, SIDE, SIDE)

    def __init__(self) -> None:
        super().__init__()
        self.pool = nn.AvgPool2d(2)
        self.head = nn.Linear(3 * (SIDE // 2) ** 2, 3)

    def forward_features(self, maps: Tensor) -> Tensor:
        return self.pool(maps)

    def forward_head(self, features: Tensor) -> Tensor:
        return self.head(features.flatten(1))


class Deaf(Network):
    """A small network with ReLUs that does not look at its second channel."""

    input_shape = (3, SIDE, SIDE)

    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2d(3, 6, 3, padding=1)
        self.relu = nn.ReLU()
        self.pool = nn.MaxPool2d(4)
        self.head = nn.Linear(6 * 7 * 7, 3)
        with torch.no_grad():
            self.conv.weight[:, 1] = 0

    def forward_features(self, maps: Tensor) -> Tensor:
        return self.pool(self.relu(self.conv(maps)))

    def forward_head(self, features: Tensor) -> Tensor:
        return self.head(features.flatten(1))


@pytest.fixture
def ask() -> Callable[..., Question]:
    """A question about a network, a seeded input of it, and four regions of the picture."""

    def make(network: nn.Module, target: int = 1, **changes: object) -> Question:
        channels, side = network.input_shape[0], network.input_shape[1]
        generator = torch.Generator().manual_seed(7)
        maps = torch.rand((channels, side, side), generator=generator) * 2 - 1
        names = ("u", "v", "strain")[:channels]
        baseline = Baseline("no motion", (0.1, -0.2, -0.9)[:channels], False, "")
        half = torch.arange(side) < side // 2
        upper, left = half[:, None].expand(side, side), half[None, :].expand(side, side)
        masks = {
            "brow_left": (upper & left).numpy(),
            "brow_right": (upper & ~left).numpy(),
            "mouth_left": (~upper & left).numpy(),
        }
        values = {"target": target, "channels": names, "baseline": baseline, "masks": masks, **changes}
        return Question(network, maps, **values)

    return make


@pytest.fixture
def linear() -> Linear:
    torch.manual_seed(0)
    return Linear().eval()


@pytest.fixture
def deaf() -> Deaf:
    torch.manual_seed(0)
    return Deaf().eval()
