"""How good a recording is for finding micro-expressions, and what that means for the reader."""

from dataclasses import dataclass

import numpy as np

from mer_core.analysis import PreparedClip
from mer_core.face_finding.remarks import SMALL_FACE

# The field records at 100 to 200 fps; below 100 a movement of 100 ms covers fewer than ten frames.
GOOD_FPS = 100.0
MOVEMENT_MS = 100.0
# Head motion beyond this share of the face's width within the clip leaves traces that removal cannot take away.
_STILL_HEAD_SHARE = 0.05


@dataclass(frozen=True)
class QualityFact:
    """One property of a recording.

    Attributes:
        name: what was looked at, e.g. "frame rate".
        value: in a few characters with its unit, e.g. "30 fps".
        is_good: whether it is good enough for micro-expressions.
        consequence: what it means for the reader, one sentence.
        is_warned_of: whether an analysis warns of it in its own words, so that it need not be said twice.
    """

    name: str
    value: str
    is_good: bool
    consequence: str
    is_warned_of: bool = False


def recording_quality(prepared: PreparedClip) -> tuple[QualityFact, ...]:
    """Frame rate, size of the face, movement of the head and frames without a face, in this order."""
    return (_frame_rate(prepared), _face_width(prepared), _head(prepared), _presence(prepared))


def frames_covered(fps: float) -> str:
    """How many frames a movement of 100 ms covers, in words."""
    covered = round(MOVEMENT_MS / 1000 * fps)
    return "1 frame" if covered == 1 else f"{covered} frames"


def _frame_rate(prepared: PreparedClip) -> QualityFact:
    fps = prepared.clip.fps
    if fps is None and prepared.clip.num_frames == 2:
        return QualityFact("frame rate", "two pictures", True, "Two pictures: nothing is said in ms.")
    if fps is None:
        sentence = "The frame rate is unknown, so there are no times."
        return QualityFact("frame rate", "fps unknown", False, sentence, is_warned_of=True)
    sentence = f"{fps:.0f} fps: a 100 ms movement covers {frames_covered(fps)}."
    is_good = round(fps) >= GOOD_FPS
    return QualityFact("frame rate", f"{fps:.0f} fps", is_good, sentence, is_warned_of=not is_good)


def _face_width(prepared: PreparedClip) -> QualityFact:
    track = prepared.track
    width = float(np.ptp(track.landmarks[track.reference, :, 0]))
    is_good = width >= SMALL_FACE
    sentence = f"Face {width:.0f} px wide: " + (
        "large enough for movements of a pixel." if is_good else "movements are hard to tell from noise."
    )
    return QualityFact("face", f"face {width:.0f} px", is_good, sentence, is_warned_of=not is_good)


def _head(prepared: PreparedClip) -> QualityFact:
    track = prepared.track
    centres = track.landmarks.mean(axis=1)
    moved = float(np.nanmax(np.linalg.norm(centres - centres[track.reference], axis=1)))
    is_good = moved <= _STILL_HEAD_SHARE * float(np.ptp(track.landmarks[track.reference, :, 0]))
    value = "head still" if is_good else "head moves"
    sentence = f"The head moves by up to {moved:.0f} px" + (
        ", little beside the face." if is_good else ": some of it may remain in the motion."
    )
    return QualityFact("head", value, is_good, sentence)


def _presence(prepared: PreparedClip) -> QualityFact:
    missing, total = len(prepared.track.frames_without), prepared.clip.num_frames
    if not missing:
        return QualityFact("face found", "face in every frame", True, f"The face was found in all {total} frames.")
    return QualityFact(
        "face found",
        f"no face in {missing} of {total}",
        False,
        f"No face in {missing} of {total} frames; these are left out.",
        is_warned_of=True,
    )
