"""A session: all that is needed to go on with an analysis later, without any picture of the face.

The clip itself is not in it; it is recognised by its SHA-256 when it is opened again, whatever its name is by then.
"""

import json
from dataclasses import asdict, dataclass, replace
from math import isclose

from mer_core import __version__
from mer_core.analysis import Analysis, PreparedClip
from mer_core.blind_file import blind_values, own_interval, read_blind
from mer_core.checkpoints import Checkpoint
from mer_core.clip_sources.limits import shown
from mer_core.clips import Clip
from mer_core.coded_events import Coding
from mer_core.crop import CropGeometry
from mer_core.errors import MarkerFileError
from mer_core.flow import FLOW_METHODS
from mer_core.interval import Interval
from mer_core.marker_reading.fields import Fields, read_json
from mer_core.marker_reading.interval_fields import read_interval
from mer_core.marker_reading.text import text_of
from mer_core.motion import MotionSettings
from mer_core.settings_hash import settings_hash

SESSION_ENDING = ".mer.json"
# Version 2 added an own coding made before the findings were shown; files of version 1 are read as before.
_FORMAT, _VERSION = "mer-studio-session", 2
_SOURCES = ("proposed", "user", "imported")
_SHOWN_DIGITS = 8
_MOST_FRAMES, _MOST_CANDIDATES = 1_000_000, 1000
_LONGEST_NAME, _LONGEST_NOTES = 300, 20_000
_SAME_RATE = 1e-3


@dataclass(frozen=True)
class ClipIdentity:
    """Which clip a session belongs to.

    Attributes:
        name: of its file when the session was saved.
        sha256: as in `Clip`.
        num_frames: its length.
        fps: frames per second as they were used; None when unknown.
        fps_given: whether somebody gave them in place of the file's own times, which need not be evenly spaced; None
            in files of before this was kept.
    """

    name: str
    sha256: str
    num_frames: int
    fps: float | None
    fps_given: bool | None

    @property
    def short_hash(self) -> str:
        """The beginning of the hash, for people to compare."""
        return self.sha256[:_SHOWN_DIGITS]

    @property
    def length(self) -> str:
        """In words: "72 frames, 720 ms", or the frames alone where the rate is unknown."""
        frames = f"{self.num_frames} frames"
        return frames if self.fps is None else f"{frames}, {1000 * self.num_frames / self.fps:.0f} ms"

    def has_rate_of(self, clip: Clip) -> bool:
        """Whether the clip is being read at the frame rate that the session used."""
        if self.fps is None or clip.fps is None:
            return self.fps == clip.fps
        return isclose(self.fps, clip.fps, rel_tol=_SAME_RATE)

    def has_times_of(self, clip: Clip) -> bool:
        """Whether the clip is being read with the times that the session used, as far as it tells."""
        return self.has_rate_of(clip) and self.fps_given in (None, clip.fps_given)

    @property
    def fps_to_give(self) -> float | None:
        """The frame rate to give when the clip is read, so that it has these times; None for the file's own."""
        return None if self.fps_given is False else self.fps


@dataclass(frozen=True)
class Session:
    """What was found in a clip, chosen and noted.

    Attributes:
        clip: which one.
        interval: the markers, with who set each; None where a blind coder has set none yet.
        candidates: what had been proposed, best first; empty while coding blind, when nobody may know.
        flow_method: one of `mer_core.flow.FLOW_METHODS`.
        remove_head_motion: whether it was subtracted.
        crop: which part of the face was measured.
        model: name of the checkpoint.
        model_sha256: of its weights; empty for weights that were never saved.
        coding: subject, coder, notes, and an own coding made before the findings were shown.
        app_version: of the program that saved it.
        settings_hash: see `mer_core.settings_hash`; empty while coding blind, before anything was measured.
    """

    clip: ClipIdentity
    interval: Interval | None
    candidates: tuple[Interval, ...]
    flow_method: str
    remove_head_motion: bool
    crop: CropGeometry
    model: str
    model_sha256: str
    coding: Coding
    app_version: str
    settings_hash: str

    @property
    def is_coding_blind(self) -> bool:
        """Whether it was saved by a blind coder who had not committed yet."""
        return self.coding.blind is not None and not self.coding.blind.committed


def session_of(analysis: Analysis, coding: Coding) -> Session:
    """The session as it stands."""
    settings = analysis.motion.settings
    return Session(
        _identity(analysis.prepared),
        analysis.interval,
        analysis.prepared.candidates,
        settings.method,
        settings.remove_head_motion,
        analysis.checkpoint.input_spec.geometry,
        analysis.checkpoint.name,
        analysis.checkpoint.sha256,
        coding,
        __version__,
        settings_hash(analysis),
    )


def blind_session_of(
    prepared: PreparedClip, interval: Interval | None, checkpoint: Checkpoint, settings: MotionSettings, coding: Coding
) -> Session:
    """The session of a blind coder before committing: the markers set so far and the score sheet, no finding."""
    return Session(
        _identity(prepared),
        interval,
        (),
        settings.method,
        settings.remove_head_motion,
        checkpoint.input_spec.geometry,
        checkpoint.name,
        checkpoint.sha256,
        coding,
        __version__,
        "",
    )


def _identity(prepared: PreparedClip) -> ClipIdentity:
    clip = prepared.clip
    return ClipIdentity(clip.name, clip.sha256, clip.num_frames, clip.fps, clip.fps_given)


