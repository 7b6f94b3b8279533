"""The one table that every data set is read into, and what was remarked while reading it."""

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from mer_core.errors import MerError

_MOST_NAMED = 3


@dataclass(frozen=True)
class Sample:
    """One clip of a data set.

    Attributes:
        dataset: e.g. "casme2".
        subject: the person within that data set, as text; leading zeros count.
        clip: the clip within that person.
        label: index into `mer_core.labels.LABELS`; None when the emotion is outside the three classes.
        emotion: the original word of the data set.
        action_units: as annotated, e.g. ("4", "L10", "R12").
        onset: index into the sorted frames of `frames_dir`, from 0; None where unknown, like `apex` and `offset`.
        apex: as above.
        offset: as above.
        apex_source: "annotated", or "middle" when it is the frame halfway between onset and offset; None without apex.
        fps: frames per second; None where unknown.
        frames_dir: folder of the frames, or a video; None for a motion map.
        map_path: picture of the motion map; None for frames.
        row: of the data set's table, from 1 with the header; None where there is no table.
    """

    dataset: str
    subject: str
    clip: str
    label: int | None
    emotion: str = ""
    action_units: tuple[str, ...] = ()
    onset: int | None = None
    apex: int | None = None
    offset: int | None = None
    apex_source: str | None = None
    fps: float | None = None
    frames_dir: Path | None = None
    map_path: Path | None = None
    row: int | None = None

    @property
    def sample_id(self) -> str:
        """A name that no other clip has, e.g. "samm/006/006_1_2"."""
        return f"{self.dataset}/{self.subject}/{self.clip}"


@dataclass(frozen=True)
class Remark:
    """Something said about one place of a data set.

    Attributes:
        path: the table, folder or frame in question.
        sentence: what is the matter.
        row: of the table as a spreadsheet program counts it, from 1 with the header; None where there is no table.
        sample_id: the clip concerned; None when it is no single clip.
    """

    path: Path
    sentence: str
    row: int | None = None
    sample_id: str | None = None

    def __str__(self) -> str:
        row = "" if self.row is None else f", row {self.row}"
        is_named = self.sample_id is None or self.sample_id in self.sentence
        clip = "" if is_named else f" ({self.sample_id})"
        return f"{self.path}{row}: {self.sentence.rstrip('.')}{clip}."


class Problem(Remark):
    """Missing or inconsistent: must be mended before the clip can be used."""


class Note(Remark):
    """Used nevertheless, in the way the sentence says."""


class Exclusion(Remark):
    """Left out on purpose; the sentence is the reason."""


AnyRemark = TypeVar("AnyRemark", bound=Remark)


@dataclass(frozen=True)
class Dataset:
    """All clips of one or several data sets; every row of the source is here, excluded, or a problem.

    Attributes:
        rows: all clips that could be read, those outside the three classes too.
        remarks: problems, notes and exclusions, in the order of the source.
    """

    rows: tuple[Sample, ...]
    remarks: tuple[Remark, ...]

    @property
    def samples(self) -> tuple[Sample, ...]:
        """The clips with one of the three classes."""
        return tuple(row for row in self.rows if row.label is not None)

    @property
    def problems(self) -> tuple[Problem, ...]:
        """What must be mended."""
        return self._of(Problem)

    @property
    def notes(self) -> tuple[Note, ...]:
        """What was used in a way one should know."""
        return self._of(Note)

    @property
    def excluded(self) -> tuple[Exclusion, ...]:
        """What was left out, and why."""
        return self._of(Exclusion)

    @property
    def left_out(self) -> dict[str, int]:
        """Number of clips left out, by the first reason that was given for each, in the order of the source."""
        first: dict[str | tuple[Path, int | None], str] = {}
        for remark in self.excluded:
            first.setdefault(remark.sample_id or (remark.path, remark.row), remark.sentence.rstrip("."))
        return dict(Counter(first.values()))

    def require_sound(self) -> "Dataset":
        """The same data set, when nothing is wrong with a clip that would be used.

        Raises:
            MerError: names the first problems.
        """
        # By row: another row may list the same clip, with another emotion.
        left_out = {(remark.sample_id, remark.row) for remark in self.excluded if remark.sample_id is not None}
        problems = [problem for problem in self.problems if (problem.sample_id, problem.row) not in left_out]
        if problems:
            more = len(problems) - _MOST_NAMED
            named = "; ".join(str(problem).rstrip(".") for problem in problems[:_MOST_NAMED])
            raise MerError(f"{named}{f'; and {more} more problems' if more > 0 else ''}.")
        if not self.samples:
            raise MerError("The data hold no clip of the three classes negative, positive and surprise.")
        return self

    def _of(self, kind: type[AnyRemark]) -> tuple[AnyRemark, ...]:
        return tuple(remark for remark in self.remarks if isinstance(remark, kind))


def joined(parts: Collection[Dataset]) -> Dataset:
    """Several data sets as one, in their order; a clip that two of them hold is a problem."""
    rows: dict[str, Sample] = {}
    remarks: list[Remark] = []
    for part in parts:
        remarks.extend(part.remarks)
        for row in part.rows:
            if row.sample_id in rows:
                place = row.frames_dir or row.map_path or Path(row.dataset)
                remarks.append(Problem(place, "another of the data sets holds this clip too.", None, row.sample_id))
            rows.setdefault(row.sample_id, row)
    return Dataset(tuple(rows.values()), tuple(remarks))
