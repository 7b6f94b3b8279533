"""Markers as a file gives them, and where they come to lie on a clip."""

from dataclasses import dataclass

import numpy as np

from mer_core.clip_sources.limits import shown
from mer_core.clips import Clip
from mer_core.clock import Clock
from mer_core.errors import MarkerFileError, MotionError
from mer_core.interval import Interval, with_markers
from mer_core.markers import MARKERS

Times = tuple[float | None, float | None, float | None]
Frames = tuple[int | None, int | None, int | None]
NOWHERE: Frames = (None, None, None)
# Times in whole ms may lie this far off without saying anything.
_ROUNDING_MS = 1.0


@dataclass(frozen=True)
class FoundMarkers:
    """Markers as a file gives them.

    Attributes:
        where: file and row or tier, for messages, such as "scores.csv, row 2".
        times_ms: of onset, apex and offset from the clip's first frame; None for what the file does not say.
        frames: the same as frame numbers counted from 0; used where the file or the clip has no times.
        clip_name: which clip the file says it is about; empty when it does not.
        remarks: what was passed over, one sentence each.
    """

    where: str
    times_ms: Times
    frames: Frames = NOWHERE
    clip_name: str = ""
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True)
class ImportedMarkers:
    """Markers put on a clip.

    Attributes:
        interval: the markers; those of the file are "imported".
        found: what was taken from where, one sentence.
        warnings: what to check, one sentence each.
    """

    interval: Interval
    found: str
    warnings: tuple[str, ...] = ()


def placed(found: FoundMarkers, clip: Clip, proposed: Interval) -> ImportedMarkers:
    """The markers on the clip's nearest frames; an offset that the file does not give stays as proposed.

    Args:
        found: what the file gives.
        clip: where it goes.
        proposed: gives the offset, if need be.

    Raises:
        MarkerFileError: onset or apex is missing, a marker lies outside the clip or in the wrong order, or the file
            gives times and the clip has none.
    """
    times = found.times_ms if clip.timestamps_ms is not None else NOWHERE
    pairs = tuple(zip(MARKERS, times, found.frames, strict=True))
    _check_complete(found, clip)
    onset, apex, offset = (_frame(found.where, name, time, frame, clip) for name, time, frame in pairs)
    try:
        interval = with_markers(proposed, onset, apex, offset, source="imported")
    except MotionError as error:
        raise MarkerFileError(f"{found.where}: {str(error)[:1].lower()}{str(error)[1:]}") from error
    distances = _distances(times, interval, clip)
    warnings = (*_far_off(found.where, distances, clip), *_other_clip(found, clip), *found.remarks)
    return ImportedMarkers(interval, _sentence(found, interval, distances, clip), warnings)


def _check_complete(found: FoundMarkers, clip: Clip) -> None:
    has_times, has_frames = (
        all(value is not None for value in values[:2]) for values in (found.times_ms, found.frames)
    )
    if clip.timestamps_ms is None and has_times and not has_frames:
        raise MarkerFileError(
            f"{found.where} gives times in ms, and this clip's frame rate is unknown; give it (--fps, or Settings)."
        )
    for name, time, frame in zip(MARKERS[:2], found.times_ms, found.frames, strict=False):
        if time is None and frame is None:
            raise MarkerFileError(f"{found.where} has no {name}; onset and apex are needed.")


def _frame(where: str, name: str, time: float | None, frame: int | None, clip: Clip) -> int | None:
    if time is not None and clip.timestamps_ms is not None:
        last = float(clip.timestamps_ms[-1])
        # An annotation that ends with the clip ends one frame after the last one begins.
        room = (Clock(clip.timestamps_ms, clip.num_frames).frame_ms or 0.0) + _ROUNDING_MS
        if not -room <= time <= last + room:
            raise MarkerFileError(
                f"{where}: the {name} at {time:g} ms lies outside the clip, whose frames lie at 0 to {last:g} ms."
            )
        return int(np.abs(clip.timestamps_ms - time).argmin())
    if frame is not None and not 0 <= frame < clip.num_frames:
        raise MarkerFileError(
            f"{where}: the {name} (frame {frame}) lies beyond the clip, whose frames are 0 to {clip.num_frames - 1}."
        )
    return frame


def _distances(times: Times | Frames, interval: Interval, clip: Clip) -> dict[str, float]:
    """Ms from each time of the file to the frame it went to."""
    frames = (interval.onset, interval.apex, interval.offset)
    placed_ms = (clip.time_ms(frame) for frame in frames)
    return {
        name: abs(time - frame_ms)
        for name, time, frame_ms in zip(MARKERS, times, placed_ms, strict=True)
        if time is not None and frame_ms is not None
    }


def _far_off(where: str, distances: dict[str, float], clip: Clip) -> list[str]:
    frame_ms = Clock(clip.timestamps_ms, clip.num_frames).frame_ms
    return [
        f"{where}: the {name} lies {distance:.1f} ms from the nearest frame, more than half a frame; check it."
        for name, distance in distances.items()
        if frame_ms is not None and distance > frame_ms / 2 + 1e-6
    ]


def _other_clip(found: FoundMarkers, clip: Clip) -> list[str]:
    if not found.clip_name or found.clip_name == clip.name:
        return []
    return [f"The file is about {shown(found.clip_name)}, and the open clip is {shown(clip.name)}; check it."]


def _sentence(found: FoundMarkers, interval: Interval, distances: dict[str, float], clip: Clip) -> str:
    parts = []
    for name, who in zip(MARKERS, interval.sources, strict=True):
        moment = clip.moment(getattr(interval, name))
        parts.append(f"{name} {moment}{'' if who == 'imported' else ', as proposed'}")
    return f"Taken from {found.where}: {', '.join(parts)}{_how_near(distances)}."


def _how_near(distances: dict[str, float]) -> str:
    if not distances:
        return ""
    farthest = max(distances.values())
    return f"; at most {farthest:.1f} ms from the times in the file" if farthest >= 0.05 else "; exactly as in the file"
