"""What one visit holds: its clip, its markers, its failure. All of it is erased with the visit."""

import hashlib
import os
import random
import shutil
import tempfile
import weakref
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from threading import Timer
from typing import Any

import streamlit as st
from streamlit import runtime
from streamlit.runtime.scriptrunner import get_script_run_ctx

from mer_core.analysis import Analysis, PreparedClip
from mer_core.blind_coding import BlindCoding
from mer_core.clip_sources.suffixes import STILL_SUFFIXES
from mer_core.clips import Clip, read_clip, read_image_pair
from mer_core.coded_events import Coding
from mer_core.interval import Interval
from mer_core.samples import sample_clips
from ui.deck.payload import DeckFrames
from ui.paperwork import Paperwork
from ui.uploads import Upload, onset_first, spool

_KEY = "visit"
_MOST_UNDO_STEPS = 100
SECONDS_TO_COME_BACK = float(os.environ.get("MER_SECONDS_TO_COME_BACK", "120"))


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

    @property
    def is_pair(self) -> bool:
        """Whether it is an onset and an apex picture, which have no times and nothing between them."""
        return len(self.paths) == 2

    @property
    def pair_names(self) -> tuple[str, str] | None:
        """The names of the onset and the apex picture; None of a clip."""
        return (self.paths[0].name, self.paths[1].name) if self.is_pair else None

    def swapped(self) -> "Source":
        """The same two pictures, the onset for the apex."""
        return replace(self, paths=self.paths[::-1])

    def read(self, progress: Callable[[float], None] | None = None) -> Clip:
        """The clip; `progress` is told the finished share, 0 to 1.

        Raises:
            ClipError: it cannot be read.
        """
        if self.is_pair:
            return read_image_pair(*self.paths)
        return read_clip(self.paths[0], fps=self.fps, progress=progress)


@dataclass(frozen=True, eq=False)
class _Former:
    """The clip that was open before the present one, to come back to should that one fail."""

    source: Source
    prepared: dict[bool, PreparedClip]
    interval: Interval | None
    history: tuple[Interval | None, ...]
    frames: DeckFrames | None
    blind: BlindCoding | None


def _shuffled_samples() -> tuple[str, ...]:
    names = [*sample_clips()]
    return tuple(random.sample(names, len(names)))


