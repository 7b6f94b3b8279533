"""What "no motion" looks like to a network: the input that an explanation compares with.

Black is no such input. In a "minmax28" map every channel is stretched to its own 0..255, so a resting pixel of u or v
is somewhere in the middle, and where depends on the clip.
"""

from dataclasses import dataclass

import numpy as np
import torch

from mer_core.errors import MerError
from mer_core.inputs import InputSpec, at_map_side
from mer_core.motion import Motion


@dataclass(frozen=True)
class Baseline:
    """An input without motion: one value a channel.

    Attributes:
        name: short, for a caption.
        values: one a channel, in the network's order and the unit of its input.
        is_approximate: whether the place of zero had to be estimated.
        note: a plain sentence on how it was chosen.
    """

    name: str
    values: tuple[float, ...]
    is_approximate: bool
    note: str

    def planes(self, size: int) -> torch.Tensor:
        """The input itself; float32 (C, size, size)."""
        return torch.tensor(self.values)[:, None, None].repeat(1, size, size)


def no_motion_of_clip(motion: Motion, spec: InputSpec) -> Baseline:
    """The input of this very clip, had nothing moved, on the clip's own scale.

    Where the scale does not reach zero (strain is seldom exactly 0 anywhere; every pixel may move one way), the
    nearest value that the network can receive stands for it.
    """
    if spec.kind == "pixels112":
        return Baseline("no motion", (0.0,) * len(spec.channels), False, "The comparison is a face that does not move.")
    planes = {"u": motion.flow[..., 0], "v": motion.flow[..., 1], "strain": motion.strain}
    levels = [_level_of_zero(planes[channel]) for channel in spec.channels]
    # strain ends a little above zero in every clip (2 to 7 of 255 levels measured), which is nothing to report
    far = [name for name, level in zip(spec.channels, levels, strict=True) if not -16 <= level <= 255 + 16]
    note = "The comparison is this clip without movement, on the clip's own scale."
    if far:
        note += f" Its scale of {' and '.join(far)} does not reach zero; the nearest value stands for it."
    return Baseline("no motion of this clip", _in_range(levels, spec), bool(far), note)


def no_motion_of_map(network_input: torch.Tensor, spec: InputSpec) -> Baseline:
    """The estimate of no motion for an input whose scale in pixels is not known, such as a benchmark map.

    The median of u and of v and the least strain. On six synthetic clips, where the truth is known, they lay within 2
    of 255 levels of it for u and v and within 7 for strain; the median of strain lay 8 to 26 levels off.

    Args:
        network_input: float32 (C, S, S).
        spec: how it was made.

    Raises:
        MerError: the input does not have the spec's channels.
    """
    if len(network_input) != len(spec.channels):
        raise MerError(f"The input has {len(network_input)} channels; the network takes {', '.join(spec.channels)}.")
    values = tuple(
        float(plane.min() if channel == "strain" else plane.median())
        for channel, plane in zip(spec.channels, network_input, strict=True)
    )
    note = (
        "The comparison is approximately this map without movement: the map does not say where zero lies, so the "
        "middle value of u and v and the least strain stand for it."
    )
    return Baseline("no motion, approximate", values, True, note)


def _level_of_zero(plane: np.ndarray) -> float:
    """Where zero lies on the 0..255 of `mer_core.inputs.motion_map`; a plane without variation is 0 there."""
    small = at_map_side(plane)
    low, high = float(small.min()), float(small.max())
    return 0.0 if high == low else -low / (high - low) * 255


def _in_range(levels: list[float], spec: InputSpec) -> tuple[float, ...]:
    low, high = spec.value_range
    return tuple(float(np.clip(level, 0, 255)) / 255 * (high - low) + low for level in levels)
