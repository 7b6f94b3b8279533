"""One face followed through the frames of a clip: where its landmarks are, and where it is lost."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from math import ceil, hypot

import numpy as np

from mer_core.crop import eye_centres
from mer_core.face_finding.detector import MIN_PRESENCE
from mer_core.face_finding.mesh import NUM_LANDMARKS, Face, fit_mesh, landmark_box, mesh_square

FacesIn = Callable[[int], list[Face]]

# Up to this length the mesh is fitted to every frame; in longer clips to one in this many ms, and faces in between are
# interpolated. A head hardly turns in that time, and crops and regions are all that landmarks decide.
_EVERY_FRAME, _FITTED_MS = 2000, 20.0
# Detecting costs several times what following costs, so a long clip is searched for a lost face at no more frames.
_MAX_SEARCHED = 200
# Frames at which the clip is checked for several faces, besides those that locate a change.
_NUM_CHECKS = 6
# Between two frames a followed face moves and grows less than this; more means the mesh has slid to something else.
_MAX_SHIFT = 0.4  # in face sides
_MAX_GROWTH = 1.3


@dataclass
class FaceFollower:
    """Follows one face through the frames, uint8 RGB (T, H, W, 3), from any frame in both directions.

    `faces_in` returns the faces of a frame by its index; `on_frame` is told of every frame done.
    """

    frames: np.ndarray
    faces_in: FacesIn
    on_frame: Callable[[], None]
    landmarks: np.ndarray = field(init=False)

    def __post_init__(self) -> None:
        self.landmarks = np.full((len(self.frames), NUM_LANDMARKS, 2), np.nan, np.float32)

    def follow(self, start: int) -> np.ndarray:
        """Return the landmarks of the largest face of the frame `start`, float32 (T, 468, 2) px, NaN where lost."""
        face = self.faces_in(start)[0]
        self.landmarks[start] = face.landmarks
        self.on_frame()
        self._walk(range(start + 1, len(self.frames)), face)
        self._walk(range(start - 1, -1, -1), face)
        return self.landmarks

    def _walk(self, order: range, last: Face) -> None:
        """Follow the face through the frames in this order, searching for it again where it is lost."""
        stride, skipped = search_stride(len(self.frames)), list[int]()
        lost = False
        for step, index in enumerate(order):
            face = None if lost else followed(self.frames[index], last)
            if face is None and (not lost or step % stride == 0 or index == order[-1]):
                face = _nearest(self.faces_in(index), last)
            if face is None:
                skipped.append(index)
            else:
                self.landmarks[index] = face.landmarks
                if lost:
                    self._retrace(reversed(skipped), face)
                    skipped.clear()
                last = face
            lost = face is None
            self.on_frame()

    def _retrace(self, indices: Iterable[int], face: Face) -> None:
        """Follow a face just found again back through the frames in which it was not searched for."""
        for index in indices:
            earlier = followed(self.frames[index], face)
            if earlier is None:
                return
            face = earlier
            self.landmarks[index] = face.landmarks


def mesh_stride(timestamps_ms: np.ndarray | None, num_frames: int) -> int:
    """Return the distance between the frames to which the mesh is fitted; 1 when the frame rate is unknown."""
    if timestamps_ms is None or num_frames <= _EVERY_FRAME:
        return 1
    return max(1, int(_FITTED_MS / np.median(np.diff(timestamps_ms)) + 1e-6))


def filled_between(clip_frames: np.ndarray, times: np.ndarray, grid: range, fitted: np.ndarray) -> np.ndarray:
    """Return the landmarks of every frame, float32 (T, 468, 2) px, NaN without a face.

    Between two fitted frames they move evenly from the one's face to the other's. Where one of them has none, or the
    face has jumped, and at both ends of the clip, the face is followed frame by frame until it is gone.

    Args:
        clip_frames: uint8 RGB (T, H, W, 3).
        times: (T,), increasing.
        grid: the fitted frames.
        fitted: their landmarks, float32 (len(grid), 468, 2) px, NaN without a face.
    """
    landmarks = np.full((len(times), NUM_LANDMARKS, 2), np.nan, np.float32)
    landmarks[grid.start :: grid.step] = fitted
    faces = [None if np.isnan(face[0, 0]) else Face(landmark_box(face), face, 1.0) for face in fitted]
    for frame, face, after in zip(grid, faces, [*faces[1:], None], strict=True):
        between = range(frame + 1, min(frame + grid.step, len(times)))
        if face is not None and after is not None and _is_steady(face, after):
            share = (times[between] - times[frame]) / (times[frame + grid.step] - times[frame])
            change = after.landmarks - face.landmarks
            landmarks[between] = face.landmarks + share.astype(np.float32)[:, np.newaxis, np.newaxis] * change
            continue
        if face is not None:
            _follow_into(landmarks, clip_frames, between, face)
        if after is not None:
            _follow_into(landmarks, clip_frames, between[::-1], after)
    if faces[0] is not None:
        _follow_into(landmarks, clip_frames, range(grid.start)[::-1], faces[0])
    return landmarks


def _follow_into(landmarks: np.ndarray, clip_frames: np.ndarray, order: range, face: Face) -> None:
    """Follow a face through these frames, until it is gone or where it was followed from the other side."""
    for index in order:
        found = None if np.isfinite(landmarks[index, 0, 0]) else followed(clip_frames[index], face)
        if found is None:
            return
        face = found
        landmarks[index] = face.landmarks


def search_stride(num_frames: int) -> int:
    """Return the distance between the frames in which a clip of this length is searched for a lost face."""
    return ceil(num_frames / _MAX_SEARCHED)


def followed(frame: np.ndarray, face: Face) -> Face | None:
    """Return a face of a neighbouring frame in this frame, or None where it is gone or the mesh slid off it."""
    now = fit_mesh(frame, mesh_square(face.landmarks))
    return now if now.presence > MIN_PRESENCE and _is_steady(face, now) else None


def _is_steady(face: Face, other: Face) -> bool:
    """Return whether a face may have become the other one within a few frames."""
    side = max(face.box[2:])
    growth = max(other.box[2:]) / side
    shift = np.subtract(_centre(other), _centre(face)) / side
    return bool(hypot(*shift) < _MAX_SHIFT and 1 / _MAX_GROWTH < growth < _MAX_GROWTH)


def _nearest(faces: list[Face], face: Face) -> Face | None:
    """Return the one of some faces that is nearest to where a face was last seen; None when there are none."""
    return min(faces, key=lambda other: hypot(*np.subtract(_centre(other), _centre(face))), default=None)


def _centre(face: Face) -> np.ndarray:
    right, left = eye_centres(face.landmarks)
    return (right + left) / 2


def frames_with_several_faces(num_frames: int, faces_in: FacesIn) -> tuple[int, ...]:
    """Return the frames of a clip with more than one face.

    Detection runs on evenly spaced frames; where two neighbours differ, halving finds the frame of the change. Someone
    who comes and goes between two such frames is missed.
    """
    checks = np.unique(np.linspace(0, num_frames - 1, _NUM_CHECKS).round().astype(int)).tolist()
    several = {index: len(faces_in(index)) > 1 for index in checks}
    for before, after in zip(checks[:-1], checks[1:], strict=True):
        _fill(faces_in, several, before, after)
    return tuple(sorted(index for index, found in several.items() if found))


def _fill(faces_in: FacesIn, several: dict[int, bool], before: int, after: int) -> None:
    """Complete `several` between two frames that it holds, assuming at most one change between them."""
    while several[before] != several[after] and after - before > 1:
        middle = (before + after) // 2
        several[middle] = len(faces_in(middle)) > 1
        if several[middle] == several[before]:
            several.update(dict.fromkeys(range(before + 1, middle), several[before]))
            before = middle
        else:
            several.update(dict.fromkeys(range(middle + 1, after), several[after]))
            after = middle
    several.update(dict.fromkeys(range(before + 1, after), several[before]))
