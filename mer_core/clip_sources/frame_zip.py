"""Finds the frames in a zip archive, and reads them without unpacking anything to disk.

The archive may come from a stranger: sizes are checked against its directory before anything is expanded and
again while expanding, and members that point out of the archive are refused even though nothing is written.
"""

import re
import stat
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path, PurePosixPath
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, ZipInfo

from mer_core.clip_sources.frame_folder import ignored_warning, is_clutter, is_frame
from mer_core.clip_sources.limits import ClipLimits, check_frames, shown, size_text
from mer_core.clip_sources.stills import HEAD_BYTES, FrameFile
from mer_core.errors import ClipError

ZIP_BEGINNINGS = (b"PK\x03\x04", b"PK\x05\x06")
_IS_ENCRYPTED = 0x1
_FOLDER_ENDS = ("/", "\\")  # some Windows programs write backslashes, against the standard
# What zipfile raises for damaged archives and for those written by newer standards.
_UNREADABLE = (BadZipFile, zlib.error, EOFError, OSError, ValueError, NotImplementedError, RuntimeError)


@contextmanager
def zip_frames(path: Path, limits: ClipLimits) -> Iterator[tuple[list[FrameFile], tuple[str, ...]]]:
    """Return the images of a zip, readable until the `with` block ends, and a warning about other members.

    All images must lie in one folder of the archive, whatever its depth. Archives within are ignored.

    Raises:
        ClipError: damaged, encrypted or unsafe archive, no image, images in several folders, or over a limit.
    """
    with _open(path) as archive:
        members = _Members(archive, path.name, limits)
        yield members.frames()


@contextmanager
def _open(path: Path) -> Iterator[ZipFile]:
    try:
        archive = ZipFile(path)
    except _UNREADABLE as error:
        raise ClipError(f"{shown(path.name)} is a damaged or cut off zip: copy it again or make it anew.") from error
    with archive:
        yield archive


class _Members:
    """The files in an archive, read under a budget of expanded bytes."""

    def __init__(self, archive: ZipFile, name: str, limits: ClipLimits) -> None:
        self._archive = archive
        self._name = shown(name)
        self._limits, self._most = limits, limits.max_expanded_bytes
        self._read_so_far = 0

    def frames(self) -> tuple[list[FrameFile], tuple[str, ...]]:
        """Return the images and the warning about the rest."""
        listed = [info for info in self._archive.infolist() if not info.filename.endswith(_FOLDER_ENDS)]
        for info in listed:
            self._check_safe(info)
        if sum(info.file_size for info in listed) > self._most:
            raise self._too_large(sum(info.file_size for info in listed))
        wanted = [info for info in listed if not any(is_clutter(part) for part in _path(info).parts)]
        images: list[ZipInfo] = []
        others: list[str] = []
        for info in wanted:
            name = _path(info).name
            if is_frame(name, partial(self._read, info, HEAD_BYTES)):
                images.append(info)
            else:
                others.append(name)
        check_frames(self._name, len(images), self._limits)
        self._check_one_folder(images, others)
        files = [FrameFile(_path(info).name, partial(self._read, info, info.file_size)) for info in images]
        return files, ignored_warning(others)

    def _check_safe(self, info: ZipInfo) -> None:
        path, name = _path(info), shown(info.filename)
        outside = path.is_absolute() or ".." in path.parts or re.match(r"[A-Za-z]:", info.filename)
        if outside or stat.S_ISLNK(info.external_attr >> 16):
            raise ClipError(
                f"{self._name} is unsafe: its member {name} points outside of the archive; make the zip anew "
                "from the frames alone."
            )
        if info.flag_bits & _IS_ENCRYPTED:
            raise ClipError(f"{self._name} is protected by a password: unpack it and choose the folder.")
        if info.compress_type not in (ZIP_STORED, ZIP_DEFLATED):
            # The other methods expand a few bytes without bound before their size can be checked.
            raise ClipError(f"{self._name} uses an unusual compression for {name}: make the zip anew.")

    def _check_one_folder(self, images: list[ZipInfo], others: list[str]) -> None:
        if not images:
            found = f", only {', '.join(shown(name) for name in others[:3])}" if others else ""
            raise ClipError(f"{self._name} holds no image{found}: put the numbered frames into the zip.")
        folders = sorted({str(_path(info).parent) for info in images})
        if len(folders) > 1:
            raise ClipError(
                f"{self._name} holds images in {len(folders)} folders ({shown(folders[0])}, {shown(folders[1])}"
                f"{', ...' if len(folders) > 2 else ''}): make one zip for each clip."
            )

    def _read(self, info: ZipInfo, num_bytes: int) -> bytes:
        try:
            with self._archive.open(info) as file:
                data = file.read(min(num_bytes, self._most - self._read_so_far) + 1)
        except _UNREADABLE as error:
            raise ClipError(
                f"{self._name} is damaged at {shown(_path(info).name)}: copy it again or make it anew."
            ) from error
        self._read_so_far += len(data)
        if self._read_so_far > self._most:
            raise self._too_large(self._read_so_far)
        return data[:num_bytes]

    def _too_large(self, num_bytes: int) -> ClipError:
        return ClipError(
            f"{self._name} expands to at least {size_text(num_bytes)} and at most {size_text(self._most)} "
            "can be read: leave out frames or scale them down."
        )


def _path(info: ZipInfo) -> PurePosixPath:
    return PurePosixPath(info.filename.replace("\\", "/"))
