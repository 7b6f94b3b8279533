"""How far each point of the skin moves: action units placed on one face."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from mer_core.errors import MerError
from mer_core.synthesis.action_units import ACTION_UNITS, SIDES, Bump

# A bump is (1 - r^2)^3 within radius 1: it looks like a Gaussian of standard deviation 1/sqrt(6) but is exactly
# zero outside, has a continuous second derivative, and needs no exponential.
_RADII_PER_SIGMA = float(np.sqrt(6.0))
_EYE_LEFT, _EYE_RIGHT = (263, 362), (33, 133)
_TOLERANCE_PX = 1e-5
_MAX_ITERATIONS = 200
_Window = tuple[slice, slice]


@dataclass(frozen=True)
class FaceFrame:
    """The face's own axes in a picture: unit vectors to image right and to the forehead, and the eye distance, px."""

    right: tuple[float, float]
    up: tuple[float, float]
    eye_distance: float


@dataclass(frozen=True)
class Pull:
    """One bump placed in a picture: centre, radii and axes, and its displacement at the centre, all in px."""

    centre: tuple[float, float]
    radii: tuple[float, float]
    frame: FaceFrame
    move: tuple[float, float]

    def scaled(self, factor: float) -> "Pull":
        """The same pull, `factor` times as strong."""
        return Pull(self.centre, self.radii, self.frame, (self.move[0] * factor, self.move[1] * factor))

    @property
    def reach(self) -> float:
        """Distance from the centre beyond which nothing moves, px."""
        return max(self.radii)

    def weight(self, x: np.ndarray, y: np.ndarray) -> np.ndarray:
        """Share of the full move at points (x, y): 1 at the centre, 0 outside the radii."""
        (right_x, right_y), (up_x, up_y) = self.frame.right, self.frame.up
        dx, dy = x - self.centre[0], y - self.centre[1]
        across = (dx * right_x + dy * right_y) / self.radii[0]
        along = (dx * up_x + dy * up_y) / self.radii[1]
        inside = np.maximum(1 - across * across - along * along, 0)
        return inside * inside * inside


def face_frame(landmarks: np.ndarray) -> FaceFrame:
    """Axes and scale of a face from its landmarks (468, 2)."""
    left, right = landmarks[list(_EYE_LEFT)].mean(axis=0), landmarks[list(_EYE_RIGHT)].mean(axis=0)
    across = left - right
    distance = float(np.hypot(*across))
    x, y = (across / distance).tolist()
    return FaceFrame((x, y), (y, -x), distance)


def place_unit(name: str, side: str, landmarks: np.ndarray) -> tuple[Pull, ...]:
    """Pulls of one action unit, scaled so that its largest displacement is 1 px when both sides act.

    Args:
        name: a key of `ACTION_UNITS`, e.g. "AU12".
        side: "L" (the person's left, image right), "R" or "B" for both; L and R add up to B.
        landmarks: (468, 2), px.

    Raises:
        MerError: unknown unit or side.
    """
    if name not in ACTION_UNITS:
        raise MerError(f"Unknown action unit {name!r}; choose one of {', '.join(ACTION_UNITS)}.")
    if side not in SIDES:
        raise MerError(f"Unknown side {side!r} of {name}; choose L, R or B (both).")
    strongest = _strongest(_on_sides(name, "LR", landmarks))
    return tuple(pull.scaled(1 / strongest) for pull in _on_sides(name, side.replace("B", "LR"), landmarks))


