"""The self-attention of Off-TANet and mini-AORCNN: a learnt gate on each 14x14 map.

What the papers call self-attention multiplies, per channel, the query map with the transposed key map as 14x14
matrices and takes one softmax over all 196 cells of the result. The output is that map times the value map, cell by
cell. It is no attention between tokens: cell (i, j) of the score is row i of the query against row j of the key.
Its picture is a *gate map*; hook `GateAttention.gate` to get it.

Sources: J. Zhang, F. Liu, A. Zhou, Off-TANet, PRICAI 2021, DOI 10.1007/978-3-030-89188-6_20; J. Zhang, F. Liu, J. Qi,
Computer Science 49(6A), 2022, DOI 10.11896/jsjkx.210500023.
"""

from itertools import pairwise
from typing import cast

import torch
from torch import Tensor, nn

from mer_core.models.blocks import JointConvolution, MapSoftmax, MatMul

POSITION_TERMS = ("product", "bias", "none")
"""How the position code p enters the score: q·kᵀ + q·pᵀ (the papers), q·kᵀ + p, or not at all."""

_ROLES = ("query", "key", "value")


def position_code(side: int) -> Tensor:
    """Return the fixed position code p, float32 (side, side), symmetric.

    p_ij = r_i + r_j with r_i the sine (i even) or cosine (i odd) of 1 / 10000^((i // 2) / side). The angle carries
    no factor for the position itself: that is the papers' code.
    """
    index = torch.arange(side)
    angle = 10000.0 ** -(torch.div(index, 2, rounding_mode="floor").double() / side)
    row = torch.where(index % 2 == 0, angle.sin(), angle.cos())
    return (row[:, None] + row[None, :]).float()


class GateAttention(nn.Module):
    """Heads of a value map times a softmax gate, computed from query, key and the fixed position code.

    As the gate works per channel, the number of heads changes nothing but the grouping of the weights: any number
    of heads can compute the same function. So `heads` only hold the weights, by head and role, and all of them are
    computed at once; that takes half the time of one after another, for each is tiny. Hook `projection` for queries,
    keys and values, in this order (B, 3 * out_channels, side, side), and `gate` for the gate maps of all heads, in
    their order (B, out_channels, side, side), each of which sums to 1.
    """

    position_code: Tensor

    def __init__(
        self, in_channels: int, out_channels: int, side: int, num_heads: int = 4, position: str = "product"
    ) -> None:
        super().__init__()
        if out_channels % num_heads:
            raise ValueError(f"{out_channels} channels cannot be split into {num_heads} equal heads")
        if position not in POSITION_TERMS:
            raise ValueError(f"position must be one of {', '.join(POSITION_TERMS)}, not {position!r}")
        self.position = position
        width = out_channels // num_heads
        self.heads = nn.ModuleList(
            nn.ModuleDict({role: nn.Conv2d(in_channels, width, 1) for role in _ROLES}) for _ in range(num_heads)
        )
        self.projection = JointConvolution()
        self.product = MatMul()
        if position != "none":
            # fixed, so not part of a checkpoint
            self.register_buffer("position_code", position_code(side), persistent=False)
        self.gate = MapSoftmax()

    def forward(self, x: Tensor) -> Tensor:
        """Return (B, out_channels, side, side) of x (B, in_channels, side, side)."""
        heads = [cast(nn.ModuleDict, head) for head in self.heads]
        maps = self.projection(x, [head[role] for role in _ROLES for head in heads])
        query, key, value = maps.chunk(len(_ROLES), dim=1)
        if self.position == "product":
            key = key + self.position_code  # q·kᵀ + q·pᵀ in one product
        score = self.product(query, key.transpose(2, 3))
        if self.position == "bias":
            score = score + self.position_code
        return self.gate(score) * value


class BottleneckTransformer(nn.Module):
    """Two gate attentions in a row plus a 1x1 convolution of the input, then max pooling by 2."""

    def __init__(
        self, in_channels: int, out_channels: int, side: int, num_heads: int = 4, position: str = "product"
    ) -> None:
        super().__init__()
        widths = (in_channels, out_channels, out_channels)
        self.main = nn.Sequential(
            *(GateAttention(before, after, side, num_heads, position) for before, after in pairwise(widths))
        )
        self.shortcut = nn.Conv2d(in_channels, out_channels, 1)
        self.pool = nn.MaxPool2d(2)

    def forward(self, x: Tensor) -> Tensor:
        """Return (B, out_channels, side/2, side/2) of x (B, in_channels, side, side)."""
        return self.pool(self.main(x) + self.shortcut(x))
