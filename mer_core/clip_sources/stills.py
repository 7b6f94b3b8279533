"""Decodes still images with Pillow, and a clip from a numbered series of them."""

import re
import struct
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import Protocol

import numpy as np
from PIL import Image, ImageOps

from mer_core.clip_sources.decoded import Decoded, FrameBuffer, Progress
from mer_core.clip_sources.limits import ClipLimits, check_decoded, check_frames, check_pixels, shown
from mer_core.clip_sources.suffixes import ANIMATION_SUFFIXES, STILL_SUFFIXES
from mer_core.errors import ClipError

# Pillow alone also opens formats that run other programs (EPS) or hold no pixels (MPEG, GRIB).
FORMATS = ("PNG", "JPEG", "BMP", "TIFF", "WEBP", "GIF")
# GIFs and WebPs may be animations, so that each is a clip of its own.
IMAGE_SUFFIXES = frozenset({*STILL_SUFFIXES, *ANIMATION_SUFFIXES})
# What Pillow raises for files that are damaged in one way or another.
UNREADABLE = (OSError, SyntaxError, ValueError, EOFError, TypeError, KeyError, IndexError, struct.error, zlib.error)
# Far beyond any limit of ours Pillow raises the one by itself, and the other where warnings are errors.
TOO_LARGE = (Image.DecompressionBombError, Image.DecompressionBombWarning)
HEAD_BYTES = 12
_BEGINNINGS = (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"II*\0", b"MM\0*", b"GIF87a", b"GIF89a")


class Digest(Protocol):
    """A hash that is being computed."""

    def update(self, data: bytes, /) -> None:
        """Take in more bytes."""


@dataclass(frozen=True)
class FrameFile:
    """One image file of a series: its name (for order and messages) and how to get its bytes."""

    name: str
    read: Callable[[], bytes]


def looks_like_image(head: bytes) -> bool:
    """Return whether a file that begins with these bytes (12 or more) is one of `FORMATS`."""
    is_bmp = head[:2] == b"BM" and head[6:10] == bytes(4)
    is_webp = head[:4] == b"RIFF" and head[8:12] == b"WEBP"
    return head.startswith(_BEGINNINGS) or is_bmp or is_webp


def read_series(name: str, files: Sequence[FrameFile], limits: ClipLimits, digest: Digest, tell: Progress) -> Decoded:
    """Return the frames of numbered image files in the order of their numbers; times unknown.

    Args:
        name: of the folder or zip, for messages.
        files: in any order.
        limits: the most that may be decoded.
        digest: takes in the name, size and bytes of each file in the order of the frames.
        tell: called after every file.

    Raises:
        ClipError: fewer than 2 files, an image that cannot be read, unequal sizes, or a limit exceeded.
    """
    if len(files) < 2:
        raise ClipError(f"{shown(name)} holds {len(files)} image{'s' * (len(files) != 1)} and a clip needs at least 2.")
    check_frames(name, len(files), limits)
    ordered = sorted(files, key=lambda file: natural_key(file.name))
    return Decoded(read_in_order(name, ordered, limits, digest, tell), None, _numbering_warnings(ordered))


def read_in_order(
    name: str, files: Sequence[FrameFile], limits: ClipLimits, digest: Digest, tell: Progress
) -> np.ndarray:
    """Return the images as frames, uint8 RGB (T, H, W, 3), in the order given; see `read_series`."""
    buffer = FrameBuffer(name, len(files), limits)
    for file in files:
        data = file.read()
        digest.update(f"{file.name}\0{len(data)}\0".encode(errors="backslashreplace"))
        digest.update(data)
        image = read_still(data, file.name, limits)
        if buffer.num_frames == 0:
            check_decoded(name, len(files), image.shape[1], image.shape[0], limits)
        buffer.slot(image.shape[0], image.shape[1], file.name)[:] = image
        tell(buffer.num_frames / len(files))
    return buffer.finish()


def read_still(data: bytes, name: str, limits: ClipLimits) -> np.ndarray:
    """Return an image file's pixels, uint8 RGB (H, W, 3), turned upright by its EXIF tag.

    Transparent parts become black; 16-bit grey is divided by 257.
    """
    try:
        with Image.open(BytesIO(data), formats=FORMATS) as image:
            check_pixels(name, image.width, image.height, limits)
            ImageOps.exif_transpose(image, in_place=True)
            return rgb_pixels(image, name)
    except ClipError:
        raise
    except TOO_LARGE as error:
        raise ClipError(f"{shown(name)} has far too many pixels: scale it down.") from error
    except UNREADABLE as error:
        raise ClipError(f"{shown(name)} is damaged or no image: copy it again or leave it out.") from error


def rgb_pixels(image: Image.Image, name: str) -> np.ndarray:
    """Return a Pillow image as uint8 RGB (H, W, 3)."""
    if image.mode.startswith("I;16"):
        grey = np.asarray(image).astype(np.float64) / 257
        return np.repeat(np.rint(grey).astype(np.uint8)[..., None], 3, axis=2)
    if image.mode in ("I", "F"):
        raise ClipError(f"{shown(name)} has 32-bit pixels, whose range is not known: save it as 8-bit PNG.")
    if image.has_transparency_data:
        layer = image.convert("RGBA")
        return np.asarray(Image.alpha_composite(Image.new("RGBA", layer.size, "black"), layer))[..., :3]
    return np.asarray(image.convert("RGB"))


def natural_key(name: str) -> tuple[tuple[str, ...], str]:
    """Return a sort key that puts img9 before img10.

    Numbers are compared by length, then digits: a hostile name may hold more digits than `int` accepts.
    """
    parts = re.split(r"([0-9]+)", name.casefold())
    numbers = (part.lstrip("0") for part in parts[1::2])
    parts[1::2] = [f"{len(number):06d}{number}" for number in numbers]
    return tuple(parts), name


def _numbering_warnings(ordered: Sequence[FrameFile]) -> tuple[str, ...]:
    """Return a warning when the last number of each name shows that frames are missing, or there is none."""
    splits = [re.fullmatch(r"(.*?)([0-9]{1,18})([^0-9]*)", file.name, re.DOTALL) for file in ordered]
    if any(split is None for split in splits):
        return ("Not all file names hold a number; the frames are in the order of the names.",)
    numbers = [int(split[2]) for split in splits if split]
    steps = np.diff(numbers)
    usual = int(np.median(steps))
    odd = np.flatnonzero(steps != usual)
    if len(odd) == 0:
        return ()
    before, after = numbers[odd[0]], numbers[odd[0] + 1]
    return (
        f"The frames are not numbered evenly: {shown(ordered[odd[0]].name)} ({before}) is followed by "
        f"{shown(ordered[odd[0] + 1].name)} ({after}); frames may be missing or mixed.",
    )
