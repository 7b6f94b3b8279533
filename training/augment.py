"""Random variation of motion maps during training."""

import math

import torch
import torch.nn.functional as F

# Fixed beforehand, not tuned on any test subject: rotation in degrees; the others as a share of 1.
_ROTATION_DEG, _SCALE, _SHIFT = 12.0, 0.15, 0.12
_GAIN, _OFFSET, _NOISE = 0.15, 0.1, 0.02
_RANGE = 255.0


def augment(planes: torch.Tensor, generator: torch.Generator) -> torch.Tensor:
    """A randomly varied copy of a batch of maps; same shape and 0..255 scale.

    Each map is turned (up to 12 degrees), scaled (15 %) and shifted (12 % of its side), mirrored half of the time
    (which negates u), and each of its channels gets its own gain (15 %), offset (10 % of the range) and a little noise.

    Args:
        planes: float32 (N, 3, H, W) in the order u, v, strain, 0..255.
        generator: where the randomness comes from.
    """
    return _jitter_values(_mirror(_jitter_place(planes, generator), generator), generator)


def mirrored(planes: torch.Tensor) -> torch.Tensor:
    """The maps as the mirror image of the face would give them: flipped left-right, u negated; (N, 3, H, W), 0..255."""
    flipped = planes.flip(-1)
    return torch.cat([_RANGE - flipped[:, :1], flipped[:, 1:]], dim=1)


def _uniform(shape: tuple[int, ...], extent: float, generator: torch.Generator) -> torch.Tensor:
    return (torch.rand(shape, generator=generator) * 2 - 1) * extent


def _jitter_place(planes: torch.Tensor, generator: torch.Generator) -> torch.Tensor:
    count = (len(planes),)
    angle = _uniform(count, math.radians(_ROTATION_DEG), generator)
    scale = 1 + _uniform(count, _SCALE, generator)
    shift_x, shift_y = (2 * _uniform(count, _SHIFT, generator) for _ in range(2))  # the grid spans -1..1
    cos, sin = torch.cos(angle) / scale, torch.sin(angle) / scale
    theta = torch.stack([torch.stack([cos, -sin, shift_x], 1), torch.stack([sin, cos, shift_y], 1)], 1)
    grid = F.affine_grid(theta, list(planes.shape), align_corners=False)
    return F.grid_sample(planes, grid, padding_mode="border", align_corners=False)


def _mirror(planes: torch.Tensor, generator: torch.Generator) -> torch.Tensor:
    chosen = torch.rand(len(planes), generator=generator) < 0.5
    return torch.where(chosen[:, None, None, None], mirrored(planes), planes)


def _jitter_values(planes: torch.Tensor, generator: torch.Generator) -> torch.Tensor:
    per_channel = (*planes.shape[:2], 1, 1)
    gain = 1 + _uniform(per_channel, _GAIN, generator)
    offset = _uniform(per_channel, _OFFSET * _RANGE, generator)
    noise = torch.randn(planes.shape, generator=generator) * _NOISE * _RANGE
    return ((planes - _RANGE / 2) * gain + _RANGE / 2 + offset + noise).clamp(0, _RANGE)
