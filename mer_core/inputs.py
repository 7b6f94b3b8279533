"""What a network receives: the step from measured motion, or a benchmark map, to its input tensor."""

from dataclasses import asdict, dataclass, fields
from typing import Any

import cv2
import numpy as np
import torch
import torch.nn.functional as F

from mer_core.crop import CropGeometry
from mer_core.errors import CheckpointError, MotionError
from mer_core.flow import FLOW_METHODS
from mer_core.motion import Motion, MotionSettings
from mer_core.strain import STRAIN_MODES

MAP_SIDE = 28
CHANNELS: tuple[str, ...] = ("u", "v", "strain")
INPUT_KINDS: tuple[str, ...] = ("minmax28", "pixels112")
NOT_STATED = "not stated by the authors"  # how a flow version begins that nobody knows


@dataclass(frozen=True)
class InputSpec:
    """How motion becomes the input of one checkpoint's network.

    Attributes:
        kind: "minmax28": u, v and strain of the native crop, each area-averaged to 28x28 and stretched to its own
            0..255, the format of the MEGC2019 benchmark maps (it forgets how large the motion was). "pixels112": motion
            measured on the crop resized to 112x112, in raw pixels, the format of the published ECNU weights.
        size: side of the network's input, px; 28x28 maps are resized to it bilinearly (align_corners off).
        channels: which of u, v, strain the network receives, in its order.
        value_range: what 0 and 255 of a "minmax28" map become, e.g. (0, 255) or (-1, 1).
        flow_method: see `mer_core.flow.FLOW_METHODS`.
        flow_version: library the flow of the training data was computed with, or why that is unknown.
        strain_mode: see `mer_core.strain.STRAIN_MODES`.
        remove_head_motion: whether head motion is subtracted by default.
        side_in_eye_distances: side of the crop, in distances between the eyes.
        eye_line: height of the eyes in the crop, 0 top to 1 bottom.
    """

    kind: str = "minmax28"
    size: int = MAP_SIDE
    channels: tuple[str, ...] = CHANNELS
    value_range: tuple[float, float] = (0.0, 255.0)
    flow_method: str = "dis"
    flow_version: str = "not recorded"
    strain_mode: str = "standard"
    remove_head_motion: bool = True
    side_in_eye_distances: float = CropGeometry().side_in_eye_distances
    eye_line: float = CropGeometry().eye_line

    def __post_init__(self) -> None:
        _check_choice("kind", self.kind, INPUT_KINDS)
        _check_choice("flow_method", self.flow_method, FLOW_METHODS)
        _check_choice("strain_mode", self.strain_mode, STRAIN_MODES)
        if not self.channels or any(channel not in CHANNELS for channel in self.channels):
            raise CheckpointError(
                f"Input channels must be some of {', '.join(CHANNELS)}, got {', '.join(self.channels)}."
            )
        if self.size < 1:
            raise CheckpointError(f"The input size must be at least 1 px, got {self.size}.")

    @property
    def crop_px(self) -> int | None:
        """Side the crop is resized to before flow is computed, px; None keeps its native side."""
        return 112 if self.kind == "pixels112" else None

    @property
    def settings(self) -> MotionSettings:
        """How motion must be measured to fall within what the network was trained on."""
        return MotionSettings(self.flow_method, self.strain_mode, self.remove_head_motion)

    @property
    def geometry(self) -> CropGeometry:
        """Which part of the face the crop shows."""
        return CropGeometry(self.side_in_eye_distances, self.eye_line)

    def from_motion(self, motion: Motion) -> torch.Tensor:
        """The network's input for measured motion; float32 (C, size, size).

        Raises:
            MotionError: the motion was measured at another crop side than `crop_px` asks for.
        """
        if self.kind == "minmax28":
            return self.from_map(motion_map(motion))
        if motion.crop_px != self.crop_px:
            raise MotionError(
                f"This network needs motion on a {self.crop_px} px crop, got {motion.crop_px} px; resize the crop."
            )
        planes = {"u": motion.flow[..., 0], "v": motion.flow[..., 1], "strain": motion.strain}
        stacked = np.stack([planes[channel] for channel in self.channels])
        return self._resize(torch.from_numpy(stacked).float()[None])[0]

    def from_map(self, map_uvs: np.ndarray) -> torch.Tensor:
        """The network's input for a benchmark map; float32 (C, size, size) within `value_range`.

        Args:
            map_uvs: uint8 (28, 28, 3) in the order u, v, strain, each stretched to 0..255.

        Raises:
            MotionError: this is a "pixels112" spec (a map has lost its pixel unit), or not such a map.
        """
        if self.kind != "minmax28":
            raise MotionError(
                f"A {self.kind} network needs motion in pixels; a benchmark map has lost its unit and cannot be used."
            )
        if map_uvs.dtype != np.uint8 or map_uvs.shape != (MAP_SIDE, MAP_SIDE, 3):
            raise MotionError(
                f"A benchmark map is uint8 ({MAP_SIDE}, {MAP_SIDE}, 3), got {map_uvs.dtype} {map_uvs.shape}."
            )
        planes = torch.from_numpy(np.ascontiguousarray(map_uvs.transpose(2, 0, 1))).float()
        return self.from_planes(planes[None])[0]

    def from_planes(self, planes: torch.Tensor) -> torch.Tensor:
        """The network's inputs for a batch of benchmark maps; float32 (N, C, size, size) within `value_range`.

        Args:
            planes: float32 (N, 3, 28, 28) in the order u, v, strain, 0..255; where training jitters maps, before this.
                Their order in memory is kept.
        """
        if self.channels != CHANNELS:
            planes = planes[:, [CHANNELS.index(channel) for channel in self.channels]]
        low, high = self.value_range
        # Scaled first: resizing does not care, and there are up to 16 times as many values after it.
        return self._resize(planes / 255 * (high - low) + low)

    def to_dict(self) -> dict[str, Any]:
        """The spec as plain values for `config.json`."""
        return asdict(self)

    @staticmethod
    def from_dict(values: dict[str, Any]) -> "InputSpec":
        """The spec read back from `config.json`.

        Raises:
            CheckpointError: unknown or missing entries, or values outside their choices.
        """
        known = {field.name for field in fields(InputSpec)}
        if set(values) != known:
            odd = ", ".join(sorted(set(values) ^ known))
            raise CheckpointError(f"The input spec in config.json has unknown or missing entries: {odd}.")
        low, high = values["value_range"]
        return InputSpec(**{**values, "channels": tuple(values["channels"]), "value_range": (low, high)})

    def _resize(self, planes: torch.Tensor) -> torch.Tensor:
        if planes.shape[-1] == self.size:
            return planes
        return F.interpolate(planes, (self.size, self.size), mode="bilinear", align_corners=False)


def motion_map(motion: Motion) -> np.ndarray:
    """The motion as a benchmark map; uint8 (28, 28, 3) in the order u, v, strain, each stretched to its own 0..255.

    Format of Liong et al., 2019 (DOI 10.1109/FG.2019.8756567). A channel without any variation becomes 0.
    """
    planes = (motion.flow[..., 0], motion.flow[..., 1], motion.strain)
    return np.stack([_stretched(at_map_side(plane)) for plane in planes], axis=-1)


def at_map_side(plane: np.ndarray) -> np.ndarray:
    """A plane (S, S) as the maps hold it before their range is stretched; (28, 28), averaged."""
    return cv2.resize(np.ascontiguousarray(plane), (MAP_SIDE, MAP_SIDE), interpolation=cv2.INTER_AREA)


def _stretched(plane: np.ndarray) -> np.ndarray:
    low, high = float(plane.min()), float(plane.max())
    if high == low:
        return np.zeros_like(plane, np.uint8)
    return np.round((plane - low) / (high - low) * 255).astype(np.uint8)


def _check_choice(name: str, value: str, choices: tuple[str, ...]) -> None:
    if value not in choices:
        raise CheckpointError(f"Unknown {name} {value!r} in the input spec; choose one of {', '.join(choices)}.")
