"""Arrows that can be seen on any skin: a light core within a dark outline."""

import cv2
import numpy as np

_CORE, _OUTLINE = (255, 244, 214), (18, 24, 28)
_SHIFT = 4  # bits of sub-pixel position in OpenCV's drawing
# Shares of the drawing's width, and of the arrow's length.
_SHAFT, _BORDER, _HEAD, _SHORTEST_HEAD = 0.0032, 0.0024, 0.36, 0.008
_LONGEST_HEAD = 0.026


def draw_arrow(picture: np.ndarray, start: np.ndarray, along: np.ndarray, width: int) -> None:
    """Draw one arrow into a picture (H, W, 3) uint8.

    Args:
        picture: changed in place.
        start: (x, y) of its tail, px.
        along: (x, y) from tail to tip, px.
        width: px of the whole drawing, which decides the thickness.
    """
    length = float(np.hypot(*along))
    if length < 1e-6:
        return
    outline = _outline(np.asarray(start, float), np.asarray(along, float) / length, length, width)
    points = [np.round(outline * 2**_SHIFT).astype(np.int32)]
    thickness = max(2, round(2 * _BORDER * width))
    cv2.polylines(picture, points, True, _OUTLINE, thickness, cv2.LINE_AA, _SHIFT)
    cv2.fillPoly(picture, points, _CORE, cv2.LINE_AA, _SHIFT)


def _outline(start: np.ndarray, direction: np.ndarray, length: float, width: int) -> np.ndarray:
    """Corners of the arrow, (7, 2) px."""
    head = float(np.clip(_HEAD * length, _SHORTEST_HEAD * width, _LONGEST_HEAD * width))
    head = min(head, length)
    half_head, half_shaft = 0.45 * head, max(0.5, _SHAFT * width / 2)
    across = np.array([-direction[1], direction[0]])
    neck, tip = start + direction * (length - head), start + direction * length
    return np.array(
        [
            start - across * half_shaft,
            neck - across * half_shaft,
            neck - across * half_head,
            tip,
            neck + across * half_head,
            neck + across * half_shaft,
            start + across * half_shaft,
        ]
    )
