"""The one face of a clip that everything else works on: its landmarks in every frame and one crop for all frames."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import numpy as np

from mer_core.clips import Clip
from mer_core.crop import CropGeometry, CropTransform, crop_around
from mer_core.errors import FaceError
from mer_core.face_finding.detector import detect_faces
from mer_core.face_finding.mesh import Face, landmark_box
from mer_core.face_finding.remarks import face_warnings, frame_ranges, in_frames
from mer_core.face_finding.tracking import (
    FaceFollower,
    FacesIn,
    filled_between,
    frames_with_several_faces,
    mesh_stride,
    search_stride,
)

__all__ = ["CropGeometry", "CropTransform", "Face", "FaceTrack", "detect_faces", "frame_ranges", "track_face"]


@dataclass(frozen=True, eq=False)
class FaceTrack:
    """One face through a clip.

    `crop` comes from the frame `reference` and serves all frames: landmarks jitter by about 0.3 px, the size of a
    micro-expression, so aligning every frame by its own would bury the signal. `landmarks` are float32 (T, 468, 2) px
    of the frame, NaN where no face was found; `box` is (x, y, width, height) px in the reference frame.
    """

    crop: CropTransform
    landmarks: np.ndarray
    reference: int
    box: tuple[float, float, float, float]
    frames_without: tuple[int, ...]
    frames_several: tuple[int, ...]
    warnings: tuple[str, ...]


def track_face(
    clip: Clip,
    reference: int = 0,
    *,
    geometry: CropGeometry | None = None,
    progress: Callable[[float], None] | None = None,
) -> FaceTrack:
    """Return the largest face of the frame `reference`, followed through the clip in both directions.

    Each frame's mesh starts from its neighbour's; where that fails or jumps, the detector searches again and takes the
    face nearest to the last place. In clips over 2,000 frames the mesh is fitted once in 20 ms and interpolated between
    (at 200 fps every fourth frame). In clips over 200 frames a lost face is searched for at every n-th frame only and
    then followed back, so an appearance shorter than n frames can be missed. Several faces are looked for at 6 frames,
    and where they come and go by halving. Without a face in the reference frame, the nearest frame with one takes its
    place, with a warning. `progress` receives the part done, 0 to 1.

    Raises:
        FaceError: no frame shows a face.
        ValueError: the clip has no frame `reference`.
    """
    if not 0 <= reference < clip.num_frames:
        raise ValueError(f"reference must be a frame of the clip (0 to {clip.num_frames - 1}), got {reference}")
    faces_in = cache(lambda index: detect_faces(clip.frames[index]))
    landmarks = _landmarks(clip, reference, faces_in, progress)
    tracked = np.flatnonzero(~np.isnan(landmarks[:, 0, 0])).tolist()
    nearest = min(tracked, key=lambda index: abs(index - reference))
    crop = crop_around(landmarks[nearest], geometry)
    without = tuple(sorted(set(range(clip.num_frames)) - set(tracked)))
    several = frames_with_several_faces(clip.num_frames, faces_in)
    warnings = [
        *_presence_warnings(clip.num_frames, without, several, (reference, nearest)),
        *face_warnings(landmarks, nearest, crop, (clip.height, clip.width)),
    ]
    box = landmark_box(landmarks[nearest])
    return FaceTrack(crop, landmarks, nearest, box, without, several, tuple(warnings))


def _landmarks(clip: Clip, reference: int, faces_in: FacesIn, progress: Callable[[float], None] | None) -> np.ndarray:
    """Return the followed face's landmarks in every frame, float32 (T, 468, 2) px, NaN where there is none."""
    stride = mesh_stride(clip.timestamps_ms, clip.num_frames)
    grid = range(reference % stride, clip.num_frames, stride)
    start = _first_frame_with_face(clip, reference, grid, faces_in)
    follower = FaceFollower(
        clip.frames[grid.start :: stride], lambda position: faces_in(grid[position]), _counter(len(grid), progress)
    )
    fitted = follower.follow(grid.index(start))
    if stride == 1 or clip.timestamps_ms is None:
        return fitted
    return filled_between(clip.frames, clip.timestamps_ms, grid, fitted)


def _first_frame_with_face(clip: Clip, reference: int, grid: range, faces_in: FacesIn) -> int:
    """Return a frame of the grid near the reference frame in which a face is detected."""
    searched = {reference, *grid[:: search_stride(len(grid))]}
    for index in sorted(searched, key=lambda index: abs(index - reference)):
        if faces_in(index):
            return index
    raise FaceError(
        f"No face in any of the {clip.num_frames} frames of {clip.name}; use a clip in which one face is seen from the "
        "front and is at least a twentieth of the picture wide."
    )


def _counter(num_frames: int, progress: Callable[[float], None] | None) -> Callable[[], None]:
    """Return a function to call once a frame, which tells `progress` the part done."""
    done = 0

    def count() -> None:
        nonlocal done
        done += 1
        if progress is not None:
            progress(done / num_frames)

    return count


def _presence_warnings(
    num_frames: int, without: tuple[int, ...], several: tuple[int, ...], asked_and_used: tuple[int, int]
) -> list[str]:
    """Return warnings on frames with no or several faces, and on a reference frame that had to be replaced."""
    asked, used = asked_and_used
    sentences = []
    if asked != used:
        sentences.append(f"No face in the reference frame {asked}; the crop comes from frame {used} instead.")
    if without:
        sentences.append(f"No face in {in_frames(without)} (of {num_frames}).")
    if several:
        sentences.append(f"Several faces in {in_frames(several)}; the largest of frame {used} is followed.")
    return sentences
