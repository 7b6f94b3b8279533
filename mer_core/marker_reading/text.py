"""The text of a small file from a stranger."""

from pathlib import Path

from mer_core.errors import MarkerFileError

MOST_MEGABYTES = 10
_MOST_BYTES = MOST_MEGABYTES * 1_000_000


def read_small(path: Path) -> bytes:
    """The bytes of a file, and no more of them than a file of markers may have and one.

    Raises:
        MarkerFileError: there is no such file.
        OSError: it cannot be read.
    """
    if not path.is_file():
        raise MarkerFileError(f"There is no file {path}: check the name.")
    with path.open("rb") as file:
        return file.read(_MOST_BYTES + 1)


def text_of(content: bytes, name: str) -> str:
    """The bytes as text.

    Raises:
        MarkerFileError: they are none, too many, or not UTF-8.
    """
    if len(content) > _MOST_BYTES:
        raise MarkerFileError(f"{name} has more than {MOST_MEGABYTES} MB, too much for a file of markers.")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise MarkerFileError(f"{name} is not text in UTF-8 (byte {error.start}); save it again as UTF-8.") from error
    if not text.strip():
        raise MarkerFileError(f"{name} is empty; export or copy it again.")
    return text
