"""One person's frames or map under another's name: a fold that tests the one would train on the other."""

from collections.abc import Callable, Hashable
from pathlib import Path

from mer_core.errors import MerError
from training.datasets.maps import read_map
from training.datasets.table import Dataset, Problem, Sample


def shared_frames(data: Dataset) -> list[Problem]:
    """A problem for each clip whose folder of frames, or video, an earlier clip of another person has too."""

    def place(row: Sample) -> Path | None:
        return row.frames_dir.resolve() if row.frames_dir else None

    return _shared(data, place, "the frames are also those of {}; give each person frames of their own.")


def shared_maps(data: Dataset) -> list[Problem]:
    """A problem for each map that is value for value that of an earlier clip of another person."""
    return _shared(data, _map_values, "the map is also that of {}; no two people move alike.")


def _map_values(row: Sample) -> bytes | None:
    try:
        return read_map(row.map_path).tobytes() if row.map_path else None
    except MerError:  # whoever examines the maps says so
        return None


def _shared(data: Dataset, content: Callable[[Sample], Hashable], sentence: str) -> list[Problem]:
    first: dict[Hashable, Sample] = {}
    problems: list[Problem] = []
    for row in data.rows:
        place, key = row.frames_dir or row.map_path, content(row)
        if place is None or key is None:
            continue
        other = first.setdefault(key, row)
        if (other.dataset, other.subject) != (row.dataset, row.subject):
            problems.append(Problem(place, sentence.format(other.sample_id), row.row, row.sample_id))
    return problems
