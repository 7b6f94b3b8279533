"""Onset-apex motion maps of raw data sets, extracted in parallel and cached on disk."""

import hashlib
import json
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import TypeVar

import av
import cv2
import numpy as np
import PIL
from PIL import Image

import mer_core
from mer_core.clips import read_clip, read_image_pair
from mer_core.cores import num_cores
from mer_core.crop import crop_around
from mer_core.errors import FaceError, MerError
from mer_core.faces import detect_faces
from mer_core.inputs import InputSpec, motion_map
from mer_core.motion import Motion, measure_motion
from mer_core.regions import face_mask
from mer_core.whole_files import whole_file
from training.datasets.frames import VideoFrames, frame_folder
from training.datasets.maps import read_map
from training.datasets.table import Dataset, Sample

Progress = Callable[[int, int], None]
Made = TypeVar("Made")
_MOST_NAMED = 3
# Whatever a map depends on in our own code besides this file; a change in any of these makes every cached map stale.
_SOURCES = (
    "clips.py",
    "crop.py",
    "faces.py",
    "flow.py",
    "head_motion.py",
    "inputs.py",
    "motion.py",
    "regions.py",
    "strain.py",
    "clip_sources/*.py",
    "face_finding/*.py",
    "assets/face_models/*.tflite",
)


def with_maps(
    data: Dataset,
    cache_folder: Path,
    spec: InputSpec | None = None,
    num_workers: int | None = None,
    progress: Progress = lambda done, total: None,
) -> Dataset:
    """The data set with a motion map for each sample of the three classes; `load_maps` reads them.

    A map shows the motion from onset to apex on the face found in the onset frame. It is kept in the cache under a name
    that is the digest of the settings, the versions of libraries and of our own code, and both frames: whatever
    changes, the old map is not found and a new one is extracted.

    Args:
        data: samples with frames; those that have a map keep it.
        cache_folder: made when it is needed and missing; may be shared and may be deleted at any time.
        spec: how motion is measured; None for that of the shipped checkpoints.
        num_workers: threads (OpenCV computes outside the interpreter lock); None for one a processor.
        progress: told the number of finished samples and of all.

    Raises:
        MerError: a clip shows no face or cannot be read (names the first ones, the others are in the cache by then),
            or the spec is not of the kind "minmax28".
    """
    spec = spec or InputSpec()
    if spec.kind != "minmax28":
        raise MerError(f"Motion maps are extracted for inputs of kind minmax28, not {spec.kind}.")
    if any(sample.map_path is None for sample in data.samples):
        cache_folder.mkdir(parents=True, exist_ok=True)

    def mapped(sample: Sample) -> Sample:
        return sample if sample.map_path else replace(sample, map_path=_cached_map(sample, cache_folder, spec))

    return Dataset(tuple(of_each(data.samples, mapped, num_workers, progress)), data.remarks)


def of_each(
    samples: Sequence[Sample], make: Callable[[Sample], Made], num_workers: int | None, progress: Progress
) -> list[Made]:
    """What is made of each sample, in their order, several at a time.

    Raises:
        MerError: nothing can be made of a sample; names the first ones, after all have been tried.
    """

    def tried(sample: Sample) -> Made | MerError:
        try:
            return make(sample)
        except MerError as error:
            return type(error)(f"{sample.sample_id}: {error}")

    made: list[Made] = []
    failed: list[MerError] = []
    with ThreadPoolExecutor(num_workers or num_cores()) as pool:
        for done, result in enumerate(pool.map(tried, samples), start=1):
            if isinstance(result, MerError):
                failed.append(result)
            else:
                made.append(result)
            progress(done, len(samples))
    _require_none(failed)
    return made


def extract_map(onset: np.ndarray, apex: np.ndarray, spec: InputSpec) -> np.ndarray:
    """The motion map from one frame to another; uint8 (28, 28, 3) in the order u, v, strain.

    Args:
        onset: uint8 RGB (H, W, 3); its largest face is taken.
        apex: of the same shape.
        spec: how motion is measured.

    Raises:
        FaceError: the onset shows no face.
    """
    return motion_map(extract_motion(onset, apex, spec))


