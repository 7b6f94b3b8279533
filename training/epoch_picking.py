"""What choosing the epoch on the very people it is tested on is worth: the leak of much published code, as a number.

Nothing here is a result. The networks are trained as in an honest run; only which epoch is scored is picked afterwards.
"""

import numpy as np

from training.datasets.maps import LabelledMaps
from training.folds import loso_folds
from training.loso import checked_outcome, predictions_of_logits
from training.metrics import uf1
from training.predictions import Predictions
from training.run_spec import RunSpec
from training.store import RunStore

EACH_PERSONS_EPOCH, ONE_EPOCH_FOR_ALL = "each person's best epoch", "one epoch, the best for all"


def picked_predictions(store: RunStore, spec: RunSpec, data: LabelledMaps) -> dict[str, Predictions]:
    """The optimistic predictions of a complete run, by how their epoch was picked; empty for an honest run.

    `EACH_PERSONS_EPOCH`: for every person the epoch that is right on most of their own clips. `ONE_EPOCH_FOR_ALL`: the
    epoch with the best pooled UF1. The earliest of several equals.

    Raises:
        MerError: a fold is missing or damaged, or tested other samples than its person's.
    """
    if spec.protocol != "test-picked":
        return {}
    logits = np.full((len(spec.scored_epochs), len(data.samples), 3), np.nan)
    persons = np.full((len(data.samples), 3), np.nan)
    for fold in loso_folds(data.samples):
        outcome = checked_outcome(store, fold, data)
        logits[:, fold.test] = outcome.logits
        right = (outcome.logits.argmax(axis=2) == data.labels[fold.test]).sum(axis=1)
        persons[fold.test] = outcome.logits[int(np.argmax(right))]
    scores = [float(uf1(_confusion(data.labels, epoch))) for epoch in logits.argmax(axis=2)]
    return {
        EACH_PERSONS_EPOCH: predictions_of_logits(persons, data),
        ONE_EPOCH_FOR_ALL: predictions_of_logits(logits[int(np.argmax(scores))], data),
    }


def _confusion(labels: np.ndarray, predicted: np.ndarray) -> np.ndarray:
    return np.bincount(3 * labels + predicted, minlength=9).reshape(3, 3)
