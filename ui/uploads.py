"""Uploaded files, written down under names of our own."""

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

_LONGEST_NAME, _MOST_BYTES = 80, 200  # letters, and bytes of them: file systems take 255


class Upload(Protocol):
    """What an uploaded file offers."""

    name: str

    def getbuffer(self) -> memoryview:
        """The bytes."""


def spool(upload: Upload, folder: Path) -> Path:
    """Where in the folder the file was written."""
    # The browser's name is not to be trusted: only its last part, printable and short.
    name = "".join(letter for letter in Path(upload.name.replace("\\", "/")).name if letter.isprintable())
    name = name[-_LONGEST_NAME:].encode("utf-8", "ignore")[-_MOST_BYTES:].decode("utf-8", "ignore")
    name = name.lstrip(".") or "clip"
    path = folder / name
    if path.exists():
        path = folder / f"{len(list(folder.iterdir()))} {name}"
    path.write_bytes(upload.getbuffer())
    return path


def onset_first(paths: Sequence[Path]) -> tuple[Path, ...]:
    """Two pictures in the order that their names tell; as they were given when the names do not."""
    given, other = (path.stem.lower() for path in paths)
    says_otherwise = ("apex" in given and "apex" not in other) or ("onset" in other and "onset" not in given)
    return tuple(reversed(paths)) if says_otherwise else tuple(paths)
