"""How large a clip may be, checked before and while it is decoded."""

from dataclasses import dataclass

from mer_core.errors import ClipError

_LONGEST_NAME = 100


@dataclass(frozen=True)
class ClipLimits:
    """The most that reading one clip may take.

    Attributes:
        max_frames: number of frames.
        max_pixels: width times height of a frame.
        max_expanded_bytes: all members of a zip together, uncompressed; also any single image file of a folder.
        max_decoded_bytes: the decoded frames (frames x height x width x 3), in memory or on disk.
        max_memory_bytes: decoded frames that take more lie in a temporary file and not in memory.
    """

    max_frames: int = 8000
    max_pixels: int = 3840 * 2160
    max_expanded_bytes: int = 300_000_000
    max_decoded_bytes: int = 12_000_000_000
    max_memory_bytes: int = 1_000_000_000


def check_pixels(name: str, width: int, height: int, limits: ClipLimits) -> None:
    """Raise ClipError when a frame of `width` x `height` pixels is over the limit."""
    if width * height > limits.max_pixels:
        raise ClipError(
            f"{shown(name)} is {width} x {height} pixels and at most {megapixels(limits.max_pixels)} can be read: "
            "scale it down."
        )


def check_frames(name: str, num_frames: int, limits: ClipLimits, *, so_far: bool = False) -> None:
    """Raise ClipError when `num_frames` is over the limit; `so_far` means that there may be more of them."""
    if num_frames > limits.max_frames:
        raise ClipError(
            f"{shown(name)} has {'at least ' * so_far}{num_frames} frames and at most {limits.max_frames} can be read: "
            "cut out the part around the expression."
        )


def check_decoded(name: str, num_frames: int, width: int, height: int, limits: ClipLimits) -> None:
    """Raise ClipError when so many frames of that size would take too much room."""
    needed = num_frames * width * height * 3
    if needed > limits.max_decoded_bytes:
        raise ClipError(
            f"{shown(name)} needs {size_text(needed)} for {num_frames} decoded frames of {width} x {height} pixels "
            f"and may take {size_text(limits.max_decoded_bytes)}: cut out the part around the expression or scale it "
            "down."
        )


def size_text(num_bytes: int) -> str:
    """Return a size as people write it, e.g. ``300 MB`` or ``5.5 GB``."""
    if num_bytes >= 1e9:
        return f"{num_bytes / 1e9:.1f} GB"
    return f"{num_bytes / 1e6:.0f} MB" if num_bytes >= 1e6 else f"{num_bytes:,} bytes"


def megapixels(num_pixels: int) -> str:
    """Return a number of pixels as people write it, e.g. ``8.3 megapixels``."""
    return f"{num_pixels / 1e6:.1f} megapixels" if num_pixels >= 1e5 else f"{num_pixels:,} pixels"


def shown(name: str) -> str:
    """Return a file name fit for a message: names inside a zip may hold control characters or go on for pages."""
    printable = "".join(letter if letter.isprintable() else "?" for letter in name)
    half = _LONGEST_NAME // 2
    return printable if len(printable) <= _LONGEST_NAME else f"{printable[:half]}...{printable[-half:]}"
