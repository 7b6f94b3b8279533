"""Out-of-fold predictions of one run: what was said about each sample by a network that never saw its subject."""

import csv
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import numpy as np

from mer_core.errors import MerError
from mer_core.labels import LABELS
from mer_core.whole_files import whole_file
from training.csv_rows import csv_rows

_TEXT_COLUMNS = ("sample_id", "dataset", "subject")
_PROBABILITY_COLUMNS = tuple(f"p_{name}" for name in LABELS)
_LOGIT_COLUMNS = tuple(f"logit_{name}" for name in LABELS)
COLUMNS = (*_TEXT_COLUMNS, "label", *_PROBABILITY_COLUMNS, *_LOGIT_COLUMNS)

_SUM_TOLERANCE = 1e-5  # a softmax in float32 misses 1 by about 1e-7, in bfloat16 by about 1e-3
_NAMED_AT_MOST = 3


@dataclass(frozen=True, eq=False)
class Predictions:
    """One prediction for each of N samples, all in the same order.

    What is handed in is copied; the arrays cannot be written to.

    Attributes:
        sample_ids: N names, none twice, e.g. "samm/006/006_1_2".
        datasets: data set of each sample, e.g. "samm".
        subjects: person of each sample within its data set, as text; leading zeros count.
        labels: true class, int64 (N,), indices into `mer_core.labels.LABELS`.
        probabilities: float64 (N, 3), each row summing to 1.
        logits: float64 (N, 3), as the network gave them.

    Raises:
        MerError: no samples, a repeated id, unlike lengths, a label out of range, a value that is not finite, or
            probabilities that are negative or do not sum to 1; names the sample.
    """

    sample_ids: tuple[str, ...]
    datasets: tuple[str, ...]
    subjects: tuple[str, ...]
    labels: np.ndarray
    probabilities: np.ndarray
    logits: np.ndarray

    def __post_init__(self) -> None:
        for name in ("sample_ids", "datasets", "subjects"):
            object.__setattr__(self, name, tuple(getattr(self, name)))
        if np.asarray(self.labels).dtype.kind not in "iu":
            raise MerError(f"Labels must be whole numbers, got {np.asarray(self.labels).dtype}.")
        for name, kind in (("labels", np.int64), ("probabilities", np.float64), ("logits", np.float64)):
            values = np.array(getattr(self, name), kind)
            values.setflags(write=False)
            object.__setattr__(self, name, values)
        _check_lengths(self)
        _check_unique(self.sample_ids)
        _check_values(self)

    def __len__(self) -> int:
        return len(self.sample_ids)

    @property
    def predicted(self) -> np.ndarray:
        """Most probable class of each sample, the first of equals; int64 (N,)."""
        return self.probabilities.argmax(axis=1)

    @classmethod
    def pooled(cls, parts: Iterable[Self], expected: Sequence[str] | None = None) -> Self:
        """All parts (folds) as one, sorted by sample id, so that the order of the folds changes nothing.

        Args:
            parts: predictions of disjoint samples.
            expected: the ids that the run must have predicted, in any order; None leaves that unchecked.

        Raises:
            MerError: no parts, an id that several parts hold, an expected id that none holds, or one not expected.
        """
        parts = list(parts)
        if not parts:
            raise MerError("There are no predictions to pool; finish at least one fold.")
        ids = [name for part in parts for name in part.sample_ids]
        _check_unique(ids)
        if expected is not None:
            _check_complete(ids, expected)
        together = cls(
            tuple(ids),
            tuple(name for part in parts for name in part.datasets),
            tuple(name for part in parts for name in part.subjects),
            np.concatenate([part.labels for part in parts]),
            np.concatenate([part.probabilities for part in parts]),
            np.concatenate([part.logits for part in parts]),
        )
        return together.sorted_by_id()

    def sorted_by_id(self) -> Self:
        """The same predictions in ascending order of sample id."""
        return self.selected(sorted(range(len(self)), key=self.sample_ids.__getitem__))

    def selected(self, rows: Sequence[int]) -> Self:
        """The given rows, in the given order."""
        chosen = list(rows)
        return type(self)(
            tuple(self.sample_ids[row] for row in chosen),
            tuple(self.datasets[row] for row in chosen),
            tuple(self.subjects[row] for row in chosen),
            self.labels[chosen],
            self.probabilities[chosen],
            self.logits[chosen],
        )

    def to_csv(self, path: Path) -> None:
        """Write one row a sample (see `COLUMNS`), replacing an earlier file in one step.

        Numbers are written with all their digits: `from_csv` gives back the same bits in the same order.
        """
        with whole_file(path) as part, part.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(COLUMNS)
            writer.writerows(self._rows())

    def _rows(self) -> Iterable[tuple[str | int | float, ...]]:
        texts = zip(self.sample_ids, self.datasets, self.subjects, strict=True)
        numbers = zip(self.labels.tolist(), self.probabilities.tolist(), self.logits.tolist(), strict=True)
        for text, (label, probabilities, logits) in zip(texts, numbers, strict=True):
            yield (*text, label, *probabilities, *logits)

    @classmethod
    def from_csv(cls, path: Path) -> Self:
        """The predictions that `to_csv` wrote.

        Raises:
            MerError: there is no such file, a column is missing, or a value is not what it should be; names the row.
        """
        rows = _read_rows(path)
        ids, datasets, subjects = (tuple(row[name] for row in rows) for name in _TEXT_COLUMNS)
        labels = _numbers(rows, ("label",), int, path)[:, 0]
        probabilities = _numbers(rows, _PROBABILITY_COLUMNS, float, path)
        logits = _numbers(rows, _LOGIT_COLUMNS, float, path)
        try:
            return cls(ids, datasets, subjects, labels, probabilities, logits)
        except MerError as error:
            raise MerError(f"{path}: {error}") from error