def session_json(session: Session) -> str:
    """The session as the text of its file."""
    chosen = session.candidates.index(session.interval) if session.interval in session.candidates else None
    values = {
        "format": _FORMAT,
        "version": _VERSION,
        "app_version": session.app_version,
        "clip": asdict(session.clip),
        "interval": None if session.interval is None else asdict(session.interval),
        "candidates": [asdict(candidate) for candidate in session.candidates],
        "chosen_candidate": chosen,
        "settings": {
            "flow_method": session.flow_method,
            "remove_head_motion": session.remove_head_motion,
            "crop": asdict(session.crop),
            "hash": session.settings_hash,
        },
        "model": {"name": session.model, "sha256": session.model_sha256},
        "coding": {name: getattr(session.coding, name) for name in ("subject", "coder", "notes")},
        "blind_coding": None if session.coding.blind is None else blind_values(session.coding.blind),
    }
    return json.dumps(values, indent=2, allow_nan=False, ensure_ascii=False) + "\n"


def read_session(content: bytes, name: str) -> Session:
    """The session that a file holds.

    Args:
        content: the file's bytes.
        name: of the file, for messages.

    Raises:
        MarkerFileError: the file is too large, damaged, of another kind or a later version, or holds a value that
            cannot be; the sentence names it.
    """
    name = shown(name)
    fields = read_json(text_of(content, name), name)
    _check_kind(fields, name)
    clip = _clip(fields.part("clip"))
    settings, model, coding = (fields.part(part) for part in ("settings", "model", "coding"))
    crop = settings.part("crop")
    last = clip.num_frames - 1
    # Files of version 1 have no such entry.
    blind = None if fields.values.get("blind_coding") is None else read_blind(fields.part("blind_coding"), last)
    return Session(
        clip,
        _session_interval(fields, last, blind is not None and not blind.committed),
        tuple(_interval(candidate, last) for candidate in fields.parts("candidates", _MOST_CANDIDATES)),
        settings.one_of("flow_method", FLOW_METHODS),
        settings.flag("remove_head_motion"),
        CropGeometry(crop.number("side_in_eye_distances", 0.1, 100), crop.number("eye_line", 0, 1)),
        model.text("name", _LONGEST_NAME),
        model.text("sha256", _LONGEST_NAME),
        Coding(
            coding.text("subject", _LONGEST_NAME),
            coding.text("coder", _LONGEST_NAME),
            coding.text("notes", _LONGEST_NOTES),
            blind,
        ),
        fields.text("app_version", _LONGEST_NAME),
        settings.text("hash", _LONGEST_NAME),
    )


def check_clip(session: Session, clip: Clip) -> None:
    """Nothing, if the session was made with this clip; its file may have another name by now.

    Raises:
        MarkerFileError: the file is another one, or is read as another number of frames.
    """
    own = session.clip
    if own.sha256 != clip.sha256:
        raise MarkerFileError(
            f"This session belongs to {shown(own.name)} (hash {own.short_hash}), and {shown(clip.name)} is another "
            f"file (hash {clip.sha256[:_SHOWN_DIGITS]}); open the clip that the session was made with."
        )
    if own.num_frames != clip.num_frames:
        raise MarkerFileError(
            f"This session was made with {own.num_frames} frames, but {shown(clip.name)} is read as {clip.num_frames} "
            "here; set the markers anew."
        )


def clip_remarks(session: Session, clip: Clip) -> tuple[str, ...]:
    """What is worth knowing about a session that fits the clip, one sentence each."""
    remarks = []
    if session.app_version != __version__:
        remarks.append(f"The session was saved by MER Studio {shown(session.app_version)}, this is {__version__}.")
    if not session.clip.has_rate_of(clip):
        was, now = (f"{fps:g} fps" if fps else "an unknown frame rate" for fps in (session.clip.fps, clip.fps))
        remarks.append(f"The session was made at {was}, the clip is read at {now}: times in ms differ.")
    return tuple(remarks)


def _check_kind(fields: Fields, name: str) -> None:
    if fields.values.get("format") != _FORMAT:
        raise MarkerFileError(f"{name} is JSON but no session; sessions are saved as NAME{SESSION_ENDING}.")
    version = fields.whole("version", 1, 10**9)
    if version > _VERSION:
        raise MarkerFileError(
            f"{name} was saved by a later MER Studio (session version {version}, this one reads {_VERSION}); update it."
        )


def _clip(fields: Fields) -> ClipIdentity:
    sha256 = fields.text("sha256", 64)
    if len(sha256) != 64 or not set(sha256) <= set("0123456789abcdef"):
        raise MarkerFileError(f"{fields.where}: sha256 is not 64 hexadecimal digits; save or copy the file again.")
    return ClipIdentity(
        name=fields.text("name", _LONGEST_NAME),
        sha256=sha256,
        num_frames=fields.whole("num_frames", 2, _MOST_FRAMES),
        fps=fields.number_or_none("fps", 1e-3, 1e6),
        fps_given=None if fields.values.get("fps_given") is None else fields.flag("fps_given"),
    )


def _session_interval(fields: Fields, last: int, is_coding_blind: bool) -> Interval | None:
    if not is_coding_blind:
        return _interval(fields.part("interval"), last)
    return None if fields.values.get("interval") is None else own_interval(fields.part("interval"), last)


def _interval(fields: Fields, last: int) -> Interval:
    interval = read_interval(fields, last, _SOURCES)
    return replace(interval, confidence=fields.number_or_none("confidence", 0, 1))
