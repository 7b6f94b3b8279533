"""Finds the frames among the files of a folder."""

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from mer_core.clip_sources.limits import ClipLimits, shown, size_text
from mer_core.clip_sources.stills import HEAD_BYTES, IMAGE_SUFFIXES, FrameFile, looks_like_image
from mer_core.errors import ClipError

_CLUTTER = frozenset({"thumbs.db", "desktop.ini"})
_MOST_LISTED = 3


def folder_frames(path: Path, limits: ClipLimits) -> tuple[list[FrameFile], tuple[str, ...]]:
    """Return the image files directly in a folder, and a warning about what else lies there.

    A file is an image when its suffix or its content says so: a damaged one is reported and not skipped.

    Raises:
        ClipError: no image, or a file that cannot be read.
    """
    frames, others = [], []
    for entry in sorted(path.iterdir()):
        if is_clutter(entry.name):
            continue
        if entry.is_file() and is_frame(entry.name, partial(_read, entry, HEAD_BYTES)):
            frames.append(FrameFile(entry.name, partial(read_whole, entry, limits)))
        else:
            others.append(entry.name)
    if not frames:
        raise ClipError(_no_image(path))
    return frames, ignored_warning(others)


def is_clutter(name: str) -> bool:
    """Return whether an operating system put this file there without being asked."""
    return name.startswith(".") or name == "__MACOSX" or name.casefold() in _CLUTTER


def is_frame(name: str, read_head: Callable[[], bytes]) -> bool:
    """Return whether a file is an image by its name, or else by its first bytes."""
    return Path(name).suffix.casefold() in IMAGE_SUFFIXES or looks_like_image(read_head())


def ignored_warning(names: Sequence[str]) -> tuple[str, ...]:
    """Return the warning that these files were left out, none when there are none."""
    if not names:
        return ()
    listed = ", ".join(shown(name) for name in names[:_MOST_LISTED])
    more = f" and {len(names) - _MOST_LISTED} more" if len(names) > _MOST_LISTED else ""
    return (f"Ignored what is no image: {listed}{more}.",)


def _no_image(path: Path) -> str:
    name = f"The folder {shown(path.name)} holds no image"
    within = [entry.name for entry in sorted(path.iterdir()) if entry.is_dir() and not is_clutter(entry.name)]
    if within:
        return f"{name} itself: choose one of the folders in it, such as {shown(within[0])}."
    return f"{name}: choose the folder with the numbered frames."


def read_whole(path: Path, limits: ClipLimits) -> bytes:
    """Return the bytes of an image file; ClipError when it cannot be read or is over the limit."""
    data = _read(path, limits.max_expanded_bytes + 1)
    if len(data) > limits.max_expanded_bytes:
        raise ClipError(
            f"{shown(path.name)} has more than {size_text(limits.max_expanded_bytes)}, the most for an image: "
            "leave it out or scale it down."
        )
    return data


def _read(path: Path, num_bytes: int) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(num_bytes)
    except OSError as error:
        raise ClipError(f"{shown(path.name)} cannot be read ({error.strerror}): check its permissions.") from error
