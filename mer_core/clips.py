"""A clip: frames with their times, from any file that a user has."""

import hashlib
from dataclasses import dataclass, replace
from functools import partial
from math import isfinite
from pathlib import Path

import cv2
import numpy as np

from mer_core.clip_sources.animation import read_animation
from mer_core.clip_sources.decoded import Decoded, Progress
from mer_core.clip_sources.frame_folder import folder_frames, read_whole
from mer_core.clip_sources.frame_zip import ZIP_BEGINNINGS, zip_frames
from mer_core.clip_sources.limits import ClipLimits, shown
from mer_core.clip_sources.stills import HEAD_BYTES, FrameFile, looks_like_image, read_in_order, read_series
from mer_core.clip_sources.video import read_video
from mer_core.errors import ClipError

__all__ = ["Clip", "ClipLimits", "read_clip", "read_image_pair"]

_DEFAULT_LIMITS = ClipLimits()
MOST_FPS = 100_000  # no camera that faces are filmed with takes more


@dataclass(frozen=True, eq=False)
class Clip:
    """At least two frames of one size, in the order they were recorded.

    Attributes:
        frames: uint8 RGB, shape (T, H, W, 3); of a clip that takes more than `ClipLimits.max_memory_bytes`, a
            read-only mapping of a temporary file without a name, which vanishes with the last array over it.
        timestamps_ms: float64 (T,), strictly increasing from 0; None when the frame rate is unknown.
        name: of the file or folder.
        sha256: of the file's bytes; for a folder or a pair, of the names, sizes and bytes of the images in order.
        warnings: what a user should know about the file, one sentence each.
        fps_given: whether the times follow from a frame rate that was given in place of the file's own times.
    """

    frames: np.ndarray
    timestamps_ms: np.ndarray | None
    name: str
    sha256: str
    warnings: tuple[str, ...] = ()
    fps_given: bool = False

    @property
    def num_frames(self) -> int:
        """Number of frames, T."""
        return len(self.frames)

    @property
    def height(self) -> int:
        """Height of a frame in pixels."""
        return int(self.frames.shape[1])

    @property
    def width(self) -> int:
        """Width of a frame in pixels."""
        return int(self.frames.shape[2])

    @property
    def fps(self) -> float | None:
        """Frames per second by the median interval; None when the times are unknown."""
        interval = self._interval_ms()
        return None if interval is None else 1000 / interval

    @property
    def duration_ms(self) -> float | None:
        """Time from the first frame to the end of the last one, which is taken to last a median interval."""
        interval = self._interval_ms()
        if self.timestamps_ms is None or interval is None:
            return None
        return float(self.timestamps_ms[-1]) + interval

    def grey(self, index: int) -> np.ndarray:
        """Return frame `index` in grey, uint8 (H, W), with the luma weights of ITU-R BT.601."""
        return cv2.cvtColor(self.frames[index], cv2.COLOR_RGB2GRAY)

    def time_ms(self, index: int) -> float | None:
        """Return the time of frame `index` in ms from the first frame; None when unknown."""
        return None if self.timestamps_ms is None else float(self.timestamps_ms[index])

    def moment(self, index: int) -> str:
        """Frame `index` as people read it: its time first, its number second, or the number alone."""
        time_ms = self.time_ms(index)
        return f"frame {index}" if time_ms is None else f"{time_ms:.0f} ms (frame {index})"

    def erase(self) -> None:
        """Let go of the frames for whoever still holds the clip, which has none from then on."""
        object.__setattr__(self, "frames", self.frames[:0].copy())

    def _interval_ms(self) -> float | None:
        return None if self.timestamps_ms is None else float(np.median(np.diff(self.timestamps_ms)))


def read_clip(
    path: str | Path,
    *,
    fps: float | None = None,
    limits: ClipLimits = _DEFAULT_LIMITS,
    progress: Progress | None = None,
) -> Clip:
    """Return the clip in a video, an animated picture, a zip of numbered images or a folder of them.

    The content decides how a file is read, not its suffix. Videos: MP4, MOV, AVI, MKV, WebM and other containers
    that hold their own data. Pictures: GIF, WebP and PNG animations, TIFF stacks. Frames: PNG, JPEG, BMP, TIFF.

    Args:
        path: file or folder.
        fps: frames per second, in place of the file's own times; images have no times without it.
        limits: what to refuse, as far as possible before decoding.
        progress: told the finished share, 0 to 1.

    Raises:
        ClipError: the file cannot be read, holds fewer than 2 frames, exceeds a limit, or finds no room on the disk.
    """
    _check_fps(fps)
    path, tell = Path(path), progress or _tell_nobody
    try:
        is_folder = _check_exists(path)
        decoded, sha256 = (_read_folder if is_folder else _read_file)(path, limits, tell)
    except OSError as error:
        raise ClipError(
            f"{shown(path.name)} cannot be read ({error.strerror or error}): check its permissions."
        ) from error
    except MemoryError as error:
        raise ClipError(
            f"{shown(path.name)} needs more memory than is free: cut out the part around the expression."
        ) from error
    decoded = _with_possible_rate(decoded) if fps is None else _with_rate(decoded, fps)
    tell(1.0)
    name = path.absolute().name
    return Clip(decoded.frames, decoded.timestamps_ms, name, sha256, decoded.warnings, fps_given=fps is not None)


