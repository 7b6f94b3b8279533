"""Files that are there complete or not at all, whatever happens while they are written."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4


@contextmanager
def whole_file(path: Path, *, replaces: bool = True) -> Iterator[Path]:
    """A hidden name beside `path` to write to; it takes the place of `path` once the block has ended well.

    A reader (or a crash) never meets half a file, and an earlier file stays until the new one is whole. With
    `replaces=False` it stays for good: of processes that write at once a single one succeeds.

    Raises:
        OSError: it cannot be written there.
    """
    part = path.with_name(f".{path.name}.{uuid4().hex}.part")
    try:
        yield part
        if replaces:
            part.replace(path)
        else:
            _link(part, path)
    finally:
        part.unlink(missing_ok=True)


def _link(part: Path, path: Path) -> None:
    """Name a file `path` too unless something is called so; renaming would replace that."""
    try:
        os.link(part, path)
    except FileExistsError:
        pass
    except OSError:  # a file system without links, e.g. of a memory stick
        part.replace(path)
