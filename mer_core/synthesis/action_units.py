"""Action units as movements of the skin, anchored on the face mesh.

An action unit is a sum of smooth bumps. Each bump pulls the skin around an anchor in one direction, fading to
nothing with distance. Lengths are in eye distances, directions in the face's own frame ("out" is away from the
midline, "up" is towards the forehead), so one table fits every face and both of its sides.

Names, numbers and what moves follow the Facial Action Coding System (Ekman, Friesen & Hager, 2002). Widths and
relative strengths are ours, set by eye on rendered faces: FACS gives no lengths.
"""

from dataclasses import dataclass

SIDES: tuple[str, ...] = ("L", "R", "B")


@dataclass(frozen=True)
class Bump:
    """One pull of the skin, described for the person's left side and mirrored for the right.

    Attributes:
        left: mesh landmarks whose mean is the anchor on the person's left (image right).
        right: the same landmarks on the person's right.
        move: (out, up), relative strength within the action unit.
        width: standard deviation across the face, eye distances.
        height: standard deviation along the face, eye distances.
        shift: (out, up) from the landmarks' mean to the anchor, eye distances.
    """

    left: tuple[int, ...]
    right: tuple[int, ...]
    move: tuple[float, float]
    width: float
    height: float
    shift: tuple[float, float] = (0.0, 0.0)


@dataclass(frozen=True)
class ActionUnit:
    """One action unit: its FACS name, what one sees, and the bumps that make it."""

    name: str
    description: str
    bumps: tuple[Bump, ...]


# Anchors used by several units, (left, right) landmarks of the 468-point mesh.
_INNER_BROW = ((336, 285), (107, 55))
_MIDDLE_BROW = ((334, 282), (105, 52))
_OUTER_BROW = ((293, 300, 283), (63, 70, 53))
_UPPER_LID = ((385, 386, 387), (158, 159, 160))
_LOWER_LID = ((380, 374, 373), (153, 145, 144))
_EYE_OUTER_CORNER = ((263,), (33,))
_CHEEK = ((330, 280), (101, 50))
_NOSE_SIDE = ((360, 420), (131, 198))
_NOSE_WING = ((358, 279), (129, 49))
_NASOLABIAL = ((423, 426), (203, 206))
_UPPER_LIP = ((0, 267, 13), (0, 37, 13))
_LOWER_LIP = ((17, 314, 14), (17, 84, 14))
_LIP_CORNER = ((291,), (61,))
_CHEEK_BY_MOUTH = ((425, 411), (205, 187))
_CHIN = ((199, 428), (199, 208))


def _bump(
    anchor: tuple[tuple[int, ...], tuple[int, ...]],
    move: tuple[float, float],
    size: tuple[float, float],
    shift: tuple[float, float] = (0.0, 0.0),
) -> Bump:
    return Bump(*anchor, move, *size, shift)


