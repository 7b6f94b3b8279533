"""mini-AORCNN: light residual stages on flow and strain, then a bottleneck transformer.

Source: J. Zhang, F. Liu, J. Qi, Computer Science 49(6A), 2022, DOI 10.11896/jsjkx.210500023 (ARFNet in the authors'
code). Departures: none. The paper prints 39,185 parameters in one abstract and 39,685 in the other; the layers give
39,685.
"""

from torch import Tensor, nn

from mer_core.models.blocks import FLOW_STEM_WIDTH, LightResidualStage, Network, dense_head, flow_stem
from mer_core.models.gate_attention import POSITION_TERMS, BottleneckTransformer
from mer_core.models.registry import ModelInfo, Paper, register

ATTENTIONS = ("multi_head", "single_head", "residual")
_SIDE = 14  # of the maps that reach the third stage: 112 halved by the stem and by two stages
_WIDTHS = (FLOW_STEM_WIDTH, 18, 28, 8)


def _third_stage(attention: str, position: str) -> nn.Module:
    if attention == "residual":
        if position != "product":
            raise ValueError(f"position={position!r} has no effect with attention='residual'; leave it out")
        return LightResidualStage(_WIDTHS[2], _WIDTHS[3])
    num_heads = 4 if attention == "multi_head" else 1
    return BottleneckTransformer(_WIDTHS[2], _WIDTHS[3], _SIDE, num_heads, position)


@register(
    ModelInfo(
        name="mini_aorcnn",
        title="mini-AORCNN",
        paper=Paper(
            title="Lightweight Micro-expression Recognition Architecture Based on Bottleneck Transformer",
            authors=("Jiahao Zhang", "Feng Liu", "Jiayin Qi"),
            year=2022,
            venue="Computer Science 49(6A)",
            doi="10.11896/jsjkx.210500023",
        ),
        input_shape=(3, 112, 112),
        channels=("u", "v", "strain"),
        arguments={"attention": ATTENTIONS, "position": POSITION_TERMS, "in_channels": (3, 2)},
    )
)
class MiniAORCNN(Network):
    """mini-AORCNN (39,685 parameters) and its ablations; features (B, 8, 7, 7).

    Args:
        num_classes: number of logits.
        in_channels: 3, or 2 without strain.
        attention: "multi_head" (4 heads, the paper's network); "single_head", which can compute the very same
            function because the gate works per channel, so the difference between the two rows is seed noise; or a
            light "residual" stage instead.
        position: how the position code enters the self-attention, see `POSITION_TERMS`.
    """

    def __init__(
        self,
        num_classes: int = 3,
        in_channels: int = 3,
        attention: str = "multi_head",
        position: str = "product",
    ) -> None:
        super().__init__()
        self.input_shape = (in_channels, 112, 112)
        self.stem = flow_stem(in_channels)
        self.stage1 = LightResidualStage(_WIDTHS[0], _WIDTHS[1])
        self.stage2 = LightResidualStage(_WIDTHS[1], _WIDTHS[2])
        self.stage3 = _third_stage(attention, position)
        self.head = dense_head((_WIDTHS[3] * 7 * 7, 64, 64), num_classes)

    def forward_features(self, maps: Tensor) -> Tensor:
        """Return feature maps (B, 8, 7, 7) of motion maps (B, in_channels, 112, 112)."""
        return self.stage3(self.stage2(self.stage1(self.stem(maps))))

    def forward_head(self, features: Tensor) -> Tensor:
        """Return logits (B, num_classes) of feature maps (B, 8, 7, 7)."""
        return self.head(features.flatten(1))