def displacement(pulls: Sequence[Pull], x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """How far the skin that rests at (x, y) is moved: (right, down), px, each shaped and typed like x."""
    move_x, move_y = np.zeros_like(x), np.zeros_like(y)
    for pull in pulls:
        weight = pull.weight(x, y)
        move_x += weight * pull.move[0]
        move_y += weight * pull.move[1]
    return move_x, move_y


def rest_position(pulls: Sequence[Pull], x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Where the skin now at (x, y) rests: the inverse of position + `displacement`, to about 1e-5 px.

    Args:
        pulls: what moves the skin.
        x: (H, W) float64, px, growing along the columns: a pixel grid, or one moved a little.
        y: (H, W) float64, px, growing along the rows.

    Raises:
        MerError: the pulls are so strong that the skin folds over itself and no inverse exists.
    """
    rest_x, rest_y = x.copy(), y.copy()
    windows = _windows(pulls, x, y)
    if windows:
        part = _union([window for _, window in windows])
        inner = [(pull, _relative(window, part)) for pull, window in windows]
        rest_x[part], rest_y[part] = _solve(inner, x[part], y[part])
    return rest_x, rest_y


def _on_sides(name: str, sides: str, landmarks: np.ndarray) -> tuple[Pull, ...]:
    frame = face_frame(landmarks)
    return tuple(_place(bump, side, landmarks, frame) for bump in ACTION_UNITS[name].bumps for side in sides)


def _place(bump: Bump, side: str, landmarks: np.ndarray, frame: FaceFrame) -> Pull:
    anchors, outwards = (bump.left, 1.0) if side == "L" else (bump.right, -1.0)
    right, up = np.array(frame.right), np.array(frame.up)
    shift = (bump.shift[0] * outwards * right + bump.shift[1] * up) * frame.eye_distance
    move = bump.move[0] * outwards * right + bump.move[1] * up
    x, y = (landmarks[list(anchors)].mean(axis=0) + shift).tolist()
    scale = frame.eye_distance * _RADII_PER_SIGMA
    return Pull((x, y), (bump.width * scale, bump.height * scale), frame, (float(move[0]), float(move[1])))


def _strongest(pulls: Sequence[Pull]) -> float:
    """Largest displacement anywhere, px, searched on a one-pixel grid over all that the pulls can move."""
    centres = np.array([pull.centre for pull in pulls])
    reach = max(pull.reach for pull in pulls)
    (left, top), (right, bottom) = centres.min(axis=0) - reach, centres.max(axis=0) + reach
    y, x = np.mgrid[top:bottom, left:right]
    return float(np.hypot(*displacement(pulls, x, y)).max())


def _windows(pulls: Sequence[Pull], x: np.ndarray, y: np.ndarray) -> list[tuple[Pull, _Window]]:
    """Each pull with the rows and columns it can touch; evaluating it everywhere would cost ten times more."""
    slack = sum(float(np.hypot(*pull.move)) for pull in pulls)
    lowest_x, highest_x, lowest_y, highest_y = x.min(axis=0), x.max(axis=0), y.min(axis=1), y.max(axis=1)
    windows = []
    for pull in pulls:
        (centre_x, centre_y), reach = pull.centre, pull.reach + slack
        columns = np.flatnonzero((highest_x >= centre_x - reach) & (lowest_x <= centre_x + reach))
        rows = np.flatnonzero((highest_y >= centre_y - reach) & (lowest_y <= centre_y + reach))
        if columns.size and rows.size:
            windows.append((pull, (slice(rows[0], rows[-1] + 1), slice(columns[0], columns[-1] + 1))))
    return windows


def _union(windows: Sequence[_Window]) -> _Window:
    rows, columns = zip(*windows, strict=True)
    return (
        slice(min(each.start for each in rows), max(each.stop for each in rows)),
        slice(min(each.start for each in columns), max(each.stop for each in columns)),
    )


def _relative(window: _Window, part: _Window) -> _Window:
    (rows, columns), (top, left) = window, (part[0].start, part[1].start)
    return slice(rows.start - top, rows.stop - top), slice(columns.start - left, columns.stop - left)


def _solve(windows: Sequence[tuple[Pull, _Window]], x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Fixed point of rest = now - displacement(rest); it converges because the skin does not fold."""
    rest_x, rest_y = x, y
    for _ in range(_MAX_ITERATIONS):
        new_x, new_y = x.copy(), y.copy()
        for pull, window in windows:
            weight = pull.weight(rest_x[window], rest_y[window])
            new_x[window] -= weight * pull.move[0]
            new_y[window] -= weight * pull.move[1]
        change = max(float(np.abs(new_x - rest_x).max()), float(np.abs(new_y - rest_y).max()))
        rest_x, rest_y = new_x, new_y
        if change < _TOLERANCE_PX:
            return rest_x, rest_y
    raise MerError("The action units fold the skin over itself; lower their amplitude_px.")
