"""How far the face has moved, frame by frame, over a whole clip."""

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import cv2
import numpy as np

from mer_core.clips import Clip
from mer_core.crop import CropGeometry, CropTransform, crop_around
from mer_core.faces import FaceTrack
from mer_core.flow import compute_flow
from mer_core.motion import without_head_motion
from mer_core.regions import REGIONS, face_mask, region_masks

GRID = 28
# Accurate flow on this side costs 2-3 ms; the curve needs one flow a frame.
_FLOW_SIDE = 84
# A new reference frame (and crop) is taken this often, so that a head that moves on stays within its crop.
_SEGMENT_FRAMES_WITHOUT_TIME, _SEGMENT_MS = 200, 2000.0
# A cell counts as moving with the strongest twentieth of the face: an action unit moves about that much of it.
_LEVEL_PERCENTILE = 95.0


@dataclass(frozen=True, eq=False)
class MotionCurve:
    """Displacement of a grid over the face at every frame, head motion removed.

    Attributes:
        displacement: float32 (T, 28, 28, 2), px of the native crop, relative to the first frame with a face; NaN where
            there is none.
        cells: bool (28, 28), cells of the face outside the eyes (a blink is the usual false peak).
        regions: bool (R, 28, 28), cells of each of `mer_core.regions.REGIONS`.
    """

    displacement: np.ndarray
    cells: np.ndarray
    regions: np.ndarray

    def level_from(self, reference: int) -> np.ndarray:
        """Motion of the face since a reference frame; float32 (T,), px.

        The 95th percentile over the face's cells; NaN where a face is missing.
        """
        return self.level_of(self.displacement - self.displacement[reference])

    def level_of(self, displacement: np.ndarray) -> np.ndarray:
        """The 95th percentile of the displacements' lengths over the face; (..., 28, 28, 2) px -> (...) px."""
        lengths = np.linalg.norm(displacement[..., self.cells, :], axis=-1)
        return np.percentile(lengths, _LEVEL_PERCENTILE, axis=-1).astype(np.float32)

    def region_levels_from(self, reference: int) -> np.ndarray:
        """Mean motion of each region since a reference frame; float32 (R, T), px."""
        lengths = np.linalg.norm(self.displacement - self.displacement[reference], axis=-1)
        return np.stack([lengths[:, region].mean(axis=1) for region in self.regions])


@dataclass(frozen=True)
class _Segment:
    """Frames `start` to `stop` (exclusive), all seen in the crop of frame `start`."""

    start: int
    stop: int


def motion_curve(
    clip: Clip,
    track: FaceTrack,
    remove_head_motion: bool = True,
    geometry: CropGeometry | None = None,
    progress: Callable[[float], None] | None = None,
) -> MotionCurve:
    """The motion of every frame of a clip, accurate to about a tenth of a pixel of an 84 px crop.

    Args:
        clip: the frames.
        track: its face.
        remove_head_motion: subtract the head's rigid motion, frame by frame.
        geometry: which part of the face the crop shows.
        progress: told the finished share, 0 to 1.
    """
    present = np.flatnonzero(np.isfinite(track.landmarks[:, 0, 0]))
    displacement = np.full((clip.num_frames, GRID, GRID, 2), np.nan, np.float32)
    displacement[present[0]] = 0
    with ThreadPoolExecutor(max_workers=max(1, os.cpu_count() or 1)) as pool:
        for segment in _segments(clip, int(present[0])):
            start = _last_present(present, segment.start)
            frames = [int(t) for t in present if segment.start < t < segment.stop]
            measure = _Measure(clip, track, start, remove_head_motion, geometry)
            for t, moved in zip(frames, pool.map(measure, frames), strict=True):
                displacement[t] = displacement[start] + moved
            if progress:
                progress(segment.stop / clip.num_frames)
    crop = crop_around(track.landmarks[track.reference], geometry)
    cells, regions = _cells(track, crop)
    return MotionCurve(displacement, cells, regions)


class _Measure:
    """Displacement of the grid from one reference frame to another frame, px of the native crop."""

    def __init__(
        self, clip: Clip, track: FaceTrack, start: int, remove_head_motion: bool, geometry: CropGeometry | None
    ) -> None:
        native = crop_around(track.landmarks[start], geometry)
        self._clip = clip
        self._crop = native.resized(_FLOW_SIDE)
        self._px = native.size / _FLOW_SIDE
        self._remove = remove_head_motion
        self._face = face_mask(self._crop.to_crop(track.landmarks[start]), _FLOW_SIDE)
        self._onset = self._grey(start)

    def __call__(self, index: int) -> np.ndarray:
        flow = compute_flow(self._onset, self._grey(index))
        if self._remove:
            flow, _ = without_head_motion(flow, self._face)
        return cv2.resize(flow, (GRID, GRID), interpolation=cv2.INTER_AREA) * self._px

    def _grey(self, index: int) -> np.ndarray:
        return cv2.cvtColor(self._crop.apply(self._clip.frames[index]), cv2.COLOR_RGB2GRAY)


def _segments(clip: Clip, first: int) -> list[_Segment]:
    if clip.timestamps_ms is None:
        starts = list(range(first, clip.num_frames, _SEGMENT_FRAMES_WITHOUT_TIME))
    else:
        since_first = clip.timestamps_ms[first:] - clip.timestamps_ms[first]
        starts = [first + int(np.argmax(since_first >= at)) for at in np.arange(0, since_first[-1] + 1e-6, _SEGMENT_MS)]
    starts = sorted(set(starts))
    # The next segment's reference is measured from this one's, so each segment ends with the next one's start.
    return [
        _Segment(start, min(stop + 1, clip.num_frames))
        for start, stop in zip(starts, [*starts[1:], clip.num_frames], strict=True)
    ]


def _last_present(present: np.ndarray, index: int) -> int:
    return int(present[np.searchsorted(present, index, side="right") - 1])


def _cells(track: FaceTrack, crop: CropTransform) -> tuple[np.ndarray, np.ndarray]:
    landmarks = crop.to_crop(track.landmarks[track.reference])
    masks = region_masks(landmarks, crop.size)
    eyes = np.any([mask for name, mask in masks.items() if name.startswith("eye")], axis=0).astype(np.uint8)
    # Lids drag the skin around them: a margin of one cell keeps a blink out of the cells beside the eye.
    margin = max(1, crop.size // GRID)
    eyes = cv2.dilate(eyes, np.ones((2 * margin + 1, 2 * margin + 1), np.uint8))
    cells = (_share(face_mask(landmarks, crop.size)) > 0.5) & (_share(eyes) < 0.5)
    regions = np.stack([_share(masks[region.name]) > 0.5 for region in REGIONS])
    return cells, regions


def _share(mask: np.ndarray) -> np.ndarray:
    return cv2.resize(mask.astype(np.float32), (GRID, GRID), interpolation=cv2.INTER_AREA)
