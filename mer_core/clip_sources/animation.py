"""Decodes animated pictures (GIF, WebP, PNG) and TIFF stacks with Pillow, with their own frame durations."""

from collections.abc import Callable
from itertools import count
from pathlib import Path

import numpy as np
from PIL import Image, ImageFile

from mer_core.clip_sources.decoded import Decoded, FrameBuffer, Progress
from mer_core.clip_sources.limits import ClipLimits, check_decoded, check_frames, check_pixels, shown
from mer_core.clip_sources.stills import FORMATS, TOO_LARGE, UNREADABLE, rgb_pixels
from mer_core.errors import ClipError

_BROWSER_MS = 100  # what browsers make of a duration of 0
_ANIMATED = ("GIF", "WEBP", "PNG", "TIFF")  # the second picture of a phone's JPEG is a preview, not a frame


def read_animation(path: Path, limits: ClipLimits, tell: Progress) -> Decoded:
    """Return the frames of an animated picture and their times; a TIFF stack has no times.

    Raises:
        ClipError: a single picture, damaged before the second frame, or over a limit.
    """
    try:
        with Image.open(path, formats=FORMATS) as image:
            return _read(image, path.name, limits, tell)
    except ClipError:
        raise
    except TOO_LARGE as error:
        raise ClipError(f"{shown(path.name)} has far too many pixels: scale it down.") from error
    except UNREADABLE as error:
        raise ClipError(f"{shown(path.name)} is a damaged image file: copy it again.") from error


def _read(image: ImageFile.ImageFile, name: str, limits: ClipLimits, tell: Progress) -> Decoded:
    check_pixels(name, image.width, image.height, limits)
    # An animated PNG may begin with a picture for programs that show no animation.
    first = 1 if image.info.get("default_image") else 0
    declared = _declared_frames(image, first, limits.max_frames + 1)
    if declared == 1:
        raise ClipError(
            f"{shown(name)} is a single image and a clip needs at least 2 frames: choose a video, or give the "
            "onset and the apex image as a pair."
        )
    if declared is not None:
        check_frames(name, declared, limits, so_far=image.format == "TIFF")
        check_decoded(name, declared, image.width, image.height, limits)
    buffer = FrameBuffer(name, declared or 0, limits)
    durations = _decode_frames(image, name, first, buffer, limits, lambda done: tell(done / max(declared or 0, done)))
    if buffer.num_frames < 2:
        raise ClipError(f"{shown(name)} is damaged after {buffer.num_frames} frame: copy it again.")
    broke_off = declared is None or buffer.num_frames < declared
    warnings = [_ends_early(buffer.num_frames, declared)] if broke_off else []
    if image.format == "TIFF":
        return Decoded(buffer.finish(), None, tuple(warnings))
    times, time_warnings = _times_ms(durations)
    return Decoded(buffer.finish(), times, (*warnings, *time_warnings))


def _declared_frames(image: ImageFile.ImageFile, first: int, most: int) -> int | None:
    """Return how many frames the file counts from `first`; None when it breaks off before its end.

    A TIFF's pages are counted up to `most`: finding the next one takes the longer the more there are.
    """
    if image.format not in _ANIMATED:
        return 1
    try:
        return (_pages(image, most) if image.format == "TIFF" else getattr(image, "n_frames", 1)) - first
    except UNREADABLE:
        return None


def _pages(image: ImageFile.ImageFile, most: int) -> int:
    number = 1
    try:
        while number < most:
            image.seek(number)
            number += 1
    except EOFError:  # the regular end
        pass
    image.seek(0)
    return number


def _decode_frames(
    image: ImageFile.ImageFile,
    name: str,
    first: int,
    buffer: FrameBuffer,
    limits: ClipLimits,
    tell: Callable[[int], None],
) -> list[float | None]:
    """Fill the buffer up to the end or the first damage; return each frame's duration in ms."""
    durations: list[float | None] = []
    for index in count(first):
        try:
            image.seek(index)
            check_pixels(name, image.width, image.height, limits)
            pixels = rgb_pixels(image, name)
        except ClipError:
            raise
        except UNREADABLE:  # EOFError at the regular end; the caller reports a number of frames below the declared
            break
        buffer.slot(*pixels.shape[:2])[:] = pixels
        durations.append(image.info.get("duration"))
        tell(buffer.num_frames)
    return durations


def _ends_early(num_frames: int, declared: int | None) -> str:
    counts = f"{num_frames} of {declared} declared frames" if declared else f"{num_frames} frames"
    return f"The file ends early: {counts} could be decoded."


def _times_ms(durations: list[float | None]) -> tuple[np.ndarray, list[str]]:
    """Return the time at which each frame begins, and a warning about frames without a duration."""
    shown_ms = np.array([duration or 0 for duration in durations[:-1]], np.float64)
    unset = shown_ms <= 0
    shown_ms[unset] = _BROWSER_MS
    warning = f"{unset.sum()} frames have no duration; each is taken to last {_BROWSER_MS} ms."
    return np.concatenate(([0.0], np.cumsum(shown_ms))), [warning] if unset.any() else []
