"""Turns frames the way up that the file asks for: decoders report this and do not apply it."""

from typing import cast

import av
import numpy as np

_ONE = 1 << 16  # the file stores fixed-point numbers


def display_turn(frame: av.VideoFrame) -> np.ndarray | None:
    """Return the (2, 2) turn by quarters or mirroring to apply, entries -1, 0, 1; None when already upright.

    FFmpeg's display matrix sends the stored pixel x, y (right, down) to x' = a x + c y, y' = b x + d y; the
    result is [[a, b], [c, d]]. Other angles give None: `frame.rotation` tells them.
    """
    data = frame.side_data.get("DISPLAYMATRIX")
    if data is None:
        return None
    values = np.frombuffer(cast(bytes, data), np.int32).reshape(3, 3)
    turn = np.rint(values[:2, :2] / _ONE).astype(int)
    one_each_way = (np.abs(turn).sum(axis=0) == 1).all() and (np.abs(turn).sum(axis=1) == 1).all()
    return turn if one_each_way and (turn != np.eye(2)).any() else None


def swaps_sides(turn: np.ndarray | None) -> bool:
    """Return whether the turn exchanges width and height."""
    return turn is not None and bool(turn[0, 0] == 0)


def turned(image: np.ndarray, turn: np.ndarray) -> np.ndarray:
    """Return a view of `image` (H, W, C) after `turn`, (W, H, C) when that swaps the sides."""
    if swaps_sides(turn):
        image = image.transpose(1, 0, 2)
    right, down = turn.sum(axis=0)  # the one entry of each column that is not 0: its sign is the direction
    return image[:: int(down), :: int(right)]
