"""What a score sheet of the Facial Action Coding System holds: its action units, their sides and their intensities.

Numbers and names follow the manual (Ekman, Friesen & Hager, Facial Action Coding System, 2002). An action unit is a
movement, not an emotion.
"""

# Left, right, both sides, and both but unequal; empty where no side is meant.
SIDES: tuple[str, ...] = ("", "L", "R", "B", "A")
# From a trace to the maximum; empty where it was not scored.
INTENSITIES: tuple[str, ...] = ("", "A", "B", "C", "D", "E")

# The units of the face that a coder of brief movements meets, upper face first; those of head, gaze and posture are
# left out.
FACS_UNITS: dict[str, str] = {
    "AU1": "inner brow raiser",
    "AU2": "outer brow raiser",
    "AU4": "brow lowerer",
    "AU5": "upper lid raiser",
    "AU6": "cheek raiser",
    "AU7": "lid tightener",
    "AU43": "eye closure",
    "AU45": "blink",
    "AU46": "wink",
    "AU9": "nose wrinkler",
    "AU10": "upper lip raiser",
    "AU11": "nasolabial furrow deepener",
    "AU12": "lip corner puller",
    "AU13": "sharp lip puller",
    "AU14": "dimpler",
    "AU15": "lip corner depressor",
    "AU16": "lower lip depressor",
    "AU17": "chin raiser",
    "AU18": "lip pucker",
    "AU20": "lip stretcher",
    "AU22": "lip funneler",
    "AU23": "lip tightener",
    "AU24": "lip pressor",
    "AU25": "lips part",
    "AU26": "jaw drop",
    "AU27": "mouth stretch",
    "AU28": "lips suck",
    "AU38": "nostril dilator",
    "AU39": "nostril compressor",
}


def unit_title(unit: str) -> str:
    """An action unit with its name, e.g. "AU12 lip corner puller"."""
    return f"{unit} {FACS_UNITS[unit]}"
