"""mini-AORCNN: light residual stages on flow and strain, then a bottleneck transformer.

Source: J. Zhang, F. Liu, J. Qi, Computer Science 49(6A), 2022, DOI 10.11896/jsjkx.210500023 (ARFNet in the authors'
code). Departures: none. The paper prints 39,185 parameters in one abstract and 39,685 in the other; the layers give
39,685.
"""

from torch import nn

from mer_core.models.blocks import LightResidualStage
from mer_core.models.gate_attention import POSITION_TERMS, BottleneckTransformer
from mer_core.models.registry import ModelInfo, Paper, register
from mer_core.models.three_stages import THIRD_STAGE_SIDE, WIDTHS, ThreeStageNetwork

ATTENTIONS = ("multi_head", "single_head", "residual")


def _third_stage(attention: str, position: str) -> nn.Module:
    if attention == "residual":
        if position != "product":
            raise ValueError(f"position={position!r} has no effect with attention='residual'; leave it out")
        return LightResidualStage(WIDTHS[2], WIDTHS[3])
    num_heads = 4 if attention == "multi_head" else 1
    return BottleneckTransformer(WIDTHS[2], WIDTHS[3], THIRD_STAGE_SIDE, num_heads, position)


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
class MiniAORCNN(ThreeStageNetwork):
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
        super().__init__(in_channels, num_classes, LightResidualStage, lambda: _third_stage(attention, position))
