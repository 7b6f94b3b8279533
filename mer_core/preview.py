"""Small pictures of a clip's face, frame by frame, for a screen that scrubs by itself."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import cv2
import numpy as np

from mer_core.analysis import PreparedClip
from mer_core.cores import num_cores
from mer_core.crop import CropTransform, crop_around, invert_similarity
from mer_core.errors import ClipError
from mer_core.interval import Interval

# The most that is sent to a screen: a phone keeps some of it decoded, a slow line takes seconds for 10 MB.
MAX_PICTURES = 1200
_MAX_SIDE, _MIN_SIDE, _FULL_SIDE_FRAMES = 448, 224, 300
# A face that wanders takes more of the frame than its crop; no picture has more pixels than this many crops.
_MOST_CROPS = 3.0
_QUALITY = 85
# Every frame within this many of a proposed movement is kept, whatever else has to go.
_KEPT_AROUND = 60


@dataclass(frozen=True, eq=False)
class Preview:
    """One part of the frame, the same in every picture, reduced in size.

    Attributes:
        frames: which frame of the clip each picture shows, ascending, counted from 0.
        pictures: the same number of JPEG files.
        origin: (x, y) of the part's upper left corner, px of the frame.
        scale: px of a picture in one px of the frame, at most 1.
        size: (width, height) of every picture, px.
        num_frames: frames of the clip.
        is_even: whether frames that are missing were left out evenly, wherever the movements are.
    """

    frames: tuple[int, ...]
    pictures: tuple[bytes, ...]
    origin: tuple[int, int]
    scale: float
    size: tuple[int, int]
    num_frames: int
    is_even: bool = False

    @property
    def num_bytes(self) -> int:
        """Bytes of all pictures."""
        return sum(len(picture) for picture in self.pictures)

    @property
    def lacks_movements(self) -> bool:
        """Whether frames near a proposed movement may be missing."""
        return self.is_even and len(self.frames) < self.num_frames

    @property
    def reduction(self) -> str | None:
        """What is missing against the clip itself, in one sentence; None when nothing is."""
        missing = []
        if len(self.frames) < self.num_frames:
            kept = "evenly spread" if self.is_even else "every one near a movement"
            missing.append(f"{len(self.frames)} of {self.num_frames} frames, {kept}")
        if self.scale < 1:
            missing.append(f"pictures at {self.scale:.0%} of the recording's size")
        return f"Preview: {'; '.join(missing)}. Motion is measured on the recording itself." if missing else None

    def to_unit_crop(self, crop: CropTransform) -> np.ndarray:
        """The similarity (2, 3) from a picture to a crop drawn on a square of side 1.

        Both are measured from the outer corner of their first pixel, as screens do, not from its centre.
        """
        linear = crop.matrix[:, :2] / (self.scale * crop.size)
        corner = np.asarray(self.origin) - 0.5
        shift = (crop.matrix[:, :2] @ corner + crop.matrix[:, 2] + 0.5) / crop.size
        return np.column_stack([linear, shift])


def make_preview(
    prepared: PreparedClip, progress: Callable[[float], None] | None = None, is_even: bool = False
) -> Preview:
    """The preview of a prepared clip; it shows the face wherever the onset may be set.

    Args:
        prepared: the clip and its face.
        progress: told the finished share, 0 to 1.
        is_even: leave frames of a long clip out evenly; by default those near proposed movements all stay, which tells
            where these are.

    Raises:
        ClipError: a picture cannot be encoded.
    """
    clip = prepared.clip
    frames = kept_frames(clip.num_frames, () if is_even else prepared.candidates)
    left, top, right, bottom = _face_area(prepared)
    scale = _scale(prepared.track.crop, (right - left) * (bottom - top), len(frames))
    size = (max(1, round((right - left) * scale)), max(1, round((bottom - top) * scale)))

    def picture(frame: int) -> bytes:
        return jpeg_bytes(cv2.resize(clip.frames[frame, top:bottom, left:right], size, interpolation=cv2.INTER_AREA))

    pictures = []
    with ThreadPoolExecutor(max_workers=num_cores()) as pool:
        for file in pool.map(picture, frames):
            pictures.append(file)
            if progress:
                progress(len(pictures) / len(frames))
    return Preview(tuple(frames), tuple(pictures), (left, top), scale, size, clip.num_frames, is_even)


def kept_frames(num_frames: int, movements: Sequence[Interval], most: int = MAX_PICTURES) -> list[int]:
    """The frames to show: all of them, or else all near a movement (best first) and the rest evenly thinned out.

    Args:
        num_frames: frames of the clip.
        movements: where every frame counts; without any, frames are left out evenly.
        most: how many may be kept.
    """
    if num_frames <= most:
        return list(range(num_frames))
    spread = most // 2 if movements else most
    kept = set(np.linspace(0, num_frames - 1, spread).astype(int).tolist())
    for movement in movements:
        first, last = max(0, movement.onset - _KEPT_AROUND), min(num_frames - 1, movement.offset + _KEPT_AROUND)
        near = [frame for frame in range(first, last + 1) if frame not in kept]
        kept.update(near[: most - len(kept)])
    return sorted(kept)


def _face_area(prepared: PreparedClip) -> tuple[int, int, int, int]:
    """Left, top, right and bottom of the part of the frame that holds the crop of every frame with a face."""
    landmarks = prepared.track.landmarks
    present = np.flatnonzero(np.isfinite(landmarks[:, 0, 0]))
    corners = np.concatenate([_corners(crop_around(landmarks[frame])) for frame in present])
    width, height = prepared.clip.width, prepared.clip.height
    left, top = np.clip(np.floor(corners.min(axis=0)), 0, (width - 2, height - 2)).astype(int)
    right, bottom = np.clip(np.ceil(corners.max(axis=0)) + 1, (left + 2, top + 2), (width, height)).astype(int)
    return int(left), int(top), int(right), int(bottom)


def _corners(crop: CropTransform) -> np.ndarray:
    edge = np.array([[0, 0], [1, 0], [0, 1], [1, 1]]) * crop.size - 0.5
    inverse = invert_similarity(crop.matrix)
    return edge @ inverse[:, :2].T + inverse[:, 2]


def _scale(crop: CropTransform, area: int, num_pictures: int) -> float:
    """Smaller pictures for more of them, so that the whole stays a few megabytes."""
    side = np.clip(_MAX_SIDE * (_FULL_SIDE_FRAMES / num_pictures) ** 0.5, _MIN_SIDE, _MAX_SIDE)
    native = crop.size / crop.scale
    largest = (_MOST_CROPS / area) ** 0.5 * side
    return float(min(1.0, side / native, largest))


def jpeg_bytes(picture: np.ndarray) -> bytes:
    """A picture, uint8 RGB (H, W, 3), as a JPEG file.

    Raises:
        ClipError: it is too large for one.
    """
    done, file = cv2.imencode(".jpg", picture[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, _QUALITY])
    if not done:
        raise ClipError(
            f"A picture of {picture.shape[1]} x {picture.shape[0]} px cannot be shown: scale the clip down."
        )
    return file.tobytes()
