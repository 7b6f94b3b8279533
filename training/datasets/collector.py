"""From annotated clips to the common table; each ends as a row, an exclusion or a problem."""

import re
from dataclasses import dataclass
from pathlib import Path

from mer_core.errors import MerError
from training.datasets.emotions import label_of
from training.datasets.frames import FrameFolder, frame_folder
from training.datasets.table import Dataset, Exclusion, Note, Problem, Remark, Sample

_MISSING = frozenset(("", "/", "\\", "-", "-1", "?", "nan", "n/a", "na", "none"))


@dataclass(frozen=True)
class Annotation:
    """One clip as its data set describes it, nothing checked yet.

    Attributes:
        subject: as the common table names the person.
        clip: as the common table names the clip.
        emotion: the data set's word.
        frames_dir: where its frames should be.
        onset: frame number in the file names, as written; None when the data set has no such column.
        apex: as above.
        offset: as above.
        action_units: as written.
        row: of the table; None without a table.
        fps: of this clip; None for that of the data set.
    """

    subject: str
    clip: str
    emotion: str
    frames_dir: Path
    onset: str
    apex: str | None
    offset: str | None
    action_units: str = ""
    row: int | None = None
    fps: float | None = None


@dataclass(frozen=True)
class _Span:
    """Onset, apex and offset as indices, and whose apex it is."""

    onset: int
    apex: int
    offset: int | None
    apex_source: str


