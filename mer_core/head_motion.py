"""Motion of the head as a whole, so that what remains is the face's own."""

from dataclasses import dataclass

import cv2
import numpy as np

from mer_core.errors import MotionError

# A pixel that deviates by more than this from the rigid motion belongs to the expression, not to the head
# (best of the thresholds tried for end-point error with head motion of 1 and 3 px at 128 px).
_INLIER_PX = 0.25
# Fitting to a grid of this many points a side is as accurate as fitting to every pixel and 20 times faster.
_GRID_POINTS = 24
_MIN_POINTS = 12


@dataclass(frozen=True)
class HeadMotion:
    """A similarity motion between two frames of the crop, about the crop's centre.

    Attributes:
        dx: shift to the right, px of the crop.
        dy: shift down, px of the crop.
        rotation_deg: clockwise as seen on the screen, degrees.
        scale: 1.0 means no change of size.
    """

    dx: float = 0.0
    dy: float = 0.0
    rotation_deg: float = 0.0
    scale: float = 1.0

    def flow(self, height: int, width: int) -> np.ndarray:
        """The flow this motion alone would cause; float32 (height, width, 2), px."""
        y, x = np.mgrid[0:height, 0:width].astype(np.float32)
        x -= (width - 1) / 2
        y -= (height - 1) / 2
        angle = np.deg2rad(self.rotation_deg)
        cos, sin = self.scale * np.cos(angle), self.scale * np.sin(angle)
        u = (cos - 1) * x - sin * y + self.dx
        v = sin * x + (cos - 1) * y + self.dy
        return np.stack([u, v], axis=-1).astype(np.float32)

    def size_px(self, side: int) -> float:
        """Largest displacement this motion causes within a square crop of the given side, px."""
        corner = side / np.sqrt(2)
        turn = abs(np.deg2rad(self.rotation_deg)) + abs(self.scale - 1)
        return float(np.hypot(self.dx, self.dy) + corner * turn)


def fit_head_motion(flow: np.ndarray, mask: np.ndarray) -> HeadMotion:
    """The similarity motion that most of the face follows.

    RANSAC (Fischler & Bolles, 1981, DOI 10.1145/358669.358692) over a grid of points in the mask; points that deviate
    by more than 0.25 px are taken for expression and left out. Deterministic.

    Args:
        flow: float32 (H, W, 2), px.
        mask: bool (H, W), the face.

    Raises:
        MotionError: fewer than 12 grid points lie in the mask.
    """
    height, width = flow.shape[:2]
    step = max(1, min(height, width) // _GRID_POINTS)
    rows, columns = np.nonzero(mask[::step, ::step])
    rows, columns = rows * step, columns * step
    if len(rows) < _MIN_POINTS:
        raise MotionError(f"Only {len(rows)} points of the face lie in the crop, too few to measure head motion.")
    centre = np.array([(width - 1) / 2, (height - 1) / 2])
    start = np.column_stack([columns, rows]) - centre
    matrix, _ = cv2.estimateAffinePartial2D(
        start, start + flow[rows, columns], method=cv2.RANSAC, ransacReprojThreshold=_INLIER_PX, maxIters=500
    )
    if matrix is None:  # a degenerate point set, e.g. a one-pixel-wide mask
        raise MotionError("The points of the face lie on one line, head motion cannot be measured.")
    scale = float(np.hypot(matrix[0, 0], matrix[1, 0]))
    rotation = float(np.rad2deg(np.arctan2(matrix[1, 0], matrix[0, 0])))
    return HeadMotion(float(matrix[0, 2]), float(matrix[1, 2]), rotation, scale)
