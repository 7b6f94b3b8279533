"""What one visit holds: its clip, its markers, its failure. All of it is erased with the visit."""

import os
import shutil
import tempfile
import weakref
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from threading import Timer
from typing import Any, Protocol

import streamlit as st

from mer_core.analysis import Analysis, PreparedClip
from mer_core.clips import Clip, read_clip, read_image_pair
from mer_core.interval import Interval
from mer_core.samples import sample_clips

_KEY = "visit"
_MOST_UNDO_STEPS = 100
_LONGEST_NAME = 80
SECONDS_TO_COME_BACK = float(os.environ.get("MER_SECONDS_TO_COME_BACK", "120"))
_PICTURES = (".png", ".jpg", ".jpeg", ".bmp", ".tif", ".tiff")


class Upload(Protocol):
    """What an uploaded file offers."""

    name: str

    def getbuffer(self) -> memoryview:
        """The bytes."""


@dataclass(frozen=True)
class Source:
    """Where the visit's clip is read from.

    Attributes:
        paths: one file or folder, or an onset and an apex picture.
        fps: frames per second in place of the file's own; None keeps them.
        sample: name of the bundled sample, else None.
    """

    paths: tuple[Path, ...]
    fps: float | None = None
    sample: str | None = None

    def read(self) -> Clip:
        """The clip.

        Raises:
            ClipError: it cannot be read.
        """
        if len(self.paths) == 2:
            return read_image_pair(*self.paths)
        return read_clip(self.paths[0], fps=self.fps)


@dataclass(eq=False)
class Visit:
    """Everything one browser session holds of its clip; nothing of it is shared with other sessions.

    Attributes:
        folder: uploads lie here; deleted with this object, at the latest when the server stops.
        source: the open clip, None before one is chosen.
        failure: what went wrong last, shown until dismissed.
        prepared: the clip with and without head motion removed, as far as asked for.
        interval: the markers in use; None for the best proposal.
        history: earlier values of `interval`, for undo.
        frame: the frame to look at; None for the apex.
        analysis: the last analysis and what it was made from.
        uploads: number of uploads so far; gives each upload widget its own key, so that a used one is empty again.
    """

    folder: Path = field(default_factory=lambda: Path(tempfile.mkdtemp(prefix="mer-studio-")))
    source: Source | None = None
    failure: str | None = None
    prepared: dict[bool, PreparedClip] = field(default_factory=dict)
    interval: Interval | None = None
    history: list[Interval | None] = field(default_factory=list)
    frame: int | None = None
    analysis: tuple[Any, Analysis] | None = None
    uploads: int = 0
    _erasure: Timer | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        # Runs when the session state is dropped, or at exit: the clip is gone either way.
        weakref.finalize(self, shutil.rmtree, self.folder, ignore_errors=True)

    @property
    def is_sample(self) -> bool:
        """Whether the open clip is a bundled one."""
        return self.source is not None and self.source.sample is not None

    def open(self, source: Source) -> None:
        """Show another clip; everything about the last one is forgotten."""
        self.forget_findings()
        self.source, self.failure = source, None

    def close(self) -> None:
        """Erase the clip."""
        self.forget_findings()
        self.source = None
        for path in self.folder.iterdir():
            shutil.rmtree(path)

    def fail(self, message: str) -> None:
        """Close the clip and keep a sentence to show."""
        self.close()
        self.failure = message

    def forget_findings(self) -> None:
        """Drop all that was computed or marked, keep the source."""
        self.prepared.clear()
        self.history.clear()
        self.interval = self.frame = self.analysis = None

    def leave(self) -> None:
        """Erase the clip soon, unless the visitor comes back; a lost connection alone must not cost the work."""
        self.stay()
        self._erasure = Timer(SECONDS_TO_COME_BACK, self.close)
        self._erasure.daemon = True
        self._erasure.start()

    def stay(self) -> None:
        """The visitor is (still or again) here."""
        if self._erasure is not None:
            self._erasure.cancel()
            self._erasure = None

    def mark(self, interval: Interval | None) -> None:
        """Put markers in place of the present ones, which undo brings back."""
        self.history.append(self.interval)
        del self.history[:-_MOST_UNDO_STEPS]
        self.interval = interval

    def undo(self) -> None:
        """Bring back the markers before the last change."""
        if self.history:
            self.interval = self.history.pop()


def current_visit() -> Visit:
    """The visit of this browser session."""
    if _KEY not in st.session_state:
        st.session_state[_KEY] = Visit()
    return st.session_state[_KEY]


def keep_until_left(visit: Visit) -> None:
    """Tie the visit to the browser's connection: when that ends, the clip is erased."""
    _presence(visit).stay()


@st.cache_resource(scope="session", max_entries=1, show_spinner=False, on_release=Visit.leave)
def _presence(_visit: Visit) -> Visit:
    # Streamlit keeps a closed session's state until some later visitor pushes it out, but releases this at once.
    return _visit


def open_sample(name: str) -> None:
    """Show a bundled sample; an unknown name leaves a sentence to show instead."""
    visit, samples = current_visit(), sample_clips()
    if name in samples:
        visit.close()
        visit.open(Source((samples[name].path,), sample=name))
    else:
        visit.fail(f"There is no sample called {name!r}; choose one of {', '.join(samples)}.")


def open_uploads(uploads: Sequence[Upload]) -> None:
    """Write uploaded files into the visit's folder at once and show them: a clip, two pictures, or many frames."""
    visit = current_visit()
    visit.close()
    visit.uploads += 1
    folder = visit.folder / str(visit.uploads)
    folder.mkdir()
    paths = sorted(_spool(upload, folder) for upload in uploads)
    if len(paths) == 1:
        visit.open(Source((paths[0],)))
    elif any(path.suffix.lower() not in _PICTURES for path in paths):
        visit.fail("Several files were given and not all are pictures; give one clip, or only pictures.")
    else:
        visit.open(Source(tuple(paths) if len(paths) == 2 else (folder,)))


def _spool(upload: Upload, folder: Path) -> Path:
    # The browser's name is not to be trusted: only its last part, printable and short.
    name = "".join(letter for letter in Path(upload.name.replace("\\", "/")).name if letter.isprintable())
    name = name[-_LONGEST_NAME:].lstrip(".") or "clip"
    path = folder / name
    if path.exists():
        path = folder / f"{len(list(folder.iterdir()))} {name}"
    path.write_bytes(upload.getbuffer())
    return path