@dataclass(eq=False)
class Visit:
    """Everything one browser session holds of its clip; nothing of it is shared with other sessions.

    Attributes:
        folder: uploads lie here; deleted with this object, at the latest when the server stops.
        source: the open clip, None before one is chosen.
        failure: what went wrong last, shown until dismissed.
        is_choosing: whether another clip is being chosen while one is open.
        prepared: the clip with and without head motion removed, as far as asked for.
        interval: the markers in use; None for the best proposal, or, while coding blind, for none set.
        history: earlier values of `interval`, for undo.
        frames: what the deck shows, made once a clip.
        answered: number of the deck's last action that was taken into account.
        analysis: the last analysis and what it was made from.
        drawn: what else was made of that analysis on demand, such as pictures, by what it is.
        paperwork: notes, and what came of files of markers or sessions.
        blind: the coder's own coding of the open clip; None where its findings were shown from the beginning.
        opens_blind: whether the next clip is to be coded before anything of it is shown.
        seen: what every clip is known by whose findings were on this visit's screen. It outlives the clips: what was
            seen once can never again be coded blind.
        sample_order: the bundled samples in an order that does not tell which is which.
        uploads: number of uploads so far; gives each upload widget its own key, so that a used one is empty again.
        works: number of files of markers or sessions so far, for the same; opening one must not drop a clip's upload.
        session: the browser session it belongs to.
    """

    folder: Path = field(default_factory=lambda: Path(tempfile.mkdtemp(prefix="mer-studio-")))
    source: Source | None = None
    failure: str | None = None
    is_choosing: bool = False
    prepared: dict[bool, PreparedClip] = field(default_factory=dict)
    interval: Interval | None = None
    history: list[Interval | None] = field(default_factory=list)
    frames: DeckFrames | None = None
    answered: int = 0
    analysis: tuple[Any, Analysis] | None = None
    drawn: dict[Any, Any] = field(default_factory=dict)
    paperwork: Paperwork = field(default_factory=Paperwork)
    blind: BlindCoding | None = None
    opens_blind: bool = False
    seen: set[frozenset[str]] = field(default_factory=set)
    sample_order: tuple[str, ...] = field(default_factory=_shuffled_samples)
    uploads: int = 0
    works: int = 0
    session: str = ""
    _mover: str | None = None
    _former: _Former | None = field(default=None, repr=False)
    _erasure: Timer | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        # Runs when the session state is dropped, or at exit: the clip is gone either way.
        weakref.finalize(self, shutil.rmtree, self.folder, ignore_errors=True)

    @property
    def is_sample(self) -> bool:
        """Whether the open clip is a bundled one."""
        return self.source is not None and self.source.sample is not None

    @property
    def is_coding_blind(self) -> bool:
        """Whether nothing that the machine found may be shown of the open clip."""
        return self.blind is not None and not self.blind.committed

    @property
    def stage(self) -> str:
        """What may be shown of the open clip: "open", "blind" until an own coding is committed, then "committed"."""
        return "open" if self.blind is None else "blind" if self.is_coding_blind else "committed"

    def name_of(self, clip: Clip) -> str:
        """What to call the open clip: a sample's file name tells what its face does."""
        if self.source is None or self.source.sample is None or not self.is_coding_blind:
            return clip.name
        return f"Sample {self.sample_order.index(self.source.sample) + 1}"

    def new_folder(self) -> Path:
        """An empty folder for the files of the next clip; it is erased when another is open, or with the visit."""
        self.uploads += 1
        folder = self.folder / str(self.uploads)
        folder.mkdir()
        return folder

    def open(self, source: Source) -> None:
        """Show another clip; the last one is kept until `settle` says that this one can be shown."""
        if self.source is not None and self._former is None:
            history = tuple(self.history)
            self._former = _Former(self.source, dict(self.prepared), self.interval, history, self.frames, self.blind)
        self.forget_findings()
        self.source, self.failure, self.is_choosing = source, None, False
        self.blind = BlindCoding() if self.opens_blind else None

    def read_anew(self, source: Source) -> None:
        """Show the same frames with other times; markers that somebody set, and what was coded, stay."""
        blind, interval, history = self.blind, self.interval, list(self.history)
        self.open(source)
        self.blind, self.interval, self.history = blind, interval, history

    def start_blind(self, coding: BlindCoding, interval: Interval | None = None) -> None:
        """Hide what was found in the open clip until the coding is committed.

        Args:
            coding: what was scored so far.
            interval: the coder's own markers so far.
        """
        self.analysis = self._mover = None
        self.history.clear()
        self.drawn.clear()
        self.paperwork.forget_import()
        self.blind, self.interval = coding, interval
        self._renew_frames()

    def end_blind(self, coding: BlindCoding | None, interval: Interval | None) -> None:
        """Show what was found again.

        Args:
            coding: as it was committed; None where it was given up.
            interval: the markers to begin with, as in `interval`.
        """
        self._mover = None
        self.history.clear()
        self.blind, self.interval = coding, interval
        if self.frames is not None and self.frames.preview.lacks_movements:
            self._renew_frames()

    def _renew_frames(self) -> None:
        # Under a new key the browser builds a new deck, which knows nothing of what the last one was told.
        self.frames, self.answered = None, 0

    def settle(self) -> None:
        """The open clip can be shown: erase the one before it."""
        if self._former is not None:
            self._former = None
            self._erase_unused()

    def close(self) -> None:
        """Erase every clip, and what was noted about them."""
        # Streamlit keeps the arguments of callbacks, and with them the clip, until a later visitor pushes them out.
        for kept in (self, self._former):
            for prepared in [] if kept is None else kept.prepared.values():
                prepared.clip.erase()
        self.forget_findings()
        self.paperwork = Paperwork()
        self.source = self._former = None
        self.is_choosing = False
        self._erase_unused()

    def fail(self, message: str) -> None:
        """Erase the open clip, come back to the one before it if there was one, and keep a sentence to show."""
        former = self._former
        self.forget_findings()
        self._former, self.is_choosing = None, False
        self.source = None if former is None else former.source
        if former is not None:
            self.prepared.update(former.prepared)
            self.interval = former.interval
            self.history.extend(former.history)
            self.frames, self.blind = former.frames, former.blind
        self._erase_unused()
        self.failure = message

    def refuse(self, message: str) -> None:
        """Keep a sentence to show about something that could not even be opened; an open clip stays."""
        self.failure, self.is_choosing = message, False
        self._erase_unused()

    def _erase_unused(self) -> None:
        sources = [kept.source for kept in (self, self._former) if kept is not None and kept.source is not None]
        used = [path for source in sources for path in source.paths]
        for folder in self.folder.iterdir():
            if not any(path.is_relative_to(folder) for path in used):
                shutil.rmtree(folder)

    def forget_findings(self) -> None:
        """Drop all that was computed or marked, keep the source."""
        self.prepared.clear()
        self.history.clear()
        self.drawn.clear()
        self.paperwork.forget_import()
        self.interval = self.frames = self.analysis = self.blind = self._mover = None
        self.answered = 0

    def leave(self) -> None:
        """Erase the clip soon, unless the visitor comes back; a lost connection alone must not cost the work."""
        self.stay()
        self._erasure = Timer(SECONDS_TO_COME_BACK, self._close_unless_back)
        self._erasure.daemon = True
        self._erasure.start()

    def _close_unless_back(self) -> None:
        # A browser whose connection came back need not ask for anything while its visitor looks at the deck.
        if runtime.exists() and runtime.get_instance().is_active_session(self.session):
            self.leave()
        else:
            self.close()

    def stay(self) -> None:
        """The visitor is (still or again) here."""
        if self._erasure is not None:
            self._erasure.cancel()
            self._erasure = None

    def mark(self, interval: Interval | None, mover: str | None = None) -> None:
        """Put markers in place of the present ones, which undo brings back.

        Args:
            interval: the markers; None as in `interval`.
            mover: the one marker that was moved, if so; a run of moves of the same one is undone in one step.
        """
        if interval == self.interval:
            return
        if mover is None or mover != self._mover:
            self.history.append(self.interval)
            del self.history[:-_MOST_UNDO_STEPS]
        self.interval, self._mover = interval, mover

    def undo(self) -> None:
        """Bring back the markers before the last change."""
        self._mover = None
        if self.history:
            self.interval = self.history.pop()

    def coding_of(self, clip: Clip) -> Coding:
        """What the person has added to the open clip, its blind coding included."""
        return replace(self.paperwork.coding_of(clip), blind=self.blind)

    def see(self, clip: Clip) -> None:
        """What was found in a clip is on the screen."""
        if frozenset([clip.sha256]) not in self.seen:  # asked whenever the page is drawn
            self.seen |= _known_by(clip)

    def has_seen(self, clip: Clip) -> bool:
        """Whether what was found in it was ever on the screen, under whatever name of its files."""
        return not self.seen.isdisjoint(_known_by(clip))

    def freeze(self) -> None:
        """Keep the markers in use when something else changes that they would otherwise follow."""
        if self.interval is None and self.analysis is not None:
            self.interval = self.analysis[1].interval


