"""Files that are there complete or not at all, whatever happens while they are written."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4


@contextmanager
def whole_file(path: Path) -> Iterator[Path]:
    """A hidden name beside `path` to write to; it takes the place of `path` once the block has ended well.

    A reader (or a crash) never meets half a file, and an earlier file stays until the new one is whole.

    Raises:
        OSError: it cannot be written there.
    """
    part = path.with_name(f".{path.name}.{uuid4().hex}.part")
    try:
        yield part
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
