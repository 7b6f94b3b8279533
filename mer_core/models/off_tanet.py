"""Off-TANet: a small residual network on flow and strain with channel, spatial and self-attention.

Source: J. Zhang, F. Liu, A. Zhou, PRICAI 2021, DOI 10.1007/978-3-030-89188-6_20. Departures: none in the function;
the self-attention-only variant leaves out a last convolution that the authors' class registers and never uses.
"""

from collections import OrderedDict

import torch
from torch import Tensor, nn

from mer_core.models.blocks import ResidualStage, conv_norm_relu
from mer_core.models.gate_attention import POSITION_TERMS, BottleneckTransformer, GateAttention
from mer_core.models.registry import ModelInfo, Paper, register
from mer_core.models.three_stages import THIRD_STAGE_SIDE, WIDTHS, ThreeStageNetwork

ATTENTIONS = ("triplet", "self", "cbam", "residual", "bottleneck_transformer")


class ChannelAttention(nn.Module):
    """Gate per channel from the mean and the maximum of each map (the channel half of CBAM).

    Hook `sigmoid` for the gate, (B, channels, 1, 1). Pools are plain pools over the whole map, because the
    adaptive ones have no deterministic backward pass on a GPU.
    """

    def __init__(self, channels: int, side: int) -> None:
        super().__init__()
        self.mean_pool = nn.AvgPool2d(side)
        self.max_pool = nn.MaxPool2d(side)
        self.squeeze = nn.Conv2d(channels, 1, 1, bias=False)
        self.excite = nn.Conv2d(1, channels, 1, bias=False)
        self.mean_relu = nn.ReLU()
        self.max_relu = nn.ReLU()
        self.sigmoid = nn.Sigmoid()

    def forward(self, x: Tensor) -> Tensor:
        """Return x (B, channels, side, side) times its gate, same shape."""
        mean = self.excite(self.mean_relu(self.squeeze(self.mean_pool(x))))
        maximum = self.excite(self.max_relu(self.squeeze(self.max_pool(x))))
        return x * self.sigmoid(mean + maximum)


class SpatialAttention(nn.Module):
    """Gate per pixel from the mean and the maximum over channels (the spatial half of CBAM).

    Hook `sigmoid` for the gate, (B, 1, H, W).
    """

    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2d(2, 1, 3, padding=1, bias=False)
        self.sigmoid = nn.Sigmoid()

    def forward(self, x: Tensor) -> Tensor:
        """Return x (B, C, H, W) times its gate, same shape."""
        places = x.permute(0, 2, 3, 1)  # so that gradients lie in memory as x does where a processor trains
        maximum = places.max(dim=3, keepdim=True).values  # half the time of amax, whose gradient looks for ties
        summary = torch.cat([places.mean(dim=3, keepdim=True), maximum], dim=3).permute(0, 3, 1, 2)
        return x * self.sigmoid(self.conv(summary))


class AttentionStage(nn.Module):
    """A conv layer and one or more attentions, plus a 1x1 convolution of the input, then max pooling by 2.

    `main` holds, by name and in this order: `conv1`, `channel_attention`, `spatial_attention`, `self_attention`,
    `conv2`. The kind "cbam" has no `self_attention`; the kind "self" has only `conv1` and `self_attention`,
    which then narrows the maps itself.
    """

    def __init__(self, in_channels: int, out_channels: int, kind: str, position: str) -> None:
        super().__init__()
        parts: OrderedDict[str, nn.Module] = OrderedDict(conv1=conv_norm_relu(in_channels, in_channels))
        if kind in ("triplet", "cbam"):
            parts["channel_attention"] = ChannelAttention(in_channels, THIRD_STAGE_SIDE)
            parts["spatial_attention"] = SpatialAttention()
        if kind in ("triplet", "self"):
            gated = out_channels if kind == "self" else in_channels
            parts["self_attention"] = GateAttention(in_channels, gated, THIRD_STAGE_SIDE, position=position)
        if kind != "self":
            parts["conv2"] = conv_norm_relu(in_channels, out_channels)
        self.main = nn.Sequential(parts)
        self.shortcut = nn.Conv2d(in_channels, out_channels, 1)
        self.pool = nn.MaxPool2d(2)

    def forward(self, x: Tensor) -> Tensor:
        """Return (B, out_channels, H/2, W/2) of x (B, in_channels, H, W)."""
        return self.pool(self.main(x) + self.shortcut(x))


def _third_stage(attention: str, position: str) -> nn.Module:
    if attention in ("cbam", "residual") and position != "product":
        raise ValueError(f"position={position!r} has no effect with attention={attention!r}; leave it out")
    if attention == "residual":
        return ResidualStage(WIDTHS[2], WIDTHS[3])
    if attention == "bottleneck_transformer":
        return BottleneckTransformer(WIDTHS[2], WIDTHS[3], THIRD_STAGE_SIDE, position=position)
    return AttentionStage(WIDTHS[2], WIDTHS[3], attention, position)


@register(
    ModelInfo(
        name="off_tanet",
        title="Off-TANet",
        paper=Paper(
            title="Off-TANet: A Lightweight Neural Micro-expression Recognizer with Optical Flow Features and "
            "Integrated Attention Mechanism",
            authors=("Jiahao Zhang", "Feng Liu", "Aimin Zhou"),
            year=2021,
            venue="PRICAI 2021",
            doi="10.1007/978-3-030-89188-6_20",
        ),
        input_shape=(3, 112, 112),
        channels=("u", "v", "strain"),
        arguments={"attention": ATTENTIONS, "position": POSITION_TERMS, "in_channels": (3, 2)},
    )
)
class OffTANet(ThreeStageNetwork):
    """Off-TANet (59,403 parameters) and its ablations; features (B, 8, 7, 7).

    Args:
        num_classes: number of logits.
        in_channels: 3, or 2 without strain.
        attention: what the third stage does: channel, spatial and self-attention ("triplet", the paper's network),
            "self" attention only, channel and spatial only ("cbam"), a plain "residual" stage, or a
            "bottleneck_transformer" stage.
        position: how the position code enters the self-attention, see `POSITION_TERMS`.
    """

    def __init__(
        self,
        num_classes: int = 3,
        in_channels: int = 3,
        attention: str = "triplet",
        position: str = "product",
    ) -> None:
        super().__init__(in_channels, num_classes, ResidualStage, lambda: _third_stage(attention, position))