ACTION_UNITS: dict[str, ActionUnit] = {
    "AU1": ActionUnit(
        "inner brow raiser",
        "the inner ends of the brows rise",
        (_bump(_INNER_BROW, (0.0, 1.0), (0.15, 0.17)),),
    ),
    "AU2": ActionUnit(
        "outer brow raiser",
        "the outer ends of the brows rise",
        (_bump(_OUTER_BROW, (0.0, 1.0), (0.17, 0.17)),),
    ),
    "AU4": ActionUnit(
        "brow lowerer",
        "the brows go down and towards each other",
        (
            _bump(_INNER_BROW, (-0.7, -0.8), (0.13, 0.17)),
            _bump(_MIDDLE_BROW, (-0.2, -0.5), (0.16, 0.15)),
        ),
    ),
    "AU5": ActionUnit(
        "upper lid raiser",
        "the upper lids rise and the eyes widen",
        (_bump(_UPPER_LID, (0.0, 1.0), (0.15, 0.07)),),
    ),
    "AU6": ActionUnit(
        "cheek raiser",
        "the cheeks and lower lids rise and the outer eye corners are drawn in",
        (
            _bump(_CHEEK, (0.0, 1.0), (0.24, 0.19)),
            _bump(_LOWER_LID, (0.0, 0.4), (0.16, 0.08), (0.0, -0.05)),
            _bump(_EYE_OUTER_CORNER, (-0.4, 0.0), (0.12, 0.14), (0.1, 0.0)),
        ),
    ),
    "AU7": ActionUnit(
        "lid tightener",
        "the lids tighten and the eyes narrow",
        (
            _bump(_LOWER_LID, (-0.1, 1.0), (0.15, 0.07)),
            _bump(_UPPER_LID, (0.0, -0.6), (0.15, 0.07)),
        ),
    ),
    "AU9": ActionUnit(
        "nose wrinkler",
        "the sides of the nose rise and the skin between the brows goes down",
        (
            _bump(_NOSE_SIDE, (0.0, 1.0), (0.13, 0.17)),
            _bump(_NOSE_WING, (0.1, 0.7), (0.13, 0.13)),
            _bump(_INNER_BROW, (-0.2, -0.5), (0.13, 0.13), (-0.05, 0.0)),
        ),
    ),
    "AU10": ActionUnit(
        "upper lip raiser",
        "the upper lip and the folds beside the nose rise",
        (
            _bump(_UPPER_LIP, (0.0, 0.8), (0.13, 0.09), (0.05, 0.03)),
            _bump(_NASOLABIAL, (0.2, 0.9), (0.14, 0.15)),
        ),
    ),
    "AU12": ActionUnit(
        "lip corner puller",
        "the lip corners go up and out",
        (
            _bump(_LIP_CORNER, (0.8, 0.7), (0.17, 0.17)),
            _bump(_CHEEK_BY_MOUTH, (0.2, 0.5), (0.22, 0.2)),
        ),
    ),
    "AU14": ActionUnit(
        "dimpler",
        "the lip corners tighten and the skin beside them is drawn in to a dimple",
        (
            _bump(_LIP_CORNER, (0.7, 0.2), (0.1, 0.12), (-0.06, 0.0)),
            _bump(_LIP_CORNER, (-0.9, 0.1), (0.14, 0.17), (0.24, 0.02)),
        ),
    ),
    "AU15": ActionUnit(
        "lip corner depressor",
        "the lip corners go down",
        (_bump(_LIP_CORNER, (0.1, -1.0), (0.15, 0.17), (0.0, -0.03)),),
    ),
    "AU17": ActionUnit(
        "chin raiser",
        "the chin and the lower lip rise",
        (
            _bump(_CHIN, (0.0, 1.0), (0.17, 0.15), (0.02, 0.0)),
            _bump(_LOWER_LIP, (0.0, 0.5), (0.16, 0.09), (0.05, -0.04)),
        ),
    ),
    "AU20": ActionUnit(
        "lip stretcher",
        "the lip corners are drawn straight out",
        (_bump(_LIP_CORNER, (1.0, -0.1), (0.18, 0.15), (0.03, 0.0)),),
    ),
    "AU23": ActionUnit(
        "lip tightener",
        "the lips tighten and narrow",
        (_bump(_LIP_CORNER, (-1.0, 0.0), (0.14, 0.1)),),
    ),
    "AU24": ActionUnit(
        "lip pressor",
        "the lips are pressed together",
        (
            _bump(_UPPER_LIP, (0.0, -0.8), (0.17, 0.08), (0.08, 0.04)),
            _bump(_LOWER_LIP, (0.0, 1.0), (0.17, 0.08), (0.08, -0.04)),
        ),
    ),
    "AU25": ActionUnit(
        "lips part",
        "the lips part",
        (
            _bump(_LOWER_LIP, (0.0, -1.0), (0.16, 0.12), (0.06, -0.04)),
            _bump(_UPPER_LIP, (0.0, 0.4), (0.16, 0.08), (0.06, 0.04)),
        ),
    ),
    "AU43": ActionUnit(
        "eye closure",
        "the lids close, as in a blink",
        (
            _bump(_UPPER_LID, (0.0, -1.0), (0.19, 0.1)),
            _bump(_LOWER_LID, (0.0, 0.2), (0.19, 0.07)),
        ),
    ),
}