def name_some(names: Sequence[str]) -> str:
    """The first three of some names and how many there are besides, for a message."""
    more = len(names) - _NAMED_AT_MOST
    listed = ", ".join(names[:_NAMED_AT_MOST])
    return f"{listed} and {more} more" if more > 0 else listed


def _read_rows(path: Path) -> list[dict[str, str]]:
    if not path.is_file():
        raise MerError(f"There is no file of predictions {path}; give the one that the run wrote.")
    with path.open(encoding="utf-8", newline="") as file:
        rows = csv_rows(file.read(), COLUMNS, path)
    for number, row in enumerate(rows, 2):
        if None in row:  # where csv puts what it has no column for
            raise MerError(f"{path}, row {number} has more values than the table has columns.")
    return rows


def _numbers(
    rows: list[dict[str, str]], columns: tuple[str, ...], kind: type[int] | type[float], path: Path
) -> np.ndarray:
    return np.array(
        [[_number(row[name], kind, f"{path}, row {number}") for name in columns] for number, row in enumerate(rows, 2)]
    )


def _number(text: str, kind: type[int] | type[float], where: str) -> int | float:
    try:
        return kind(text)
    except ValueError as error:
        wanted = "a whole number" if kind is int else "a number"
        raise MerError(f"{where}: {text!r} is not {wanted}.") from error


def _check_lengths(predictions: Predictions) -> None:
    count = len(predictions.sample_ids)
    if count == 0:
        raise MerError("There are no predictions; give at least one sample.")
    shapes = {
        "datasets": (len(predictions.datasets),),
        "subjects": (len(predictions.subjects),),
        "labels": predictions.labels.shape,
        "probabilities": predictions.probabilities.shape,
        "logits": predictions.logits.shape,
    }
    for name, shape in shapes.items():
        wanted = (count, len(LABELS)) if name in ("probabilities", "logits") else (count,)
        if shape != wanted:
            raise MerError(f"{count} samples need {name} of shape {wanted}, got {shape}.")


def _check_unique(ids: Sequence[str]) -> None:
    repeated = [name for name, count in Counter(ids).items() if count > 1]
    if repeated:
        raise MerError(f"A sample may be predicted only once, but {name_some(repeated)} occurs repeatedly.")


def _check_complete(ids: Sequence[str], expected: Sequence[str]) -> None:
    missing = sorted(set(expected) - set(ids))
    if missing:
        raise MerError(f"There is no prediction for {name_some(missing)}; finish the missing folds first.")
    foreign = sorted(set(ids) - set(expected))
    if foreign:
        raise MerError(f"There is a prediction for {name_some(foreign)}, which is no sample of this run.")


def _check_values(predictions: Predictions) -> None:
    labels, probabilities = predictions.labels, predictions.probabilities
    _refuse(predictions, ~np.isin(labels, range(len(LABELS))), f"a label that is not 0..{len(LABELS) - 1}")
    _refuse(predictions, ~np.isfinite(probabilities).all(axis=1), "a probability that is not finite")
    _refuse(predictions, ~np.isfinite(predictions.logits).all(axis=1), "a logit that is not finite")
    _refuse(predictions, probabilities.min(axis=1) < 0, "a negative probability")
    sums_to_one = np.isclose(probabilities.sum(axis=1), 1, rtol=0, atol=_SUM_TOLERANCE)
    _refuse(predictions, ~sums_to_one, "probabilities that do not sum to 1")


def _refuse(predictions: Predictions, wrong: np.ndarray, what: str) -> None:
    if wrong.any():
        names = [predictions.sample_ids[row] for row in np.flatnonzero(wrong)]
        raise MerError(f"{name_some(names)} has {what}.")
