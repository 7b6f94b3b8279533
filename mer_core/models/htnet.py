"""HTNet: a hierarchical transformer on the four facial areas of a micro-expression.

Source: Z. Wang, K. Zhang, W. Luo, R. Sankaranarayana, Neurocomputing 602, 2024, DOI 10.1016/j.neucom.2024.128196.
Departures: 1x1 convolutions on single tokens are written as linear layers (the same function); the per-level position
scalars start from a standard normal, as embeddings do; the canvas of crops is the network's first step, see
`FaceCanvas`.

Every block of every level holds exactly one token, so each softmax is over one score and its attention is identically
1: query and key (22,195,200 parameters) never receive a gradient, and there is no attention to show.
"""

from itertools import pairwise

import torch
from torch import Tensor, nn

from mer_core.models.blocks import MatMul, Network
from mer_core.models.registry import ModelInfo, Paper, register

_WIDTHS = (256, 512, 1024)
_HEADS = (3, 6, 12)
_DEPTHS = (2, 2, 10)
_PATCH = 7
_REACH = 7  # a crop is the 14 rows and columns around its point

BENCHMARK_POINTS = ((9.5, 11.1), (21.4, 10.9), (15.4, 17.4), (10.3, 22.1), (20.6, 22.3))
"""Left eye, right eye, nose, left and right lip corner on the 28x28 grid of the benchmark's maps."""


def face_canvas(maps: Tensor, points: tuple[tuple[float, float], ...] = BENCHMARK_POINTS) -> Tensor:
    """Return the canvas (B, C, 28, 28) of four 14x14 crops: left eye, left lip above right eye, right lip.

    `maps` is (B, C, 28, 28) and `points` the five face points of `BENCHMARK_POINTS`, in that order; the nose is
    unused. A point (a, b), rounded and clamped to 7..21, gives rows a-7..a+6 and columns b-7..b+6: the authors'
    reading, which swaps x and y. Rounding to the nearest cell (halves to even) is our choice.
    """
    left_eye, right_eye, _, left_lip, right_lip = (_crop(maps, point) for point in points)
    upper = torch.cat([left_eye, left_lip], dim=3)
    lower = torch.cat([right_eye, right_lip], dim=3)
    return torch.cat([upper, lower], dim=2)


class FaceCanvas(nn.Module):
    """`face_canvas` around the benchmark's points, as a layer without parameters.

    It is part of the network and not of how its input is prepared: training, checkpoints, prediction and stacked
    networks then all have it, and what explains the network attributes to places of the face's own map, not of the
    canvas; what no crop shows gets nothing. The benchmark's points serve every clip, as every clip is cropped the same.
    """

    def forward(self, maps: Tensor) -> Tensor:
        """Return the canvas (B, C, 28, 28) of maps (B, C, 28, 28)."""
        return face_canvas(maps)


def _crop(maps: Tensor, point: tuple[float, float]) -> Tensor:
    row, column = (min(max(round(value), _REACH), 28 - _REACH) for value in point)
    return maps[:, :, row - _REACH : row + _REACH, column - _REACH : column + _REACH]


