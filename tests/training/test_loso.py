import multiprocessing
import os
import signal
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from mer_core.errors import MerError
from tests.training.megc2019_tree import make_megc2019_tree
from training.datasets.maps import LabelledMaps
from training.datasets.megc2019 import read_megc2019
from training.engines import Engine
from training.epoch_picking import EACH_PERSONS_EPOCH, ONE_EPOCH_FOR_ALL, picked_predictions
from training.fold_job import RunData, run_fold
from training.folds import loso_folds
from training.loso import Progress, out_of_fold, pooled_logits, run_loso
from training.metrics import SubjectCounts, uf1
from training.recipes import load_recipe
from training.run_spec import RunSpec
from training.store import RunStore

_ENGINE = Engine("cpu", num_workers=2)


@pytest.fixture
def data(tmp_path: Path) -> LabelledMaps:
    return read_megc2019(make_megc2019_tree(tmp_path / "maps"))


def _spec(data: LabelledMaps, epochs: int = 3, protocol: str = "honest", seed: int = 0) -> RunSpec:
    recipe = replace(load_recipe("ststnet", "honest"), epochs=epochs, batch_size=3)
    return RunSpec("ststnet", {}, "honest", recipe, protocol, seed, "fp32", ("megc2019:x",), data.digest, "test")


def _tensors(data: LabelledMaps) -> tuple[torch.Tensor, torch.Tensor]:
    return data.planes, torch.from_numpy(data.labels)


def _names(data: LabelledMaps) -> tuple[str, ...]:
    return tuple(sample.sample_id for sample in data.samples)


def test_every_person_is_left_out_once_and_never_trained_on(data: LabelledMaps) -> None:
    folds = loso_folds(data.samples)
    assert [fold.key for fold in folds] == ["casme2__sub01", "samm__006", "smic__s1", "smic__s2"]
    tested = np.concatenate([fold.test for fold in folds])
    assert sorted(tested.tolist()) == list(range(6))
    for fold in folds:
        assert not set(fold.train.tolist()) & set(fold.test.tolist())
        assert len(fold.train) + len(fold.test) == 6


def test_any_name_of_a_person_can_name_a_fold(data: LabelledMaps) -> None:
    names = ["P 01", "a/b", "Zoë", "x__y"]
    samples = [replace(data.samples[0], dataset="folder", subject=name, clip=name) for name in names]
    keys = {fold.subject: fold.key for fold in loso_folds(samples)}
    assert keys["P 01"] == "folder__P%2001"
    assert len(set(keys.values())) == 4
    assert not any("/" in key or " " in key for key in keys.values())


def test_seeds_depend_on_the_run_and_the_person_alone(data: LabelledMaps) -> None:
    folds = loso_folds(data.samples)
    reversed_folds = loso_folds(tuple(reversed(data.samples)))
    assert [fold.seed(0) for fold in folds] == [fold.seed(0) for fold in reversed_folds]
    assert len({fold.seed(seed) for fold in folds for seed in (0, 1)}) == 8


def test_altering_every_test_sample_changes_no_trained_weight(data: LabelledMaps) -> None:
    planes, labels = _tensors(data)
    fold = loso_folds(data.samples)[0]
    altered, relabelled = planes.clone(), labels.clone()
    altered[torch.from_numpy(fold.test)] = 255 - altered[torch.from_numpy(fold.test)]
    relabelled[torch.from_numpy(fold.test)] = 2
    spec = _spec(data)
    one = run_fold(RunData(spec, planes, labels, _names(data)), fold)
    other = run_fold(RunData(spec, altered, relabelled, _names(data)), fold)
    assert all(torch.equal(one.weights[name], other.weights[name]) for name in one.weights)
    assert not np.array_equal(one.logits, other.logits)


def test_one_worker_and_three_give_bit_identical_logits(data: LabelledMaps, tmp_path: Path) -> None:
    spec = _spec(data)
    seen: list[Progress] = []
    one = run_loso(spec, data, tmp_path / "one", Engine("cpu", num_workers=1), seen.append)
    three = run_loso(spec, data, tmp_path / "three", Engine("cpu", num_workers=3))
    assert np.array_equal(pooled_logits(one, data), pooled_logits(three, data))
    assert [progress.finished for progress in seen] == [1, 2, 3, 4]


def test_a_finished_fold_is_not_run_again(data: LabelledMaps, tmp_path: Path) -> None:
    store = run_loso(_spec(data), data, tmp_path / "run", _ENGINE)
    before = {path: path.stat().st_mtime_ns for path in store.folder.rglob("outcome.json")}
    run_loso(_spec(data), data, tmp_path / "run", _ENGINE)
    assert {path: path.stat().st_mtime_ns for path in store.folder.rglob("outcome.json")} == before