def _known_by(clip: Clip) -> set[frozenset[str]]:
    """The bytes of its file, and its first and last picture in either order: pictures may be renamed or swapped."""
    ends = frozenset(hashlib.sha256(clip.frames[index].tobytes()).hexdigest() for index in (0, -1))
    return {frozenset([clip.sha256]), ends}


def current_visit() -> Visit:
    """The visit of this browser session."""
    if _KEY not in st.session_state:
        st.session_state[_KEY] = Visit()
    return st.session_state[_KEY]


def keep_until_left(visit: Visit) -> None:
    """Tie the visit to the browser's connection: when that ends, the clip is erased."""
    context = get_script_run_ctx()
    visit.session = "" if context is None else context.session_id
    _presence(visit).stay()


@st.cache_resource(scope="session", max_entries=1, show_spinner=False, on_release=Visit.leave)
def _presence(_visit: Visit) -> Visit:
    # Streamlit keeps a closed session's state until some later visitor pushes it out, but releases this at once.
    return _visit


def open_sample(name: str) -> None:
    """Show a bundled sample; an unknown name leaves a sentence to show instead."""
    visit, samples = current_visit(), sample_clips()
    if name in samples:
        visit.open(Source((samples[name].path,), sample=name))
    else:
        visit.refuse(f"There is no sample called {name!r}; choose one of {', '.join(samples)}.")


def open_uploads(uploads: Sequence[Upload]) -> None:
    """Write uploaded files into the visit's folder at once and show them: a clip, two pictures, or many frames."""
    visit = current_visit()
    folder = visit.new_folder()
    paths = [spool(upload, folder) for upload in uploads]
    if len(paths) == 1:
        visit.open(Source((paths[0],)))
    elif any(path.suffix.lower() not in STILL_SUFFIXES for path in paths):
        visit.refuse("Several files were given and not all are pictures; give one clip, or only pictures.")
    else:
        visit.open(Source(onset_first(paths) if len(paths) == 2 else (folder,)))
