import os
import signal
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch

from mer_core.errors import MerError
from tests.training.megc2019_tree import make_megc2019_tree
from tests.training.tiny_run import tiny_spec
from training import pool
from training.datasets.megc2019 import read_megc2019
from training.fold_job import RunData
from training.folds import Fold, loso_folds
from training.pool import run_in_pool
from training.store import FoldOutcome


@pytest.fixture
def run(tmp_path: Path) -> tuple[RunData, tuple[Fold, ...]]:
    tree = make_megc2019_tree(tmp_path / "maps")
    data = read_megc2019(tree)
    names = tuple(sample.sample_id for sample in data.samples)
    spec = tiny_spec(tree, data)
    return RunData(spec, data.planes, torch.from_numpy(data.labels), names), loso_folds(data.samples)


def _open_files() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


def test_finished_folds_hold_no_file_open(run: tuple[RunData, tuple[Fold, ...]], tmp_path: Path) -> None:
    data, folds = run
    held: list[FoldOutcome] = []
    counts = []
    for outcome in run_in_pool(data, folds, 2, tmp_path):
        held.append(outcome)
        counts.append(_open_files())
    assert len(held) == 4
    assert len(held[0].weights) > 10
    assert counts[-1] <= counts[0] + 2


def test_a_fold_that_diverges_is_named_after_the_others_in_flight_and_no_other_is_begun(
    run: tuple[RunData, tuple[Fold, ...]], tmp_path: Path
) -> None:
    data, folds = run
    planes = data.planes.clone()
    planes[torch.from_numpy(folds[1].test)] = float("nan")  # the second fold alone does not learn from this person
    outcomes: list[FoldOutcome] = []
    diverging = f"({folds[0].key}|{folds[2].key})"  # the third is begun if the second is finished before the first
    with pytest.raises(MerError, match=rf"The fold {diverging}: Training diverged: the loss of epoch 1 is nan"):
        outcomes.extend(run_in_pool(replace(data, planes=planes), folds, 2, tmp_path))  # keeps what came before
    assert [outcome.key for outcome in outcomes] == [folds[1].key]


class _Doomed(ProcessPoolExecutor):
    """Its workers are killed as soon as they have work, as the system does when memory runs out."""

    def submit(self, *arguments: Any, **named: Any) -> Future[Any]:
        future = super().submit(*arguments, **named)
        for number in list(self._processes):
            os.kill(number, signal.SIGKILL)
        return future


def test_a_worker_that_was_killed_is_said(
    run: tuple[RunData, tuple[Fold, ...]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data, folds = run
    monkeypatch.setattr(pool, "ProcessPoolExecutor", _Doomed)
    with pytest.raises(MerError, match="A worker was ended from outside, .* give fewer --workers, and resume"):
        list(run_in_pool(data, folds, 1, tmp_path))
