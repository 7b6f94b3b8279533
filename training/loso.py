"""A leave-one-subject-out run from its request to its result; whatever is finished survives being killed."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import torch
from scipy.special import softmax

from mer_core.errors import MerError
from training.datasets.maps import LabelledMaps
from training.engines import Engine
from training.fold_job import RunData
from training.folds import Fold, loso_folds
from training.predictions import Predictions
from training.provenance import commit, hardware
from training.run_spec import RunSpec
from training.stacked import OnEpoch
from training.store import FoldOutcome, RunStore


@dataclass(frozen=True)
class Progress:
    """How far a run is.

    Attributes:
        finished: folds so far, those of earlier processes too.
        total: folds in all.
        latest: name of the fold finished last.
        seconds: how long training it took.
        final_loss: its mean training loss in the last epoch.
    """

    finished: int
    total: int
    latest: str
    seconds: float
    final_loss: float


def run_loso(
    spec: RunSpec,
    data: LabelledMaps,
    folder: Path,
    engine: Engine,
    on_fold: Callable[[Progress], None] = lambda progress: None,
    on_epoch: OnEpoch = lambda progress: None,
) -> RunStore:
    """The store of a complete run; folds that are already in it are not run again.

    Args:
        spec: what is run; must be what the folder was begun with.
        data: the samples.
        folder: of the run.
        engine: how folds are trained.
        on_fold: told each finished fold.
        on_epoch: told each epoch of a stack of folds.

    Raises:
        MerError: the folder holds another run, or the data are not those of the spec.
    """
    if data.digest != spec.data_digest:
        raise MerError("The data have changed since the run began; its folds would not belong together.")
    store = RunStore(folder)
    store.begin(spec.to_json())
    store.clear_leftovers()
    folds = loso_folds(data.samples)
    done = store.finished()
    remaining = [fold for fold in folds if fold.key not in done]
    names = tuple(sample.sample_id for sample in data.samples)
    count = len(folds) - len(remaining)
    run_data = RunData(spec, data.planes, torch.from_numpy(data.labels), names)
    code = commit()
    for outcome in engine.run(run_data, remaining, folder, on_epoch):
        today = datetime.now(UTC).date().isoformat()
        store.add(replace(outcome, commit=code, date=today, hardware=hardware()))
        count += 1
        on_fold(Progress(count, len(folds), outcome.key, outcome.seconds, outcome.losses[-1]))
    return store


def pooled_logits(store: RunStore, data: LabelledMaps) -> np.ndarray:
    """The out-of-fold logits of all samples after the last epoch, float64 (N, 3), in the data's order.

    Raises:
        MerError: a fold is missing or damaged, or tested other samples than its person's.
    """
    logits = np.full((len(data.samples), 3), np.nan)
    for fold in loso_folds(data.samples):
        logits[fold.test] = checked_outcome(store, fold, data).logits[-1]
    return logits


def out_of_fold(store: RunStore, data: LabelledMaps) -> Predictions:
    """The predictions of a complete run after the last epoch, fixed beforehand; errors as of `pooled_logits`."""
    return predictions_of_logits(pooled_logits(store, data), data)


def predictions_of_logits(logits: np.ndarray, data: LabelledMaps) -> Predictions:
    """Predictions of all samples from their logits, float64 (N, 3), in the data's order."""
    return Predictions(
        sample_ids=tuple(sample.sample_id for sample in data.samples),
        datasets=tuple(sample.dataset for sample in data.samples),
        subjects=tuple(sample.subject for sample in data.samples),
        labels=data.labels,
        probabilities=softmax(logits, axis=1),
        logits=logits,
    )


def checked_outcome(store: RunStore, fold: Fold, data: LabelledMaps) -> FoldOutcome:
    """A finished fold.

    Raises:
        MerError: it is missing or damaged, or tested other samples than its person's.
    """
    outcome = store.outcome(fold.key)
    expected = tuple(data.samples[index].sample_id for index in fold.test)
    if outcome.sample_ids != expected:
        raise MerError(f"The fold {fold.key} tested other samples than this person's; delete it and resume.")
    return outcome