class Collector:
    """Takes the clips of one data set one by one, and keeps what becomes of each."""

    def __init__(self, dataset: str, table: Path, fps: float | None, most_seconds: float | None = None) -> None:
        self.dataset = dataset
        self.table = table
        self.fps = fps
        self.most_seconds = most_seconds
        self.rows: list[Sample] = []
        self.remarks: list[Remark] = []
        self._first_place: dict[str, int | None] = {}
        self._folders: dict[Path, FrameFolder] = {}

    def finish(self) -> Dataset:
        """All that was taken in."""
        return Dataset(tuple(self.rows), tuple(self.remarks))

    def add(self, annotation: Annotation) -> None:
        """Take one clip; what is wrong with it becomes a problem."""
        about = _About(self, annotation)
        if self._is_repeated(annotation, about):
            return
        label, is_known = self._label(annotation, about)
        span = self._span(annotation, about)
        if span is None or not is_known:
            return
        self.rows.append(
            Sample(
                self.dataset,
                annotation.subject,
                annotation.clip,
                label,
                annotation.emotion,
                split_action_units(annotation.action_units),
                span.onset,
                span.apex,
                span.offset,
                span.apex_source,
                annotation.fps or self.fps,
                annotation.frames_dir,
                row=annotation.row,
            )
        )

    def frames(self, path: Path) -> FrameFolder:
        """The frames of a folder, listed once.

        Raises:
            MerError: no such folder, or no image in it.
        """
        if path not in self._folders:
            self._folders[path] = frame_folder(path)
        return self._folders[path]

    def _is_repeated(self, annotation: Annotation, about: "_About") -> bool:
        if about.sample_id not in self._first_place:
            self._first_place[about.sample_id] = annotation.row
            return False
        first = self._first_place[about.sample_id]
        about.problem(
            self.table, "this clip is listed more than once" + (f" (first in row {first})." if first else ".")
        )
        return True

    def _label(self, annotation: Annotation, about: "_About") -> tuple[int | None, bool]:
        try:
            label = label_of(annotation.emotion)
        except ValueError as error:
            about.problem(self.table, f"{error}.")
            return None, False
        if label is None:
            about.exclude(f"emotion {annotation.emotion.strip().casefold()!r} is outside the three classes")
        return label, True

    def _span(self, annotation: Annotation, about: "_About") -> _Span | None:
        try:
            folder = self.frames(annotation.frames_dir)
        except MerError as error:
            about.problem(annotation.frames_dir, f"{str(error).rstrip('.')}.")
            return None
        flaw = folder.flaw()
        if flaw:
            about.problem(folder.path, flaw)
            return None
        numbers = self._numbers(annotation, about)
        if numbers is None or not _all_present(folder, numbers, about):
            return None
        self._note_length(numbers, about)
        return self._with_apex(folder, numbers, about, annotation.apex is not None)

    def _numbers(self, annotation: Annotation, about: "_About") -> dict[str, int] | None:
        """The frame numbers that are known, by name, in order; None after a problem."""
        written = {"onset": annotation.onset, "apex": annotation.apex, "offset": annotation.offset}
        numbers: dict[str, int] = {}
        for name, text in written.items():
            try:
                number = parse_frame_number(text)
            except ValueError as error:
                about.problem(self.table, f"the {name} {error}.")
                return None
            if number is not None:
                numbers[name] = number
        if "onset" not in numbers:
            about.problem(self.table, f"the onset is missing ({annotation.onset!r}).")
            return None
        if list(numbers.values()) != sorted(numbers.values()):
            told = ", ".join(f"{name} {number}" for name, number in numbers.items())
            about.problem(self.table, f"{told} are not in the order onset, apex, offset.")
            return None
        return numbers

    def _note_length(self, numbers: dict[str, int], about: "_About") -> None:
        if self.most_seconds is None or self.fps is None or "offset" not in numbers:
            return
        seconds = (numbers["offset"] - numbers["onset"]) / self.fps
        if seconds > self.most_seconds:
            about.note(f"lasts {seconds:.1f} s, longer than {self.most_seconds:g} s; it is used nevertheless.")

    def _with_apex(
        self, folder: FrameFolder, numbers: dict[str, int], about: "_About", is_annotated: bool
    ) -> _Span | None:
        onset, apex, offset = (folder.index(numbers[n]) if n in numbers else None for n in ("onset", "apex", "offset"))
        assert onset is not None
        if apex is not None and apex > onset:
            return _Span(onset, apex, offset, "annotated")
        why = "the apex is missing" if apex is None else "the apex equals the onset"
        if offset is None or offset == onset:
            about.problem(self.table, f"{why}, and no later offset tells where the middle would be.")
            return None
        if is_annotated:  # a data set without any apex says so once, in its reader
            about.note(f"{why}; the middle frame is used.")
        return _Span(onset, (onset + offset + 1) // 2, offset, "middle")


@dataclass(frozen=True)
class _About:
    """Puts the row and the clip into what is said about one annotation."""

    collector: Collector
    annotation: Annotation

    @property
    def sample_id(self) -> str:
        return Sample(self.collector.dataset, self.annotation.subject, self.annotation.clip, None).sample_id

    def problem(self, path: Path, sentence: str) -> None:
        self.collector.remarks.append(Problem(path, sentence, self.annotation.row, self.sample_id))

    def note(self, sentence: str) -> None:
        path = self.collector.table
        self.collector.remarks.append(Note(path, sentence, self.annotation.row, self.sample_id))

    def exclude(self, reason: str) -> None:
        path = self.collector.table
        self.collector.remarks.append(Exclusion(path, reason, self.annotation.row, self.sample_id))


def parse_frame_number(text: str | None) -> int | None:
    """The number in a cell such as "46" or "46.0"; None for what the data sets write when there is none ("/", -1).

    Raises:
        ValueError: anything else.
    """
    plain = "" if text is None else text.strip().casefold()
    if plain in _MISSING or plain == "-1.0":
        return None
    if not re.fullmatch(r"\d+(\.0*)?", plain):
        raise ValueError(f"{text!r} is no frame number")
    return int(plain.partition(".")[0])


def split_action_units(text: str) -> tuple[str, ...]:
    """The action units of a cell such as "4+L10", "AU12, AU25", "R12"; "?" and blank give none."""
    parts = (part.strip() for part in re.split(r"[+,;/&]|\band\b|\s+", text.strip()))
    units = (re.sub(r"(?i)^([LR]?)AU", r"\1", part) for part in parts)
    return tuple(unit for unit in units if re.search(r"\d", unit))


def _all_present(folder: FrameFolder, numbers: dict[str, int], about: _About) -> bool:
    """Whether no frame from the first to the last number is missing; each gap becomes a problem."""
    gaps = folder.gaps(min(numbers.values()), max(numbers.values()))
    for first, last in gaps:
        named = [name for name, number in numbers.items() if first <= number <= last]
        who = " and ".join(named) if named else "between onset and offset"
        frames = f"frame {first} is" if first == last else f"frames {first} to {last} are"
        about.problem(folder.expected(first), f"{frames} missing ({who}).")
    return not gaps
