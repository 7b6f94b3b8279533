"""Random variation of motion maps during training."""

import math
from dataclasses import dataclass

import torch
import torch.nn.functional as F

# Fixed beforehand, not tuned on any test subject: rotation in degrees; the others as a share of 1.
_ROTATION_DEG, _SCALE, _SHIFT = 12.0, 0.15, 0.12
_GAIN, _OFFSET, _NOISE = 0.15, 0.1, 0.02
_RANGE = 255.0


@dataclass(frozen=True, eq=False)
class Variation:
    """How a batch of N maps is varied, drawn apart from applying it: numbers come from the processor, maps may not.

    Attributes:
        place: float32 (N, 2, 3), where each output pixel is read, as `torch.nn.functional.affine_grid` takes it.
        is_mirrored: bool (N,).
        gain: float32 (N, C, 1, 1), factor about the middle of the range.
        offset: float32 (N, C, 1, 1), added, on the 0..255 scale.
        noise: float32 (N, C, H, W), added, on the 0..255 scale.
    """

    place: torch.Tensor
    is_mirrored: torch.Tensor
    gain: torch.Tensor
    offset: torch.Tensor
    noise: torch.Tensor

    def to(self, device: torch.device) -> "Variation":
        """The same variation on another device."""
        return Variation(*(value.to(device, non_blocking=True) for value in vars(self).values()))


def augment(planes: torch.Tensor, generator: torch.Generator) -> torch.Tensor:
    """A randomly varied copy of a batch of maps; same shape and 0..255 scale.

    Each map is turned (up to 12 degrees), scaled (15 %) and shifted (12 % of its side), mirrored half of the time
    (which negates u), and each of its channels gets its own gain (15 %), offset (10 % of the range) and a little noise.

    Args:
        planes: float32 (N, 3, H, W) in the order u, v, strain, 0..255.
        generator: where the randomness comes from.
    """
    return vary(planes, draw_variation(tuple(planes.shape), generator))


def draw_variation(shape: tuple[int, ...], generator: torch.Generator) -> Variation:
    """A random variation for maps of that shape (N, C, H, W); see `augment`."""
    place = _draw_place(shape[0], generator)
    is_mirrored = torch.rand(shape[0], generator=generator) < 0.5
    per_channel = (*shape[:2], 1, 1)
    return Variation(
        place=place,
        is_mirrored=is_mirrored,
        gain=1 + _uniform(per_channel, _GAIN, generator),
        offset=_uniform(per_channel, _OFFSET * _RANGE, generator),
        noise=torch.randn(shape, generator=generator) * _NOISE * _RANGE,
    )


def vary(planes: torch.Tensor, variation: Variation) -> torch.Tensor:
    """The maps, float32 (N, C, H, W), 0..255, varied as drawn; both on the same device."""
    with torch.autocast(planes.device.type, enabled=False):  # bfloat16 would read a tenth of a pixel away
        grid = F.affine_grid(variation.place, list(planes.shape), align_corners=False)
    moved = F.grid_sample(planes, grid, padding_mode="border", align_corners=False)
    turned = torch.where(variation.is_mirrored[:, None, None, None], mirrored(moved), moved)
    middle = _RANGE / 2
    varied = (turned - middle) * variation.gain + middle + variation.offset + variation.noise
    return varied.clamp(0, _RANGE)


def mirrored(planes: torch.Tensor) -> torch.Tensor:
    """The maps as the mirror image of the face would give them: flipped left-right, u negated; (N, 3, H, W), 0..255."""
    flipped = planes.flip(-1)
    return torch.cat([_RANGE - flipped[:, :1], flipped[:, 1:]], dim=1)


def _uniform(shape: tuple[int, ...], extent: float, generator: torch.Generator) -> torch.Tensor:
    return (torch.rand(shape, generator=generator) * 2 - 1) * extent


def _draw_place(num_maps: int, generator: torch.Generator) -> torch.Tensor:
    count = (num_maps,)
    angle = _uniform(count, math.radians(_ROTATION_DEG), generator)
    scale = 1 + _uniform(count, _SCALE, generator)
    shift_x, shift_y = (2 * _uniform(count, _SHIFT, generator) for _ in range(2))  # the grid spans -1..1
    cos, sin = torch.cos(angle) / scale, torch.sin(angle) / scale
    return torch.stack([torch.stack([cos, -sin, shift_x], 1), torch.stack([sin, cos, shift_y], 1)], 1)
