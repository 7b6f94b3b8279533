"""The face of an analysis at the size of a drawing, and its maps at the same size."""

import cv2
import numpy as np

from mer_core.analysis import Analysis, PreparedClip
from mer_core.crop import CropTransform
from mer_core.errors import MerError

# Softens the border of the face, px of the drawing, so that colours do not end in stairs.
_FEATHER_PX = 2.0


def prepared_of(found: Analysis | PreparedClip) -> PreparedClip:
    """The prepared clip of an analysis, or the one given."""
    return found.prepared if isinstance(found, Analysis) else found


def crop_of(found: Analysis | PreparedClip) -> CropTransform:
    """The crop the motion was measured on; without an analysis the crop of the track's reference frame."""
    return found.crop if isinstance(found, Analysis) else found.track.crop


def crop_picture(found: Analysis | PreparedClip, frame: int, side: int = 480) -> np.ndarray:
    """The face in colour as the crop shows it; uint8 (side, side, 3) RGB.

    Args:
        found: its crop is used for every frame, so that blinking between two frames shows the movement alone.
        frame: counted from 0.
        side: px.

    Raises:
        MerError: the clip has no such frame.
    """
    clip = prepared_of(found).clip
    if not 0 <= frame < clip.num_frames:
        raise MerError(f"{clip.name} has no frame {frame}; its frames are 0 to {clip.num_frames - 1}.")
    crop = crop_of(found)
    # Enlarging is left to the cubic below: it is smoother than the crop's own linear sampling.
    native = round(crop.size / crop.scale)
    return enlarged(crop.resized(min(side, native)).apply(clip.frames[frame]), side)


def grey_face(analysis: Analysis, side: int) -> np.ndarray:
    """The onset's crop in grey; uint8 (side, side)."""
    return cv2.cvtColor(crop_picture(analysis, analysis.interval.onset, side), cv2.COLOR_RGB2GRAY)


def face_share(analysis: Analysis, side: int) -> np.ndarray:
    """1 inside the face, 0 outside, soft at its border; float32 (side, side)."""
    mask = cv2.resize(analysis.motion.face.astype(np.float32), (side, side), interpolation=cv2.INTER_LINEAR)
    return cv2.GaussianBlur(mask, (0, 0), _FEATHER_PX)


def enlarged(values: np.ndarray, side: int) -> np.ndarray:
    """A square picture or map at another side, cubic where it grows; values keep their unit."""
    if values.shape[0] == side:
        return values
    method = cv2.INTER_CUBIC if side > values.shape[0] else cv2.INTER_AREA
    return cv2.resize(values, (side, side), interpolation=method)
