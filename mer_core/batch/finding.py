"""Finds the clips in a folder and names what is passed over."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from mer_core.clip_sources.frame_folder import is_clutter
from mer_core.clip_sources.limits import shown
from mer_core.clip_sources.suffixes import CLIP_SUFFIXES, STILL_SUFFIXES
from mer_core.errors import ClipError


@dataclass(frozen=True)
class FoundClips:
    """What a folder holds.

    Attributes:
        paths: of every clip, by its name: the path below the folder, with "/" between.
        passed_over: what is no clip, by the same kind of name, and why.
    """

    paths: dict[str, Path]
    passed_over: dict[str, str]


def find_clips(folder: Path, without: Path) -> FoundClips:
    """The clips in a folder and in the folders within it.

    Videos, GIFs, WebPs and zips count by their names. A folder that holds pictures and none of these is a clip of
    frames; the folder itself is not, as a single clip needs no batch. Hidden files are left out.

    Args:
        folder: where to look.
        without: a folder that is not looked into, where results go.

    Raises:
        ClipError: there is no such folder, or no clip in it.
    """
    if not folder.is_dir():
        raise ClipError(f"There is no folder {shown(str(folder))}: check the name.")
    paths: dict[str, Path] = {}
    passed_over: dict[str, str] = {}
    for path, reason in _entries(folder, without.resolve(), is_top=True):
        name = path.relative_to(folder).as_posix()
        if reason:
            passed_over[name] = reason
        else:
            paths[name] = path
    if not paths:
        alone = " (a folder with the frames of one clip needs no --batch)" * any(
            (folder / name).suffix.lower() in STILL_SUFFIXES for name in passed_over
        )
        raise ClipError(f"{shown(str(folder))} holds no clip: no video, GIF, zip, or folder with frames{alone}.")
    return FoundClips(paths, passed_over)


def _entries(folder: Path, without: Path, is_top: bool = False) -> Iterator[tuple[Path, str]]:
    """Every clip with an empty reason, and everything else with the reason why it is none."""
    entries = [entry for entry in sorted(folder.iterdir()) if not is_clutter(entry.name)]
    files = [entry for entry in entries if not entry.is_dir()]
    clips = [file for file in files if file.suffix.lower() in CLIP_SUFFIXES]
    frames = [file for file in files if file.suffix.lower() in STILL_SUFFIXES]
    if frames and not clips and not is_top:
        yield folder, ""
        return
    for file in files:
        yield file, "" if file in clips else _why_not(file in frames)
    for entry in entries:
        if entry.is_symlink() and entry.is_dir():
            yield entry, "a link to a folder; links are not followed"
        elif entry.is_dir() and entry.resolve() != without:
            yield from _entries(entry, without)


def _why_not(is_picture: bool) -> str:
    return "a picture beside other files; frames need a folder of their own" if is_picture else "no clip by its name"
