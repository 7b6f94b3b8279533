"""A leave-one-subject-out run from its request to its result; whatever is finished survives being killed."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from scipy.special import softmax

from mer_core.errors import MerError
from training.datasets.maps import LabelledMaps
from training.folds import Fold, loso_folds
from training.pool import run_in_pool
from training.predictions import Predictions
from training.run_spec import RunSpec
from training.store import RunStore


@dataclass(frozen=True)
class Progress:
    """How far a run is: folds finished so far, folds in all, name of the latest."""

    finished: int
    total: int
    latest: str


def run_loso(
    spec: RunSpec,
    data: LabelledMaps,
    folder: Path,
    num_workers: int,
    on_fold: Callable[[Progress], None] = lambda progress: None,
) -> RunStore:
    """The store of a complete run; folds that are already in it are not run again.

    Args:
        spec: what is run; must be what the folder was begun with.
        data: the samples.
        folder: of the run.
        num_workers: processes.
        on_fold: told each finished fold.

    Raises:
        MerError: the folder holds another run, or the data are not those of the spec.
    """
    if data.digest != spec.data_digest:
        raise MerError("The data have changed since the run began; its folds would not belong together.")
    store = RunStore(folder)
    store.begin(spec.to_json())
    folds = loso_folds(data.samples)
    done = store.finished()
    remaining = [fold for fold in folds if fold.key not in done]
    names = tuple(sample.sample_id for sample in data.samples)
    count = len(folds) - len(remaining)
    for outcome in run_in_pool((spec, data.planes, torch.from_numpy(data.labels), names), remaining, num_workers):
        store.add(outcome)
        count += 1
        on_fold(Progress(count, len(folds), outcome.key))
    return store


def pooled_logits(store: RunStore, data: LabelledMaps) -> np.ndarray:
    """The out-of-fold logits of all samples, float64 (N, 3), in the data's order.

    In an honest run those of the last epoch. In a test-picked run those of the epoch that is right on most clips of the
    very person it is tested on (the earliest of several), as much published code does.

    Raises:
        MerError: a fold is missing or damaged, or tested other samples than its person's.
    """
    logits = np.full((len(data.samples), 3), np.nan)
    for fold in loso_folds(data.samples):
        outcome = store.outcome(fold.key)
        _check_fold(fold, outcome.sample_ids, data)
        right = (outcome.logits.argmax(axis=2) == data.labels[fold.test]).sum(axis=1)
        logits[fold.test] = outcome.logits[int(np.argmax(right))]
    return logits


def out_of_fold(store: RunStore, data: LabelledMaps) -> Predictions:
    """The predictions of a complete run; errors as of `pooled_logits`."""
    logits = pooled_logits(store, data)
    return Predictions(
        sample_ids=tuple(sample.sample_id for sample in data.samples),
        datasets=tuple(sample.dataset for sample in data.samples),
        subjects=tuple(sample.subject for sample in data.samples),
        labels=data.labels,
        probabilities=softmax(logits, axis=1),
        logits=logits,
    )


def _check_fold(fold: Fold, sample_ids: tuple[str, ...], data: LabelledMaps) -> None:
    expected = tuple(data.samples[index].sample_id for index in fold.test)
    if sample_ids != expected:
        raise MerError(f"The fold {fold.key} tested other samples than this person's; delete it and resume.")
