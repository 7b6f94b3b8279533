"""Dense optical flow between two grey frames."""

from collections.abc import Callable

import cv2
import numpy as np

from mer_core.errors import MotionError

# Up to this side DIS is refined down to single pixels, which recovers 0.66 of a 1 px movement instead of 0.41;
# above it the refinement only adds noise to the strain (measured at 112, 224 and 480 px).
_DIS_FINEST_SIDE = 256
_MIN_SIDE = 16


def compute_flow(onset_gray: np.ndarray, apex_gray: np.ndarray, method: str = "dis") -> np.ndarray:
    """Flow that carries each pixel of the onset frame to where it lies in the apex frame.

    Args:
        onset_gray: uint8 (H, W).
        apex_gray: uint8 (H, W), the same size.
        method: "dis" (Kroeger et al., 2016, DOI 10.1007/978-3-319-46493-0_29; medium preset, finest scale 0 up to
            256 px, stock above), "tvl1" (Zach et al., 2007, DOI 10.1007/978-3-540-74936-3_22; OpenCV's defaults,
            the field's standard) or "farneback" (Farnebäck, 2003, DOI 10.1007/3-540-45103-X_50).

    Returns:
        float32 (H, W, 2) in pixels of the given frames; channel 0 is u (right positive), 1 is v (down positive).

    Raises:
        MotionError: unknown method, frames not uint8 (H, W), of different size, or smaller than 16 px.
    """
    _check_pair(onset_gray, apex_gray)
    if method not in _COMPUTERS:
        raise MotionError(f"Unknown flow method {method!r}; choose one of {', '.join(FLOW_METHODS)}.")
    return _COMPUTERS[method](np.ascontiguousarray(onset_gray), np.ascontiguousarray(apex_gray))


def flow_version() -> str:
    """The library that computes the flow, e.g. "opencv 5.0.0"; results differ between its versions."""
    return f"opencv {cv2.__version__}"


def _check_pair(onset_gray: np.ndarray, apex_gray: np.ndarray) -> None:
    for role, image in (("onset", onset_gray), ("apex", apex_gray)):
        if image.ndim != 2 or image.dtype != np.uint8:
            raise MotionError(f"The {role} frame must be a grey uint8 picture (H, W), got {image.dtype} {image.shape}.")
    if onset_gray.shape != apex_gray.shape:
        raise MotionError(f"Onset and apex differ in size: {onset_gray.shape} and {apex_gray.shape}; crop both alike.")
    if min(onset_gray.shape) < _MIN_SIDE:
        raise MotionError(
            f"Frames of {onset_gray.shape} px are too small for flow; at least {_MIN_SIDE} px are needed."
        )


def _no_flow(onset: np.ndarray) -> np.ndarray:
    """Where the computation starts and what it fills."""
    return np.zeros((*onset.shape, 2), np.float32)


def _dis(onset: np.ndarray, apex: np.ndarray) -> np.ndarray:
    dis = cv2.DISOpticalFlow.create(cv2.DISOPTICAL_FLOW_PRESET_MEDIUM)
    if max(onset.shape) <= _DIS_FINEST_SIDE:
        dis.setFinestScale(0)
    return dis.calc(onset, apex, _no_flow(onset))


def _tvl1(onset: np.ndarray, apex: np.ndarray) -> np.ndarray:
    # A plain opencv-python installed beside the contrib wheel keeps the optflow folder but drops the function.
    create = getattr(getattr(cv2, "optflow", None), "DualTVL1OpticalFlow_create", None)
    if create is None:
        raise MotionError(
            "TV-L1 is missing from this OpenCV; install opencv-contrib-python-headless alone, without opencv-python."
        )
    return create().calc(onset, apex, _no_flow(onset))


def _farneback(onset: np.ndarray, apex: np.ndarray) -> np.ndarray:
    pyramid_scale, levels, window, iterations, poly_n, poly_sigma = 0.5, 3, 15, 3, 5, 1.2
    return cv2.calcOpticalFlowFarneback(
        onset, apex, _no_flow(onset), pyramid_scale, levels, window, iterations, poly_n, poly_sigma, 0
    )


_COMPUTERS: dict[str, Callable[[np.ndarray, np.ndarray], np.ndarray]] = {
    "dis": _dis,
    "tvl1": _tvl1,
    "farneback": _farneback,
}
FLOW_METHODS: tuple[str, ...] = tuple(_COMPUTERS)
