"""How far the face has moved, frame by frame, over a whole clip."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import cv2
import numpy as np

from mer_core.clips import Clip
from mer_core.cores import num_cores
from mer_core.crop import CropGeometry, CropTransform, crop_around
from mer_core.faces import FaceTrack
from mer_core.flow import compute_flow
from mer_core.head_motion import fit_head_motion
from mer_core.regions import REGIONS, face_mask, region_masks

GRID = 28
# Accurate flow on this side costs 2-3 ms; the curve needs one flow a frame.
_FLOW_SIDE = 84
# A new reference frame (and crop) is taken this often, so that a head that moves on stays within its crop, and whenever
# the face has moved by this share of the crop: flow over larger distances fails, e.g. when a smile bares the teeth.
_LONGEST_FRAMES, _LONGEST_MS, _FAR_SHARE = 200, 2000.0, 0.03
_BATCH = 8
# A cell counts as moving with the strongest twentieth of the face: an action unit moves about that much of it.
_LEVEL_PERCENTILE = 95.0
# A region's motion is that of its strongest quarter.
STRONGEST_OF = 4


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
    _last: dict[str, tuple[int, np.ndarray]] = field(default_factory=dict, init=False, repr=False)

    def level_from(self, reference: int) -> np.ndarray:
        """Motion of the face since a reference frame; float32 (T,), px, read-only.

        The 95th percentile over the face's cells; NaN where a face is missing.
        """
        return self._kept("level", reference, lambda: self.level_at(slice(None), reference))

    def level_at(self, frames: np.ndarray | slice | int, reference: int) -> np.ndarray:
        """As `level_from`, of the given frames alone."""
        return self.level_of(self.displacement[frames] - self.displacement[reference])

    def level_of(self, displacement: np.ndarray) -> np.ndarray:
        """The 95th percentile of the displacements' lengths over the face; (..., 28, 28, 2) px -> (...) px."""
        lengths = _lengths(displacement[..., self.cells, :])
        return np.percentile(lengths, _LEVEL_PERCENTILE, axis=-1).astype(np.float32)

    def region_levels_from(self, reference: int) -> np.ndarray:
        """Motion of each region since a reference frame, see `region_levels_of`; float32 (R, T), px, read-only."""
        return self._kept(
            "regions", reference, lambda: self.region_levels_of(self.displacement - self.displacement[reference])
        )

    def region_levels_of(self, displacement: np.ndarray) -> np.ndarray:
        """Mean motion of the strongest quarter of each region; (T, 28, 28, 2) px -> (R, T) px; NaN off the crop.

        An action unit moves part of a region; a mean over all of it would report a fraction of what can be seen.
        """
        lengths = _lengths(displacement)
        return np.stack([_strongest_mean(lengths[:, region]) for region in self.regions]).astype(np.float32)

    def _kept(self, what: str, reference: int, measure: Callable[[], np.ndarray]) -> np.ndarray:
        """What was measured last, if since the same frame: another apex asks for it again, and long clips take time."""
        kept = self._last.get(what)
        if kept is None or kept[0] != reference:
            levels = measure()
            levels.flags.writeable = False
            kept = self._last[what] = (reference, levels)
        return kept[1]


def _lengths(vectors: np.ndarray) -> np.ndarray:
    """Lengths of (..., 2) vectors; `np.linalg.norm` takes five times as long for the same numbers."""
    u, v = vectors[..., 0], vectors[..., 1]
    return np.sqrt(u * u + v * v)


def _strongest_mean(lengths: np.ndarray) -> np.ndarray:
    count = -(-lengths.shape[1] // STRONGEST_OF)
    if count == 0:
        return np.full(len(lengths), np.nan)
    return np.sort(lengths, axis=1)[:, -count:].mean(axis=1)


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
    cells, regions = _cells(track, crop_around(track.landmarks[track.reference], geometry))
    curve = MotionCurve(np.full((clip.num_frames, GRID, GRID, 2), np.nan, np.float32), cells, regions)
    start = int(present[0])
    curve.displacement[start] = 0
    with ThreadPoolExecutor(max_workers=num_cores()) as pool:
        while start < present[-1]:
            measure = _Measure(clip, track, start, remove_head_motion, geometry)
            start = _follow(curve, measure, _frames_after(start, present, clip.timestamps_ms), pool)
            if progress:
                progress((start + 1) / clip.num_frames)
    return curve


def _frames_after(start: int, present: np.ndarray, timestamps_ms: np.ndarray | None) -> list[int]:
    """Frames with a face that are measured from `start`, at least one."""
    later = present[present > start]
    if timestamps_ms is None:
        return later[:_LONGEST_FRAMES].tolist()
    near = later[timestamps_ms[later] - timestamps_ms[start] <= _LONGEST_MS]
    return (near if len(near) else later[:1]).tolist()


def _follow(curve: MotionCurve, measure: "_Measure", frames: list[int], pool: ThreadPoolExecutor) -> int:
    """Fills in the frames until the face has moved too far from the reference; the last frame filled in comes back."""
    for first in range(0, len(frames), _BATCH):
        batch = frames[first : first + _BATCH]
        for frame, moved in zip(batch, pool.map(measure, batch), strict=True):
            curve.displacement[frame] = curve.displacement[measure.start] + moved
            if curve.level_of(moved) > _FAR_SHARE * measure.side_px:
                return frame
    return frames[-1]


class _Measure:
    """Displacement of the grid from one reference frame to another frame, px of the native crop."""

    def __init__(
        self, clip: Clip, track: FaceTrack, start: int, remove_head_motion: bool, geometry: CropGeometry | None
    ) -> None:
        native = crop_around(track.landmarks[start], geometry)
        self.start = start
        self.side_px = native.size
        self._clip = clip
        self._crop = native.resized(_FLOW_SIDE)
        self._remove = remove_head_motion
        self._face = face_mask(self._crop.to_crop(track.landmarks[start]), _FLOW_SIDE)
        self._onset = self._grey(start)

    def __call__(self, index: int) -> np.ndarray:
        flow = compute_flow(self._onset, self._grey(index))
        if self._remove:
            # Always, also from a head that is nearly still: subtracting from some frames only would make the curve
            # jump, and that jump would count as noise.
            flow = flow - fit_head_motion(flow, self._face).flow(_FLOW_SIDE, _FLOW_SIDE)
        return cv2.resize(flow, (GRID, GRID), interpolation=cv2.INTER_AREA) * (self.side_px / _FLOW_SIDE)

    def _grey(self, index: int) -> np.ndarray:
        return cv2.cvtColor(self._crop.apply(self._clip.frames[index]), cv2.COLOR_RGB2GRAY)


def _cells(track: FaceTrack, crop: CropTransform) -> tuple[np.ndarray, np.ndarray]:
    landmarks = crop.to_crop(track.landmarks[track.reference])
    masks = region_masks(landmarks, crop.size)
    eyes = np.any([masks[region.name] for region in REGIONS if region.is_eye], axis=0).astype(np.uint8)
    # Lids drag the skin around them: a margin of one cell keeps a blink out of the cells beside the eye.
    margin = max(1, crop.size // GRID)
    eyes = cv2.dilate(eyes, np.ones((2 * margin + 1, 2 * margin + 1), np.uint8))
    cells = (_share(face_mask(landmarks, crop.size)) > 0.5) & (_share(eyes) < 0.5)
    regions = np.stack([_share(masks[region.name]) > 0.5 for region in REGIONS])
    return cells, regions


def _share(mask: np.ndarray) -> np.ndarray:
    return cv2.resize(mask.astype(np.float32), (GRID, GRID), interpolation=cv2.INTER_AREA)
