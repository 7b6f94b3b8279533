"""The frames of a clip's folder, and the step from frame numbers in file names to indices counted from 0."""

import re
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from pathlib import Path

from mer_core.clip_sources.frame_folder import folder_frames
from mer_core.clip_sources.limits import ClipLimits
from mer_core.clip_sources.stills import natural_key
from mer_core.errors import MerError

VIDEO_SUFFIXES = frozenset((".mp4", ".mov", ".avi", ".mkv", ".webm", ".m4v", ".gif"))
_LIMITS = ClipLimits()
_NUMBER = re.compile(r"(\d+)(?=\D*$)")  # the last one: S005_001_00000011, reg_EP01_5-113


@dataclass(frozen=True)
class FrameFolder:
    """The frames of one folder in the order in which a clip is read from it.

    Attributes:
        path: of the folder.
        names: of the files; an index into them is what `Sample.onset` is.
    """

    path: Path
    names: tuple[str, ...]

    @cached_property
    def numbers(self) -> tuple[int | None, ...]:
        """The last number in each file name; None where there is none."""
        return tuple(frame_number(name) for name in self.names)

    @cached_property
    def _index_of(self) -> dict[int | None, int]:
        return {number: index for index, number in enumerate(self.numbers)}

    def index(self, number: int) -> int | None:
        """The index of the frame with this number in its name; None when there is none."""
        return self._index_of.get(number)

    def flaw(self) -> str | None:
        """Why the file names do not tell the frames apart, as a sentence; None when they do."""
        if self.numbers and all(number is None for number in self.numbers):
            return f"no file name holds a frame number (e.g. {self.names[0]})."
        seen: dict[int | None, str] = {}
        for name, number in zip(self.names, self.numbers, strict=True):
            if number is not None and number in seen:
                return f"{seen[number]} and {name} have the same frame number; leave one of them."
            seen[number] = name
        known = [(number, name) for number, name in zip(self.numbers, self.names, strict=True) if number is not None]
        for (number, name), (following, next_name) in pairwise(known):
            if following < number:
                return f"{next_name} comes after {name} by its name and before it by its number; rename them alike."
        return None

    def gaps(self, first: int, last: int) -> list[tuple[int, int]]:
        """First and last of each run of numbers from `first` to `last` that no file has."""
        present = sorted(n for n in self._index_of if n is not None and first <= n <= last)
        edges = [first - 1, *present, last + 1]
        return [(a + 1, b - 1) for a, b in pairwise(edges) if b - a > 1]

    def expected(self, number: int) -> Path:
        """Where the frame with this number should lie, by the names of the others."""
        stem, suffix = Path(self.names[0]).stem, Path(self.names[0]).suffix
        found = _NUMBER.search(stem)
        width = len(found[1]) if found and found[1].startswith("0") else 1
        return self.path / f"{_NUMBER.sub(f'{number:0{width}d}', stem)}{suffix}"


@dataclass(frozen=True)
class VideoFrames(FrameFolder):
    """The frames of a video, counted from 0; how many there are is known once it is decoded."""

    def index(self, number: int) -> int | None:
        """The number itself."""
        return number

    def gaps(self, first: int, last: int) -> list[tuple[int, int]]:
        """None: a video has no file names that could be missing."""
        return []


def frame_number(name: str) -> int | None:
    """The last number in a file's name, its suffix aside; None when it holds none."""
    found = _NUMBER.search(Path(name).stem)
    return int(found[1]) if found else None


def frame_folder(path: Path) -> FrameFolder:
    """The frames of a folder, or of a video.

    Raises:
        MerError: no such folder, or no image in it.
    """
    if path.suffix.casefold() in VIDEO_SUFFIXES and path.is_file():
        return VideoFrames(path, ())
    if not path.is_dir():
        raise MerError("the folder of frames is missing")
    files, _ = folder_frames(path, _LIMITS)
    return FrameFolder(path, tuple(sorted((file.name for file in files), key=natural_key)))


def first_and_last(path: Path) -> tuple[str, str]:
    """Numbers of a folder's first and last frame, as an annotation would write them; blank when it has no frames."""
    try:
        numbers = [number for number in frame_folder(path).numbers if number is not None]
    except MerError:  # whoever takes the annotation lists the folder again, and says so
        return "", ""
    return (str(min(numbers)), str(max(numbers))) if numbers else ("", "")


def subject_root(folder: Path, subject: str, preferred: str = "") -> Path:
    """The folder whose sub-folders are the subjects: the one given, or one at most two levels below.

    Args:
        folder: what the user gave.
        subject: pattern of a subject's folder name.
        preferred: pattern of the folder to take when there are several.

    Raises:
        MerError: there is none, or several.
    """
    found = subject_roots(folder, subject)
    chosen = [path for path in found if preferred and re.fullmatch(preferred, path.name)] or found
    if not chosen:
        raise MerError(f"{folder} holds no folder named like a subject (pattern {subject}), nor do its sub-folders.")
    if len(chosen) > 1:
        names = ", ".join(str(path.relative_to(folder)) for path in chosen)
        raise MerError(f"{folder} holds the subjects' folders more than once ({names}); give one of these.")
    return chosen[0]


def subject_roots(folder: Path, subject: str) -> list[Path]:
    """All folders that hold folders named like a subject, among the one given and two levels below."""
    levels: list[list[Path]] = [[folder]]
    for _ in range(2):
        levels.append([child for parent in levels[-1] for child in folders(parent)])
    is_subject = re.compile(subject)
    return [path for level in levels for path in level if any(is_subject.fullmatch(c.name) for c in folders(path))]


def folders(path: Path) -> list[Path]:
    """The sub-folders of a folder that are not hidden, by name; none when there is no such folder."""
    if not path.is_dir():
        return []
    return sorted(child for child in path.iterdir() if child.is_dir() and not child.name.startswith("."))