def extract_motion(onset: np.ndarray, apex: np.ndarray, spec: InputSpec) -> Motion:
    """The motion from one frame to another, on a crop of the side the spec asks for; arguments as of `extract_map`.

    Raises:
        FaceError: the onset shows no face.
    """
    faces = detect_faces(onset)
    if not faces:
        raise FaceError("the onset frame shows no face.")
    crop = crop_around(faces[0].landmarks, spec.geometry)
    if spec.crop_px is not None:
        crop = crop.resized(spec.crop_px)
    mask = face_mask(crop.to_crop(faces[0].landmarks), crop.size)
    return measure_motion(crop.apply(onset), crop.apply(apex), mask, spec.settings)


def frames_of(sample: Sample) -> tuple[np.ndarray, np.ndarray]:
    """The onset and the apex frame; uint8 RGB (H, W, 3) each.

    Raises:
        MerError: it has none, or they cannot be read.
    """
    frames, _ = _frame_sources(sample)
    return frames()


def _require_none(failed: list[MerError]) -> None:
    if not failed:
        return
    more = f"; and {len(failed) - _MOST_NAMED} more" if len(failed) > _MOST_NAMED else ""
    named = "; ".join(str(error).rstrip(".") for error in failed[:_MOST_NAMED])
    raise MerError(f"No motion of {len(failed)} clips: {named}{more}. Mend them, or leave them out by --subset.")


def _cached_map(sample: Sample, folder: Path, spec: InputSpec) -> Path:
    """Where the map of a sample lies, once it is there."""
    frames, sources = _frame_sources(sample)
    path = folder / f"{_key(spec, sources)}.png"
    if not _is_sound(path):
        values = extract_map(*frames(), spec)
        with whole_file(path) as part:  # a kill leaves no half map
            Image.fromarray(values).save(part, format="PNG")
    return path


def _frame_sources(sample: Sample) -> tuple[Callable[[], tuple[np.ndarray, np.ndarray]], tuple[str, ...]]:
    """What reads the onset and the apex frame, and what tells them from all others."""
    if sample.frames_dir is None or sample.onset is None or sample.apex is None:
        raise MerError("has no frames, or its onset or apex is unknown.")
    onset, apex = sample.onset, sample.apex
    folder = frame_folder(sample.frames_dir)
    if isinstance(folder, VideoFrames):
        video = folder.path
        return lambda: _video_pair(video, onset, apex), (_sha256(video), str(onset), str(apex))
    paths = folder.path / folder.names[onset], folder.path / folder.names[apex]
    return lambda: _image_pair(*paths), tuple(_sha256(path) for path in paths)


def _image_pair(onset: Path, apex: Path) -> tuple[np.ndarray, np.ndarray]:
    frames = read_image_pair(onset, apex).frames
    return frames[0], frames[1]


def _video_pair(video: Path, onset: int, apex: int) -> tuple[np.ndarray, np.ndarray]:
    clip = read_clip(video)
    if apex >= clip.num_frames:
        raise MerError(f"frame {apex} lies beyond {video}, whose frames are 0 to {clip.num_frames - 1}.")
    return clip.frames[onset], clip.frames[apex]


def _is_sound(path: Path) -> bool:
    """Whether there is a whole map; PNG carries checksums, so damage shows."""
    try:
        read_map(path)
    except MerError:
        return False
    return True


def _key(spec: InputSpec, sources: tuple[str, ...]) -> str:
    measured = {
        "flow_method": spec.flow_method,
        "strain_mode": spec.strain_mode,
        "remove_head_motion": spec.remove_head_motion,
        "side_in_eye_distances": spec.side_in_eye_distances,
        "eye_line": spec.eye_line,
    }
    text = json.dumps([measured, _software(), sources], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


@cache
def _software() -> str:
    """Versions of the libraries, and the digest of our own code, that a map depends on."""
    digest = hashlib.sha256()
    for path in _source_files():
        digest.update(path.read_bytes())
    versions = f"opencv {cv2.__version__}, numpy {np.__version__}, pillow {PIL.__version__}, av {av.__version__}"
    return f"{versions}, code {digest.hexdigest()}"


def _source_files() -> list[Path]:
    root = Path(mer_core.__file__).parent
    return [*sorted(path for pattern in _SOURCES for path in root.glob(pattern)), Path(__file__)]


def _sha256(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise MerError(f"{path} cannot be read ({error.strerror}).") from error