def test_a_test_picked_run_scores_every_epoch_and_ends_where_the_honest_one_does(
    data: LabelledMaps, tmp_path: Path
) -> None:
    honest = run_loso(_spec(data), data, tmp_path / "honest", _ENGINE)
    picked = run_loso(_spec(data, protocol="test-picked"), data, tmp_path / "picked", _ENGINE)
    for fold in loso_folds(data.samples):
        outcome = picked.outcome(fold.key)
        assert outcome.epochs == (1, 2, 3)
        assert np.array_equal(outcome.logits[-1], honest.outcome(fold.key).logits[0])


def test_picking_the_epoch_on_the_people_tested_never_scores_less_than_the_result(
    data: LabelledMaps, tmp_path: Path
) -> None:
    spec = _spec(data, epochs=25, protocol="test-picked")
    store = run_loso(spec, data, tmp_path / "picked", _ENGINE)
    result, picked = out_of_fold(store, data), picked_predictions(store, spec, data)
    assert set(picked) == {EACH_PERSONS_EPOCH, ONE_EPOCH_FOR_ALL}
    right = {how: int((chosen.predicted == chosen.labels).sum()) for how, chosen in picked.items()}
    assert right[EACH_PERSONS_EPOCH] >= max(1, right[ONE_EPOCH_FOR_ALL], int((result.predicted == result.labels).sum()))
    scores = [float(uf1(SubjectCounts.of(run).pooled)) for run in (picked[ONE_EPOCH_FOR_ALL], result)]
    assert scores[0] >= scores[1]
    assert np.array_equal(
        result.logits, out_of_fold(run_loso(_spec(data, 25), data, tmp_path / "h", _ENGINE), data).logits
    )


def test_an_honest_run_has_no_picked_epochs(data: LabelledMaps, tmp_path: Path) -> None:
    store = run_loso(_spec(data), data, tmp_path / "run", _ENGINE)
    assert picked_predictions(store, _spec(data), data) == {}


def test_another_request_into_the_same_folder_is_refused(data: LabelledMaps, tmp_path: Path) -> None:
    run_loso(_spec(data), data, tmp_path / "run", _ENGINE)
    with pytest.raises(MerError, match=r"other settings \(seed\)"):
        run_loso(_spec(data, seed=1), data, tmp_path / "run", _ENGINE)


def test_changed_data_are_refused(data: LabelledMaps, tmp_path: Path) -> None:
    with pytest.raises(MerError, match="data have changed"):
        run_loso(_spec(data), replace(data, digest="other"), tmp_path / "run", _ENGINE)


def test_a_folder_with_something_else_is_refused(data: LabelledMaps, tmp_path: Path) -> None:
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "thesis.txt").write_text("mine")
    with pytest.raises(MerError, match="holds something else"):
        run_loso(_spec(data), data, tmp_path / "run", _ENGINE)


def test_a_spec_survives_its_file(data: LabelledMaps, tmp_path: Path) -> None:
    store = RunStore(tmp_path / "run")
    store.begin(_spec(data).to_json())
    assert RunSpec.from_json(store.spec()) == _spec(data)


def test_a_damaged_fold_is_named(data: LabelledMaps, tmp_path: Path) -> None:
    store = run_loso(_spec(data), data, tmp_path / "run", _ENGINE)
    (tmp_path / "run" / "folds" / "smic__s1" / "outcome.json").write_text("{")
    with pytest.raises(MerError, match=r"smic__s1 is missing or damaged"):
        pooled_logits(store, data)


def _run_slowly(tree: Path, folder: Path) -> None:
    data = read_megc2019(tree)
    run_loso(_spec(data, epochs=150), data, folder, Engine("cpu", num_workers=1))


@pytest.mark.slow
def test_killed_and_resumed_equals_uninterrupted(data: LabelledMaps, tmp_path: Path) -> None:
    spec = _spec(data, epochs=150)
    whole = run_loso(spec, data, tmp_path / "whole", _ENGINE)
    context = multiprocessing.get_context("spawn")
    for pause in (2.5, 3.5, 4.5):
        process = context.Process(target=_run_slowly, args=(tmp_path / "maps", tmp_path / "killed"))
        process.start()
        time.sleep(pause)
        if process.is_alive() and process.pid:
            os.kill(process.pid, signal.SIGKILL)
        process.join()
    resumed = run_loso(spec, data, tmp_path / "killed", _ENGINE)
    assert np.array_equal(pooled_logits(resumed, data), pooled_logits(whole, data))


def test_bfloat16_learns_what_float32_learns(data: LabelledMaps) -> None:
    """Its loss must fall as well: computing with stale weights would leave it where it began."""
    recipe = replace(load_recipe("off_apexnet", "honest"), epochs=25, batch_size=6, augment=False)
    fold = loso_folds(data.samples)[0]
    losses = {}
    for precision in ("fp32", "bf16"):
        spec = replace(_spec(data), model="off_apexnet", recipe=recipe, precision=precision)
        losses[precision] = run_fold(RunData(spec, *_tensors(data), _names(data)), fold).losses
    assert losses["fp32"][-1] < 0.5 * losses["fp32"][0]
    assert losses["bf16"][-1] < 0.5 * losses["bf16"][0]
    assert losses["bf16"] != losses["fp32"]
