"""Motion between the onset and the apex of one face: flow, strain, and what was removed as head motion."""

from dataclasses import dataclass

import cv2
import numpy as np

from mer_core.flow import compute_flow
from mer_core.head_motion import HeadMotion, fit_head_motion
from mer_core.stopwatch import Stopwatch
from mer_core.strain import strain_magnitude

# Below this the fit's own error (0.04-0.06 px) is of the size of what it would remove: subtracting then makes the
# flow worse (end-point error .13 instead of .08 px with a head that is still).
_STILL_HEAD_PX = 0.1


@dataclass(frozen=True)
class MotionSettings:
    """How motion is measured.

    Attributes:
        method: one of `mer_core.flow.FLOW_METHODS`.
        strain_mode: one of `mer_core.strain.STRAIN_MODES`.
        remove_head_motion: subtract the head's rigid motion where it exceeds 0.1 px.
    """

    method: str = "dis"
    strain_mode: str = "standard"
    remove_head_motion: bool = True


@dataclass(frozen=True, eq=False)
class Motion:
    """Motion from onset to apex on the face crop.

    Attributes:
        flow: float32 (S, S, 2), u right positive and v down positive, px of the crop, head motion removed.
        strain: float32 (S, S), at least 0.
        face: bool (S, S), pixels of the face; magnitudes are taken over these.
        removed: the head motion that was subtracted; the identity when nothing was.
        settings: how it was measured.
    """

    flow: np.ndarray
    strain: np.ndarray
    face: np.ndarray
    removed: HeadMotion
    settings: MotionSettings

    @property
    def crop_px(self) -> int:
        """Side of the square crop, px."""
        return int(self.flow.shape[0])

    @property
    def magnitude(self) -> np.ndarray:
        """Length of the motion at each pixel; float32 (S, S), px."""
        return np.hypot(self.flow[..., 0], self.flow[..., 1])

    @property
    def max_px(self) -> float:
        """Motion that 99 % of the face's pixels stay under, px; a plain maximum would report single bad pixels."""
        return float(np.percentile(self.magnitude[self.face], 99))

    @property
    def mean_px(self) -> float:
        """Mean motion over the face, px."""
        return float(self.magnitude[self.face].mean())


def measure_motion(
    onset_crop: np.ndarray,
    apex_crop: np.ndarray,
    face: np.ndarray,
    settings: MotionSettings,
    stopwatch: Stopwatch | None = None,
) -> Motion:
    """The motion that carries the face from its onset crop to its apex crop.

    Args:
        onset_crop: uint8 (S, S, 3) RGB or (S, S) grey.
        apex_crop: the same region of the apex frame, same shape.
        face: bool (S, S), pixels of the face.
        settings: method, strain mode, head-motion removal.
        stopwatch: gets the steps "flow" and "strain".

    Raises:
        MotionError: unknown method or mode, unlike shapes, or a face too small to measure head motion on.
    """
    stopwatch = stopwatch or Stopwatch()
    with stopwatch.step("flow"):
        flow = compute_flow(_grey(onset_crop), _grey(apex_crop), settings.method)
        removed = HeadMotion()
        if settings.remove_head_motion:
            flow, removed = without_head_motion(flow, face)
    with stopwatch.step("strain"):
        strain = strain_magnitude(flow, settings.strain_mode)
    return Motion(flow, strain, face, removed, settings)


def without_head_motion(flow: np.ndarray, face: np.ndarray) -> tuple[np.ndarray, HeadMotion]:
    """The flow less the head's rigid motion, and that motion (the identity where it stays under 0.1 px).

    Args:
        flow: float32 (S, S, 2), px.
        face: bool (S, S).

    Raises:
        MotionError: too few face pixels.
    """
    head = fit_head_motion(flow, face)
    rigid = head.flow(*flow.shape[:2])
    if np.hypot(rigid[..., 0], rigid[..., 1])[face].mean() < _STILL_HEAD_PX:
        return flow, HeadMotion()
    return flow - rigid, head


def _grey(image: np.ndarray) -> np.ndarray:
    return image if image.ndim == 2 else cv2.cvtColor(image, cv2.COLOR_RGB2GRAY)
