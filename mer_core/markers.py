"""Onset, apex and offset in a person's hands: one marker moves at a time, and what that person set stays."""

from mer_core.interval import UNSET, Interval

MARKERS: tuple[str, ...] = ("onset", "apex", "offset")
_GIVES_WAY = ("proposed", UNSET)


def move_marker(interval: Interval, name: str, frame: int, num_frames: int) -> Interval:
    """The interval with one marker as near to `frame` as the order onset < apex <= offset allows.

    Markers that were only proposed, or that nobody has set yet, give way to the moved one; those that a person set (or
    imported) do not, and stop it. The moved marker's source becomes "user"; the interval has no confidence any more.

    Args:
        interval: the markers as they are.
        name: one of `MARKERS`.
        frame: where that marker is wanted, counted from 0.
        num_frames: frames in the clip, at least 2.
    """
    index = MARKERS.index(name)
    frames = [interval.onset, interval.apex, interval.offset]
    is_fixed = [source not in _GIVES_WAY and place != index for place, source in enumerate(interval.sources)]
    frames[index] = _within(frame, index, frames, is_fixed, num_frames - 1)
    frames = _given_way(frames, index)
    sources = list(interval.sources)
    sources[index] = "user"
    return Interval(frames[0], frames[1], frames[2], (sources[0], sources[1], sources[2]))


# Least distance from onset to apex and from apex to offset.
_GAPS = (1, 0)


def _within(frame: int, index: int, frames: list[int], is_fixed: list[bool], last: int) -> int:
    """The nearest frame that leaves room for every marker and does not overtake a fixed one."""
    low, high = sum(_GAPS[:index]), last - sum(_GAPS[index:])
    for other in range(len(frames)):
        if is_fixed[other] and other < index:
            low = max(low, frames[other] + sum(_GAPS[other:index]))
        if is_fixed[other] and other > index:
            high = min(high, frames[other] - sum(_GAPS[index:other]))
    return min(max(frame, low), high)


def _given_way(frames: list[int], index: int) -> list[int]:
    moved = list(frames)
    for before in range(index - 1, -1, -1):
        moved[before] = min(moved[before], moved[before + 1] - _GAPS[before])
    for after in range(index + 1, len(moved)):
        moved[after] = max(moved[after], moved[after - 1] + _GAPS[after - 1])
    return moved
