"""Optical strain: how much the skin is stretched or sheared at each pixel."""

import cv2
import numpy as np

from mer_core.errors import MotionError

STRAIN_MODES: tuple[str, ...] = ("standard", "legacy_ecnu")
_SOBEL_GAIN = 8.0  # a 3x3 Sobel answers 8 to a ramp of one unit a pixel


def strain_magnitude(flow: np.ndarray, mode: str = "standard") -> np.ndarray:
    """Magnitude of the infinitesimal strain of a flow field, per pixel.

    "standard" (Shreve et al., 2009, DOI 10.1109/WACV.2009.5403044): sqrt(e_xx² + e_yy² + 2 e_xy²) with
    e_xx = du/dx, e_yy = dv/dy, e_xy = (du/dy + dv/dx) / 2. A translation gives 0, a uniform stretch of 0.1 in x gives
    0.1 (away from the border, where the replicated edge halves it).

    "legacy_ecnu" is what the published Off-TANet and mini-AORCNN weights were trained on: Sobel without its gain of 8,
    du/dy squared where dv/dy belongs, and half the squared shear sum. Only for those weights.

    Args:
        flow: float (H, W, 2) in pixels.
        mode: one of `STRAIN_MODES`.

    Returns:
        float32 (H, W), at least 0; dimensionless (pixels per pixel) in "standard" mode.

    Raises:
        MotionError: unknown mode, or not a flow field.
    """
    if flow.ndim != 3 or flow.shape[2] != 2:
        raise MotionError(f"A flow field has shape (H, W, 2), got {flow.shape}.")
    if mode not in STRAIN_MODES:
        raise MotionError(f"Unknown strain mode {mode!r}; choose one of {', '.join(STRAIN_MODES)}.")
    gain = _SOBEL_GAIN if mode == "standard" else 1.0
    u_x, u_y = _derivatives(flow[..., 0], gain)
    v_x, v_y = _derivatives(flow[..., 1], gain)
    normal_y = v_y if mode == "standard" else u_y
    return np.sqrt(u_x**2 + normal_y**2 + 0.5 * (u_y + v_x) ** 2)


def _derivatives(channel: np.ndarray, gain: float) -> tuple[np.ndarray, np.ndarray]:
    channel = np.ascontiguousarray(channel, np.float32)
    d_x = cv2.Sobel(channel, cv2.CV_32F, 1, 0, ksize=3, scale=1 / gain, borderType=cv2.BORDER_REPLICATE)
    d_y = cv2.Sobel(channel, cv2.CV_32F, 0, 1, ksize=3, scale=1 / gain, borderType=cv2.BORDER_REPLICATE)
    return d_x, d_y
