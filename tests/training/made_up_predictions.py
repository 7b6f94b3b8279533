"""Predictions to score, made from small tables of counts."""

import csv
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from training.predictions import Predictions

_COUNTS = Path(__file__).with_name("megc2019_counts.csv")
Row = tuple[str, str, int, int]


def predictions_of(rows: Sequence[Row], confidence: float = 0.8) -> Predictions:
    """One sample a row of (data set, subject, label, predicted class); ids in the order of the rows."""
    labels = np.array([row[2] for row in rows])
    probabilities = np.full((len(rows), 3), (1 - confidence) / 2)
    probabilities[np.arange(len(rows)), [row[3] for row in rows]] = confidence
    ids = tuple(f"{row[0]}/{row[1]}/clip{number:04d}" for number, row in enumerate(rows))
    datasets, subjects = tuple(row[0] for row in rows), tuple(row[1] for row in rows)
    return Predictions(ids, datasets, subjects, labels, probabilities, np.log(probabilities))


def rows_of_confusion(dataset: str, subject: str, confusion: Sequence[Sequence[int]]) -> list[Row]:
    """The rows that give one subject this 3x3 table, rows the true class."""
    return [
        (dataset, subject, label, predicted)
        for label, counts in enumerate(confusion)
        for predicted, count in enumerate(counts)
        for _ in range(count)
    ]


def megc2019_labels() -> list[tuple[str, str, int]]:
    """(data set, subject, label) of the 442 samples of MEGC2019."""
    with _COUNTS.open(newline="") as file:
        return [
            (row["dataset"], row["subject"], label)
            for row in csv.DictReader(file)
            for label, name in enumerate(("negative", "positive", "surprise"))
            for _ in range(int(row[name]))
        ]


def always(label: int) -> Predictions:
    """Every sample of MEGC2019 given the same class."""
    return predictions_of([(*sample, label) for sample in megc2019_labels()])


def partly_right(share: float, seed: int) -> Predictions:
    """Every sample of MEGC2019 right with this probability, else a class drawn at random."""
    rng = np.random.default_rng(seed)
    return predictions_of(
        [(*sample, sample[2] if rng.random() < share else int(rng.integers(3))) for sample in megc2019_labels()]
    )
