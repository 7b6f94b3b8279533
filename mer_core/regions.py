"""The parts of a face in which action units show, drawn on the crop from the mesh."""

from dataclasses import dataclass

import cv2
import numpy as np

# Sub-pixel bits of the polygons' corners when they are filled.
_SHIFT = 4


@dataclass(frozen=True)
class Region:
    """One part of the face.

    `side` is "L", "R" or "" (both); left is the person's left, which is the picture's right in an unmirrored clip.
    `action_units` show mainly here (Ekman, Friesen & Hager, Facial Action Coding System, 2002). `outline` holds the
    indices of landmarks of the canonical 468-point mesh, in order around the region.
    """

    name: str
    label: str
    side: str
    action_units: tuple[str, ...]
    outline: tuple[int, ...]

    @property
    def part(self) -> str:
        """The part of the face whichever the side, e.g. "brow"."""
        return self.name.split("_")[0]

    @property
    def is_eye(self) -> bool:
        """Whether a blink moves this region more than any expression does."""
        return self.name.startswith("eye")


# fmt: off
# Outlines that touch the facial midline (landmarks 10, 151, 9, 8, 168 above the nose, 2, 164, 0, ... 200 below) run
# along it, and neighbours share their landmarks, so that the regions tile the face and follow a turned head.
_RIGHT_OUTLINES: dict[str, tuple[int, ...]] = {
    # The hairline, the temple, then the row of landmarks between brow and upper lid.
    "brow": (10, 109, 67, 103, 54, 21, 162, 139, 156, 124, 225, 224, 223, 222, 221, 193, 168, 8, 9, 151),
    # From that row to the one below the lower lid; the crow's feet belong to the cheek (AU6).
    "eye": (193, 221, 222, 223, 224, 225, 124, 35, 31, 228, 229, 230, 231, 232, 233, 244, 189),
    # From the lower lid to the jaw, beside the nose and the skin around the mouth.
    "cheek": (
        162, 127, 234, 93, 132, 58, 172, 136, 210, 214, 216, 206, 203, 129, 209, 126, 217, 128, 244, 233, 232, 231,
        230, 229, 228, 31, 35, 124, 156, 139,
    ),
    # The lips and the skin around them on which the corners pull: nose, fold beside the mouth, groove above the chin.
    "mouth": (2, 97, 98, 129, 203, 206, 216, 214, 210, 204, 194, 201, 200, 18, 17, 16, 15, 14, 13, 0, 164),
}
_LEFT_OUTLINES: dict[str, tuple[int, ...]] = {
    "brow": (10, 338, 297, 332, 284, 251, 389, 368, 383, 353, 445, 444, 443, 442, 441, 417, 168, 8, 9, 151),
    "eye": (417, 441, 442, 443, 444, 445, 353, 265, 261, 448, 449, 450, 451, 452, 453, 464, 413),
    "cheek": (
        389, 356, 454, 323, 361, 288, 397, 365, 430, 434, 436, 426, 423, 358, 429, 355, 437, 357, 464, 453, 452, 451,
        450, 449, 448, 261, 265, 353, 383, 368,
    ),
    "mouth": (2, 326, 327, 358, 423, 426, 436, 434, 430, 424, 418, 421, 200, 18, 17, 16, 15, 14, 13, 0, 164),
}
_NOSE = (
    168, 193, 189, 244, 128, 217, 126, 209, 129, 98, 97, 2, 326, 327, 358, 429, 355, 437, 357, 464, 413, 417,
)
_CHIN = (
    200, 201, 194, 204, 210, 136, 150, 149, 176, 148, 152, 377, 400, 378, 379, 365, 430, 424, 418, 421,
)
_FACE_OVAL = (
    10, 338, 297, 332, 284, 251, 389, 356, 454, 323, 361, 288, 397, 365, 379, 378, 400, 377,
    152, 148, 176, 149, 150, 136, 172, 58, 132, 93, 234, 127, 162, 21, 54, 103, 67, 109,
)
# fmt: on


def _both_sides(part: str, label: str, *action_units: str) -> tuple[Region, Region]:
    return (
        Region(f"{part}_left", f"left {label}", "L", action_units, _LEFT_OUTLINES[part]),
        Region(f"{part}_right", f"right {label}", "R", action_units, _RIGHT_OUTLINES[part]),
    )


REGIONS: tuple[Region, ...] = (
    *_both_sides("brow", "brow and forehead", "AU1", "AU2", "AU4"),
    *_both_sides("eye", "eye and lids", "AU5", "AU7"),
    Region("nose", "nose", "", ("AU9",), _NOSE),
    *_both_sides("cheek", "cheek", "AU6"),
    *_both_sides("mouth", "side of the mouth", "AU10", "AU12", "AU14", "AU15", "AU20", "AU23", "AU24", "AU25"),
    Region("chin", "chin", "", ("AU17",), _CHIN),
)


def region_masks(landmarks: np.ndarray, size: int) -> dict[str, np.ndarray]:
    """Return one mask a region by its name, bool (size, size), in the order of REGIONS.

    `landmarks` are (468, 2) px of the crop, whose side is `size`. No pixel belongs to two regions; one on a common
    border goes to the earlier region. Parts of the face outside the crop are left out, so a mask can be empty.
    """
    free = np.ones((size, size), bool)
    masks = {}
    for region in REGIONS:
        masks[region.name] = _filled(landmarks[list(region.outline)], size) & free
        free &= ~masks[region.name]
    return masks


def face_mask(landmarks: np.ndarray, size: int) -> np.ndarray:
    """Return the mask of the whole face on the crop, bool (size, size): the hull of its oval, hairline to chin."""
    oval = np.asarray(landmarks, np.float32)[list(_FACE_OVAL)]
    return _filled(cv2.convexHull(oval)[:, 0], size)


def _filled(polygon: np.ndarray, size: int) -> np.ndarray:
    """Return the inside of a polygon (N, 2) px as bool (size, size)."""
    mask = np.zeros((size, size), np.uint8)
    corners = np.round(np.asarray(polygon, np.float64) * 2**_SHIFT).astype(np.int32)
    cv2.fillPoly(mask, [corners], 1, shift=_SHIFT)
    return mask.astype(bool)
