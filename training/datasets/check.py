"""Examines a data set before anyone trains on it: counts, frames that do not decode, every inconsistency."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from mer_core.clip_sources.frame_folder import read_whole
from mer_core.clip_sources.limits import ClipLimits
from mer_core.clip_sources.stills import read_still
from mer_core.clips import read_clip
from mer_core.errors import ClipError, MerError
from mer_core.labels import LABELS
from training.datasets.doubles import shared_maps
from training.datasets.frames import VideoFrames, frame_folder
from training.datasets.maps import read_map
from training.datasets.readers import survey
from training.datasets.table import Dataset, Note, Problem, Remark, Sample

_LIMITS = ClipLimits()
Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class DatasetCounts:
    """How many people and clips one data set has: `num_people`, and the number of clips by class."""

    num_people: int
    per_class: dict[str, int]


@dataclass(frozen=True)
class CheckReport:
    """What a data set holds and what is wrong with it.

    Attributes:
        source: `KIND:PATH`.
        num_clips: clips of the three classes that nothing is wrong with.
        per_class: number of these by class.
        per_dataset: people, and number of these by class, of each data set in the source.
        per_subject: number of these by "dataset/subject".
        per_emotion: number of clips by the data set's own word, those outside the three classes too.
        fps: the frame rates of the clips, ascending.
        middle_apexes: number of clips whose apex is the middle frame.
        excluded: number of clips left out, by reason.
        problems: to be mended, in the order of the source.
        notes: used nevertheless, in the way they say.
    """

    source: str
    num_clips: int
    per_class: dict[str, int]
    per_dataset: dict[str, DatasetCounts]
    per_subject: dict[str, int]
    per_emotion: dict[str, int]
    fps: tuple[float, ...]
    middle_apexes: int
    excluded: dict[str, int]
    problems: tuple[Problem, ...]
    notes: tuple[Note, ...]

    def to_json(self) -> dict[str, Any]:
        """The report as plain values."""
        plain = {name: getattr(self, name) for name in ("source", "num_clips", "per_class", "per_subject")}
        plain["per_dataset"] = {name: asdict(counts) for name, counts in self.per_dataset.items()}
        rest = {"per_emotion": self.per_emotion, "fps": list(self.fps), "middle_apexes": self.middle_apexes}
        remarks = {"problems": [_plain(p) for p in self.problems], "notes": [_plain(n) for n in self.notes]}
        return {**plain, **rest, "excluded": self.excluded, **remarks}


def check(source: str, progress: Progress = lambda done, total: None) -> CheckReport:
    """Everything there is to say about a data set; decodes each frame from onset to offset, and compares the maps.

    Args:
        source: `KIND:PATH`, see `training.datasets.readers.READERS`.
        progress: told the number of clips decoded and of all.

    Raises:
        MerError: no such kind, or nothing can be read at all.
    """
    data = survey(source)
    damage: list[Problem] = []
    with ThreadPoolExecutor() as pool:  # decoding releases the interpreter lock
        for done, found in enumerate(pool.map(_damage, data.rows), start=1):
            damage.extend(found)
            progress(done, len(data.rows))
    return _report(source, data, [*damage, *shared_maps(data)])


def _report(source: str, data: Dataset, damage: list[Problem]) -> CheckReport:
    problems = (*data.problems, *damage)
    wrong = {problem.sample_id for problem in problems}
    sound = [sample for sample in data.samples if sample.sample_id not in wrong]
    datasets = sorted({sample.dataset for sample in sound})
    return CheckReport(
        source,
        len(sound),
        _classes(sound),
        {name: _counts_of([sample for sample in sound if sample.dataset == name]) for name in datasets},
        _counted(f"{sample.dataset}/{sample.subject}" for sample in sound),
        _counted(row.emotion.casefold() for row in data.rows),
        tuple(sorted({sample.fps for sample in sound if sample.fps is not None})),
        sum(sample.apex_source == "middle" for sample in sound),
        _counted(remark.sentence for remark in data.excluded),
        problems,
        data.notes,
    )


def _damage(sample: Sample) -> list[Problem]:
    """The frames, the video or the map of one clip that do not decode, or are of unlike sizes."""
    try:
        if sample.map_path is not None:
            read_map(sample.map_path)
            return []
        if sample.frames_dir is None or sample.onset is None or sample.apex is None:
            return []
        last = sample.apex if sample.offset is None else sample.offset
        folder = frame_folder(sample.frames_dir)
        if isinstance(folder, VideoFrames):
            return _video_damage(sample, folder.path, last)
        return _frame_damage(sample, [folder.path / name for name in folder.names[sample.onset : last + 1]])
    except MerError as error:
        return [_problem(sample, sample.map_path or sample.frames_dir or Path(sample.dataset), str(error))]


def _frame_damage(sample: Sample, paths: list[Path]) -> list[Problem]:
    problems: list[Problem] = []
    size: tuple[int, ...] | None = None
    for path in paths:
        try:
            shape = read_still(read_whole(path, _LIMITS), path.name, _LIMITS).shape[:2]
        except ClipError as error:
            problems.append(_problem(sample, path, str(error)))
            continue
        size = size or shape
        if shape != size:
            unlike = f"is {shape[1]}x{shape[0]} px, the frames before it are {size[1]}x{size[0]} px."
            problems.append(_problem(sample, path, unlike))
    return problems


def _video_damage(sample: Sample, path: Path, last: int) -> list[Problem]:
    num_frames = read_clip(path).num_frames
    if last < num_frames:
        return []
    return [_problem(sample, path, f"frame {last} lies beyond the video, whose frames are 0 to {num_frames - 1}.")]


def _problem(sample: Sample, path: Path, sentence: str) -> Problem:
    return Problem(path, sentence, sample.row, sample.sample_id)


def _counts_of(samples: Sequence[Sample]) -> DatasetCounts:
    return DatasetCounts(len({sample.subject for sample in samples}), _classes(samples))


def _classes(samples: Sequence[Sample]) -> dict[str, int]:
    labels = Counter(sample.label for sample in samples)
    return {name: labels[index] for index, name in enumerate(LABELS)}


def _counted(names: Iterable[str]) -> dict[str, int]:
    return dict(sorted(Counter(names).items()))


def _plain(remark: Remark) -> dict[str, Any]:
    return {
        "row": remark.row,
        "path": str(remark.path),
        "sample_id": remark.sample_id,
        "sentence": remark.sentence,
    }
