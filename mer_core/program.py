"""Which program this is, to the letter: what it found before is kept only as long as it is the same."""

import hashlib
from functools import cache
from pathlib import Path

_ROOT = Path(__file__).parent
_KINDS = {".py", ".j2", ".css", ".tflite"}  # code, the report's template and style, the networks that find faces


@cache
def program_digest() -> str:
    """The sha256 over all that this package works with; a version number would miss changes between two versions."""
    digest = hashlib.sha256()
    for path in sorted(path for path in _ROOT.rglob("*") if path.suffix in _KINDS):
        digest.update(path.relative_to(_ROOT).as_posix().encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()