def read_image_pair(onset_path: str | Path, apex_path: str | Path) -> Clip:
    """Return a clip of two frames, the onset image and the apex image; their times are unknown.

    Raises:
        ClipError: an image cannot be read, or their sizes differ.
    """
    paths = [Path(onset_path), Path(apex_path)]
    digest = hashlib.sha256()
    name = " + ".join(path.name for path in paths)
    files = [FrameFile(path.name, partial(read_whole, path, _DEFAULT_LIMITS)) for path in paths]
    frames = read_in_order(name, files, _DEFAULT_LIMITS, digest, _tell_nobody)
    return Clip(frames, None, name, digest.hexdigest())


def _tell_nobody(share: float) -> None:
    """Where nobody asked how far the work is."""


def _check_fps(fps: float | None) -> None:
    if fps is not None and not (isfinite(fps) and 0 < fps <= MOST_FPS):
        raise ClipError(
            f"The frame rate must be a number above 0 and at most {MOST_FPS:,}, got {fps}: give the camera's frames "
            "per second."
        )


def _with_possible_rate(decoded: Decoded) -> Decoded:
    """Without the times of a file that names a rate no camera has: whoever wrote it decides no memory of ours."""
    times = decoded.timestamps_ms
    if times is None or len(times) < 2 or np.median(np.diff(times)) >= 1000 / MOST_FPS:
        return decoded
    warning = f"The file says more than {MOST_FPS:,} frames per second, so its times are not used; set the frame rate."
    return replace(decoded, timestamps_ms=None, warnings=(*decoded.warnings, warning))


def _check_exists(path: Path) -> bool:
    """Return whether `path` is a folder; ClipError unless it is a folder or a file with content."""
    if path.is_dir():
        return True
    if not path.exists():
        raise ClipError(f"There is no file or folder {shown(str(path))}: check the name.")
    if not path.is_file():
        raise ClipError(f"{shown(path.name)} is neither a file nor a folder: choose a video or a folder of frames.")
    if path.stat().st_size == 0:
        raise ClipError(f"{shown(path.name)} is empty (0 bytes): copy it again.")
    return False


def _read_folder(path: Path, limits: ClipLimits, tell: Progress) -> tuple[Decoded, str]:
    files, ignored = folder_frames(path, limits)
    digest = hashlib.sha256()
    decoded = read_series(path.name, files, limits, digest, tell)
    return replace(decoded, warnings=ignored + decoded.warnings), digest.hexdigest()


def _read_file(path: Path, limits: ClipLimits, tell: Progress) -> tuple[Decoded, str]:
    with path.open("rb") as file:
        head = file.read(HEAD_BYTES)
        file.seek(0)
        sha256 = hashlib.file_digest(file, "sha256").hexdigest()
    if head.startswith(ZIP_BEGINNINGS):
        return _read_zip(path, limits, tell), sha256
    if looks_like_image(head):
        return read_animation(path, limits, tell), sha256
    return read_video(path, limits, tell), sha256


def _read_zip(path: Path, limits: ClipLimits, tell: Progress) -> Decoded:
    with zip_frames(path, limits) as (files, ignored):
        decoded = read_series(path.name, files, limits, hashlib.sha256(), tell)
    return replace(decoded, warnings=ignored + decoded.warnings)


def _with_rate(decoded: Decoded, fps: float) -> Decoded:
    """Return the same frames at a constant rate, and a warning when that replaces the file's own times."""
    warnings = decoded.warnings
    if decoded.timestamps_ms is not None:
        own = 1000 / np.median(np.diff(decoded.timestamps_ms))
        warnings += (f"The frame rate was set to {fps:g} per second in place of the file's own times ({own:.4g}).",)
    return replace(decoded, timestamps_ms=np.arange(len(decoded.frames)) * (1000 / fps), warnings=warnings)