class ChannelNorm(nn.Module):
    """Layer norm over the channels of each position of a map (B, C, H, W)."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.norm = nn.LayerNorm(channels)

    def forward(self, x: Tensor) -> Tensor:
        """Return x normalised over its channels, same shape."""
        return self.norm(x.movedim(1, -1)).movedim(-1, 1)


class BlockAttention(nn.Module):
    """Multi-head self-attention within each block, with head width floor(width / heads).

    The head width is rounded down, so the inner width (255, 510, 1020) is smaller than the outer one.
    """

    def __init__(self, width: int, num_heads: int) -> None:
        super().__init__()
        self.num_heads = num_heads
        self.head_width = width // num_heads
        inner = self.head_width * num_heads
        self.qkv = nn.Linear(width, 3 * inner, bias=False)
        self.score_product = MatMul()
        self.softmax = nn.Softmax(dim=-1)
        self.value_product = MatMul()
        self.output = nn.Linear(inner, width)

    def forward(self, tokens: Tensor) -> Tensor:
        """Return tokens (blocks, tokens, width) after attention within each block, same shape."""
        query, key, value = (
            part.unflatten(2, (self.num_heads, self.head_width)).transpose(1, 2)
            for part in self.qkv(tokens).chunk(3, dim=2)
        )
        scores = self.score_product(query, key.transpose(2, 3)) * self.head_width**-0.5
        mixed = self.value_product(self.softmax(scores), value)
        return self.output(mixed.transpose(1, 2).flatten(2))


class EncoderLayer(nn.Module):
    """Pre-norm self-attention and a feed-forward network of four times the width, each added to its input."""

    def __init__(self, width: int, num_heads: int) -> None:
        super().__init__()
        self.attention = nn.Sequential(nn.LayerNorm(width), BlockAttention(width, num_heads))
        self.feed_forward = nn.Sequential(
            nn.LayerNorm(width), nn.Linear(width, 4 * width), nn.GELU(), nn.Linear(4 * width, width)
        )

    def forward(self, tokens: Tensor) -> Tensor:
        """Return tokens (blocks, tokens, width) after the layer, same shape."""
        tokens = tokens + self.attention(tokens)
        return tokens + self.feed_forward(tokens)


class Level(nn.Module):
    """Encoder layers on a map whose every position is a block of one token."""

    def __init__(self, width: int, num_heads: int, depth: int) -> None:
        super().__init__()
        self.position = nn.Parameter(torch.randn(1))
        self.layers = nn.Sequential(*(EncoderLayer(width, num_heads) for _ in range(depth)))

    def forward(self, x: Tensor) -> Tensor:
        """Return (B, width, H, W) of x (B, width, H, W)."""
        side = x.shape[2:]
        positions = x.flatten(2).transpose(1, 2)
        tokens = positions.flatten(0, 1).unsqueeze(1) + self.position
        encoded = self.layers(tokens).squeeze(1)
        return encoded.unflatten(0, positions.shape[:2]).transpose(1, 2).unflatten(2, side)


@register(
    ModelInfo(
        name="htnet",
        title="HTNet",
        paper=Paper(
            title="HTNet for micro-expression recognition",
            authors=("Zhifeng Wang", "Kaihao Zhang", "Wenhan Luo", "Ramesh Sankaranarayana"),
            year=2024,
            venue="Neurocomputing 602",
            doi="10.1016/j.neucom.2024.128196",
        ),
        input_shape=(3, 28, 28),
        channels=("u", "v", "strain"),
    )
)
class HTNet(Network):
    """HTNet (139,582,982 parameters); features (B, 1024, 1, 1)."""

    input_shape = (3, 28, 28)

    def __init__(self, num_classes: int = 3) -> None:
        super().__init__()
        self.canvas = FaceCanvas()
        self.embedding = nn.Linear(_PATCH * _PATCH * 3, _WIDTHS[0])
        self.levels = nn.ModuleList(
            Level(width, heads, depth) for width, heads, depth in zip(_WIDTHS, _HEADS, _DEPTHS, strict=True)
        )
        self.merges = nn.ModuleList(
            nn.Sequential(
                nn.Conv2d(before, after, 3, padding=1),
                ChannelNorm(after),
                nn.MaxPool2d(3, stride=2, padding=1),
            )
            for before, after in pairwise(_WIDTHS)
        )
        self.norm = ChannelNorm(_WIDTHS[-1])
        self.head = nn.Linear(_WIDTHS[-1], num_classes)

    def forward_features(self, maps: Tensor) -> Tensor:
        """Return features (B, 1024, 1, 1) of motion maps (B, 3, 28, 28)."""
        x = self.levels[0](self._embed(self.canvas(maps)))
        for merge, level in zip(self.merges, self.levels[1:], strict=True):
            x = level(merge(x))
        return x

    def forward_head(self, features: Tensor) -> Tensor:
        """Return logits (B, num_classes) of features (B, 1024, 1, 1)."""
        return self.head(self.norm(features).mean(dim=(2, 3)))

    def _embed(self, canvas: Tensor) -> Tensor:
        # (B, 3, 28, 28) -> (B, 256, 4, 4); the 147 values of a patch run over row, column, channel
        patches = canvas.unflatten(3, (-1, _PATCH)).unflatten(2, (-1, _PATCH)).permute(0, 2, 4, 3, 5, 1)
        return self.embedding(patches.flatten(3)).movedim(3, 1)
