"""The plan that Off-TANet and mini-AORCNN share: a stem, three stages, a dense head."""

from collections.abc import Callable

from torch import Tensor, nn

from mer_core.models.blocks import FLOW_STEM_WIDTH, Network, dense_head, flow_stem

WIDTHS = (FLOW_STEM_WIDTH, 18, 28, 8)
THIRD_STAGE_SIDE = 14  # of the maps that reach the third stage: 112 halved by the stem and by two stages


class ThreeStageNetwork(Network):
    """Flow maps (B, in_channels, 112, 112) through stem and three stages; features (B, 8, 7, 7).

    Args:
        in_channels: 3, or 2 without strain.
        num_classes: number of logits.
        stage: builds the first and the second stage from the width before and after.
        third_stage: builds the third stage, which is where the networks and their ablations differ.
    """

    def __init__(
        self,
        in_channels: int,
        num_classes: int,
        stage: Callable[[int, int], nn.Module],
        third_stage: Callable[[], nn.Module],
    ) -> None:
        super().__init__()
        self.input_shape = (in_channels, 112, 112)
        self.stem = flow_stem(in_channels)
        self.stage1 = stage(WIDTHS[0], WIDTHS[1])
        self.stage2 = stage(WIDTHS[1], WIDTHS[2])
        self.stage3 = third_stage()
        self.head = dense_head((WIDTHS[3] * 7 * 7, 64, 64), num_classes)

    def forward_features(self, maps: Tensor) -> Tensor:
        """Return feature maps (B, 8, 7, 7) of motion maps (B, in_channels, 112, 112)."""
        return self.stage3(self.stage2(self.stage1(self.stem(maps))))

    def forward_head(self, features: Tensor) -> Tensor:
        """Return logits (B, num_classes) of feature maps (B, 8, 7, 7)."""
        return self.head(features.flatten(1))
