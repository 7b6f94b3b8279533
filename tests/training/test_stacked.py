import json
import shutil
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import save_file
from torch import nn

from mer_core.errors import MerError
from tests.training.megc2019_tree import make_megc2019_tree
from training import fold_job, stack, stack_state, stacked
from training.datasets.maps import LabelledMaps
from training.datasets.megc2019 import read_megc2019
from training.engines import Engine
from training.fit import seeded_model
from training.fold_job import RunData, run_fold
from training.folds import Fold, loso_folds
from training.loso import pooled_logits, run_loso
from training.recipes import load_recipe
from training.run_spec import RunSpec
from training.stacked import StackProgress, StackSettings, run_stacked
from training.store import FoldOutcome

_STACKED = Engine("cpu", "stacked", folds_per_stack=3)


@pytest.fixture
def data(tmp_path: Path) -> LabelledMaps:
    return read_megc2019(make_megc2019_tree(tmp_path / "maps"))


@pytest.fixture
def without_dropout(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every engine draws dropout differently."""

    def build(architecture: str, seed: int, **arguments: object) -> nn.Module:
        model = seeded_model(architecture, seed, **arguments).to(torch.get_default_dtype())
        for module in model.modules():
            if isinstance(module, (nn.Dropout, nn.Dropout2d)):
                module.p = 0.0
        return model

    monkeypatch.setattr(fold_job, "seeded_model", build)
    monkeypatch.setattr(stack, "seeded_model", build)


@pytest.fixture
def exactly(without_dropout: None) -> Iterator[None]:
    """Without dropout and in double precision.

    In single precision even one engine with another order of values in memory ends one epoch of Off-TANet up to 7e-3
    elsewhere: biases in front of a batch norm have no gradient but rounding errors, which Adam blows up to full steps.
    """
    torch.set_default_dtype(torch.float64)
    yield
    torch.set_default_dtype(torch.float32)


def _run_data(data: LabelledMaps, model: str = "ststnet", epochs: int = 2, **changes: object) -> RunData:
    recipe = replace(load_recipe(model, "honest"), epochs=epochs, batch_size=2)
    spec = RunSpec(model, {}, "honest", recipe, "honest", 0, "fp32", ("megc2019:x",), data.digest, "test")
    names = tuple(sample.sample_id for sample in data.samples)
    planes = data.planes.to(torch.get_default_dtype())
    return RunData(replace(spec, **changes), planes, torch.from_numpy(data.labels), names)  # type: ignore[arg-type]


def _stacked(run: RunData, folds: tuple[Fold, ...], folder: Path, num_folds: int = 3) -> dict[str, FoldOutcome]:
    settings = StackSettings(torch.device("cpu"), folder, num_folds, save_every_s=0)
    return {outcome.key: outcome for outcome in run_stacked(run, folds, settings)}


@pytest.mark.parametrize("model", ["ststnet", "off_tanet", "mini_aorcnn", "off_apexnet", "sssnet", "dual_inception"])
@pytest.mark.usefixtures("exactly")
def test_stacked_networks_learn_what_each_learns_alone(data: LabelledMaps, tmp_path: Path, model: str) -> None:
    run, folds = _run_data(data, model, epochs=1), loso_folds(data.samples)
    assert len({len(fold.train) for fold in folds}) > 1  # so that unlike batches and steps occur
    together = _stacked(run, folds, tmp_path)
    for fold in folds:
        alone = run_fold(run, fold)
        np.testing.assert_allclose(together[fold.key].logits, alone.logits, rtol=0, atol=1e-6)
        assert together[fold.key].losses == pytest.approx(alone.losses, abs=1e-8)
        assert together[fold.key].sample_ids == alone.sample_ids
        assert together[fold.key].weights.keys() == alone.weights.keys()


@pytest.mark.parametrize(
    ("model", "tolerance"),
    [
        *((name, 1e-4) for name in ("ststnet", "mini_aorcnn", "off_apexnet", "sssnet", "dual_inception")),
        ("off_tanet", 2e-3),  # its biases in front of a batch norm, see `exactly`
    ],
)
@pytest.mark.usefixtures("without_dropout")
def test_in_single_precision_stacked_networks_end_an_epoch_where_each_ends_alone(
    data: LabelledMaps, tmp_path: Path, model: str, tolerance: float
) -> None:
    run, folds = _run_data(data, model, epochs=1), loso_folds(data.samples)
    together = _stacked(run, folds, tmp_path)
    for fold in folds:
        np.testing.assert_allclose(together[fold.key].logits, run_fold(run, fold).logits, rtol=0, atol=tolerance)


@pytest.mark.usefixtures("exactly")
def test_the_size_of_the_stack_changes_nothing_without_dropout(data: LabelledMaps, tmp_path: Path) -> None:
    run, folds = _run_data(data), loso_folds(data.samples)
    small, large = _stacked(run, folds, tmp_path, 1), _stacked(run, folds, tmp_path, 4)
    for key in small:
        np.testing.assert_allclose(small[key].logits, large[key].logits, rtol=0, atol=1e-6)


def test_altering_every_test_sample_changes_no_weight_of_a_stack(data: LabelledMaps, tmp_path: Path) -> None:
    run = _run_data(data)
    fold = loso_folds(data.samples)[0]
    test = torch.from_numpy(fold.test)
    planes, labels = run.planes.clone(), run.labels.clone()
    planes[test], labels[test] = 255 - planes[test], 2
    one = _stacked(run, (fold,), tmp_path)[fold.key]
    other = _stacked(replace(run, planes=planes, labels=labels), (fold,), tmp_path)[fold.key]
    assert all(torch.equal(one.weights[name], other.weights[name]) for name in one.weights)
    assert not np.array_equal(one.logits, other.logits)


def test_each_network_of_a_stack_drops_out_other_values(data: LabelledMaps, tmp_path: Path) -> None:
    folds = loso_folds(data.samples)
    run = _run_data(data, epochs=1)
    twins = tuple(replace(folds[0], subject=name) for name in ("a", "b"))
    alike = [replace(fold, train=folds[0].train, test=folds[0].test) for fold in twins]

    class SameSeed(Fold):
        def seed(self, run_seed: int) -> int:
            return 7

    same = tuple(SameSeed(fold.dataset, fold.subject, fold.train, fold.test) for fold in alike)
    first, second = _stacked(run, same, tmp_path).values()
    assert not np.array_equal(first.logits, second.logits)


class _KilledError(Exception):
    pass


@pytest.mark.parametrize("protocol", ["honest", "test-picked"])
def test_a_stack_killed_again_and_again_ends_where_an_uninterrupted_one_does(
    data: LabelledMaps, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, protocol: str
) -> None:
    run, folds = _run_data(data, epochs=5, protocol=protocol), loso_folds(data.samples)
    whole = _stacked(run, folds, tmp_path / "whole")
    save, run_epoch = stacked.save_stack, stack.Stack.run_epoch
    saved: list[int] = []

    def save_and_die(*arguments: object) -> None:
        save(*arguments)  # type: ignore[arg-type]
        saved.append(len(arguments[1].losses))  # type: ignore[attr-defined]
        raise _KilledError

    with monkeypatch.context() as patch:
        patch.setattr(stacked, "save_stack", save_and_die)
        for _ in range(4):
            with pytest.raises(_KilledError):
                _stacked(run, folds, tmp_path / "killed")
    assert saved == [1, 2, 3, 4]
    epochs = []

    def counted(self: stack.Stack) -> torch.Tensor:
        epochs.append(1)
        return run_epoch(self)

    monkeypatch.setattr(stack.Stack, "run_epoch", counted)
    resumed = _stacked(run, folds, tmp_path / "killed")
    assert len(epochs) < 5 * 2  # one stack had a single epoch left
    for key, outcome in whole.items():
        assert np.array_equal(outcome.logits, resumed[key].logits)
        assert outcome.losses == resumed[key].losses
        assert all(torch.equal(value, resumed[key].weights[name]) for name, value in outcome.weights.items())
    assert list((tmp_path / "killed").iterdir()) == []


def test_a_stack_is_taken_up_with_its_own_folds_whatever_the_new_size(
    data: LabelledMaps, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run, folds = _run_data(data), loso_folds(data.samples)
    whole = _stacked(run, folds, tmp_path / "whole", 2)

    def die(*arguments: object) -> Iterator[FoldOutcome]:
        raise _KilledError

    with monkeypatch.context() as patch:
        patch.setattr(stacked, "_outcomes", die)
        with pytest.raises(_KilledError):
            _stacked(run, folds, tmp_path / "killed", 2)
    resumed = _stacked(run, folds, tmp_path / "killed", 1)
    begun = [key for key in whole if np.array_equal(whole[key].logits, resumed[key].logits)]
    assert len(begun) >= 2
    assert resumed.keys() == whole.keys()


def test_a_stack_killed_while_its_folds_are_stored_ends_where_an_uninterrupted_one_does(
    data: LabelledMaps, tmp_path: Path
) -> None:
    run, folds = _run_data(data), loso_folds(data.samples)
    whole = _stacked(run, folds, tmp_path / "whole", 4)
    settings = StackSettings(torch.device("cpu"), tmp_path / "killed", 4)
    stored = next(run_stacked(run, folds, settings))
    left = tuple(fold for fold in folds if fold.key != stored.key)
    resumed = {stored.key: stored, **_stacked(run, left, tmp_path / "killed", 4)}
    assert resumed.keys() == whole.keys()
    for key, outcome in whole.items():
        assert np.array_equal(outcome.logits, resumed[key].logits)
        assert resumed[key].seconds > 0
    assert list((tmp_path / "killed").iterdir()) == []


def test_an_unfinished_stack_of_which_another_engine_trained_a_fold_is_begun_anew(
    data: LabelledMaps, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run, folds = _run_data(data, epochs=3), loso_folds(data.samples)
    save = stacked.save_stack

    def save_and_die(*arguments: object) -> None:
        save(*arguments)  # type: ignore[arg-type]
        raise _KilledError

    with monkeypatch.context() as patch:
        patch.setattr(stacked, "save_stack", save_and_die)
        with pytest.raises(_KilledError):
            _stacked(run, folds, tmp_path, 4)
    left = _stacked(run, folds[1:], tmp_path, 4)
    assert {len(outcome.losses) for outcome in left.values()} == {3}
    assert left.keys() == {fold.key for fold in folds[1:]}
    assert list(tmp_path.glob("*/state.safetensors")) == []


def test_a_stack_begun_on_another_device_is_refused(
    data: LabelledMaps, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run, folds = _run_data(data), loso_folds(data.samples)
    settings = StackSettings(torch.device("cpu"), tmp_path, 4)
    next(run_stacked(run, folds, settings))
    (path,) = tmp_path.glob("*/state.safetensors")
    plain, tensors = stack_state._read(path)
    save_file(tensors, path, {"stack": json.dumps({**plain, "device": "cuda"})})
    with pytest.raises(MerError, match=r"safetensors was begun on cuda, not cpu; go on there, or delete it\."):
        _stacked(run, folds, tmp_path, 4)


def test_folds_that_do_not_fit_into_memory_are_said(
    data: LabelledMaps, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(self: stack.Stack) -> torch.Tensor:
        raise torch.OutOfMemoryError("CUDA out of memory")

    monkeypatch.setattr(stack.Stack, "run_epoch", full)
    with pytest.raises(MerError, match=r"3 folds in a stack do not fit .*; choose fewer with --stack"):
        _stacked(_run_data(data), loso_folds(data.samples), tmp_path)


def test_where_not_even_the_trial_fits_folds_are_stacked_one_by_one(
    data: LabelledMaps, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*arguments: object) -> None:
        raise torch.OutOfMemoryError("CUDA out of memory")

    monkeypatch.setattr(stacked, "Stack", full)
    monkeypatch.setattr(stacked, "_own_randomness", lambda device, seed: nullcontext())
    monkeypatch.setattr(torch.cuda, "memory_allocated", lambda device: 0)
    monkeypatch.setattr(torch.cuda, "reset_peak_memory_stats", lambda device: None)
    with ThreadPoolExecutor(1) as drawers:
        folds = loso_folds(data.samples)
        assert stacked._most_that_fit(_run_data(data), folds, torch.device("cuda"), drawers) == 1


def test_epochs_that_are_gone_are_said_and_the_way_out_works(data: LabelledMaps, tmp_path: Path) -> None:
    run, folds = _run_data(data, protocol="test-picked"), loso_folds(data.samples)
    settings = StackSettings(torch.device("cpu"), tmp_path, 4)
    next(run_stacked(run, folds, settings))
    (gone,) = tmp_path.glob("*/epoch-2.safetensors")
    gone.unlink()
    with pytest.raises(MerError, match=r"epoch-2\.safetensors is missing or damaged .*; delete .* and resume"):
        _stacked(run, folds, tmp_path, 4)
    shutil.rmtree(gone.parent)
    assert _stacked(run, folds, tmp_path, 4).keys() == {fold.key for fold in folds}


def test_a_damaged_stack_state_is_named(data: LabelledMaps, tmp_path: Path) -> None:
    (tmp_path / "x").mkdir()
    (tmp_path / "x" / "state.safetensors").write_bytes(b"nothing")
    with pytest.raises(MerError, match=r"x/state\.safetensors is not a stack that can be read"):
        _stacked(_run_data(data), loso_folds(data.samples), tmp_path)


def test_a_network_that_diverges_is_named(data: LabelledMaps, tmp_path: Path) -> None:
    run = _run_data(data)
    folds = loso_folds(data.samples)
    planes = run.planes.clone()
    planes[torch.from_numpy(folds[0].test)] = float("nan")
    with pytest.raises(MerError, match=r"Training diverged: the loss of the fold \w+ in epoch 1 is not finite"):
        _stacked(replace(run, planes=planes), folds, tmp_path)


def test_a_run_is_the_same_folder_whatever_the_engine(data: LabelledMaps, tmp_path: Path) -> None:
    run = _run_data(data)
    told: list[StackProgress] = []
    store = run_loso(run.spec, data, tmp_path / "run", _STACKED, on_epoch=told.append)
    assert [progress.epoch for progress in told] == [1, 2] * (len(told) // 2)
    assert sum(progress.num_folds for progress in told) == 2 * 4
    assert store.finished() == {fold.key for fold in loso_folds(data.samples)}
    assert np.isfinite(pooled_logits(store, data)).all()
    assert store.outcome("samm__006").engine == "stacked, processor"
    assert list((tmp_path / "run" / "stacks").iterdir()) == []


def test_bfloat16_trains_stacks_too(data: LabelledMaps, tmp_path: Path) -> None:
    fold = loso_folds(data.samples)[0]
    exact = _stacked(_run_data(data, "mini_aorcnn"), (fold,), tmp_path)[fold.key]
    rough = _stacked(_run_data(data, "mini_aorcnn", precision="bf16"), (fold,), tmp_path)[fold.key]
    assert np.isfinite(rough.logits).all()
    assert rough.losses != exact.losses
    assert rough.losses == pytest.approx(exact.losses, rel=0.1)


@pytest.mark.parametrize(
    ("device", "kind", "message"),
    [
        ("tpu", "auto", "Unknown device 'tpu'; choose one of auto, cpu, cuda"),
        ("cpu", "fast", "Unknown engine 'fast'; choose one of auto, pool, stacked"),
    ],
)
def test_an_unknown_engine_is_refused(device: str, kind: str, message: str) -> None:
    with pytest.raises(MerError, match=message):
        Engine(device, kind)


@pytest.mark.parametrize("has_cuda", [False, True])
def test_auto_stacks_on_a_graphics_processor_and_pools_on_a_processor(
    has_cuda: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: has_cuda)
    engine = Engine()
    assert engine.stacks is has_cuda
    assert engine.torch_device.type == ("cuda" if has_cuda else "cpu")
    assert Engine(kind="pool").torch_device.type == "cpu"
    assert Engine("cpu").stacks is False


def test_a_graphics_processor_that_is_not_there_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    with pytest.raises(MerError, match="no graphics processor that this PyTorch can use; choose --device cpu"):
        Engine("cuda")


@pytest.mark.parametrize(
    ("kind", "numbers", "message"),
    [
        ("pool", {"folds_per_stack": 4}, "The pool has no stacks; leave out --stack"),
        ("auto", {"folds_per_stack": 4}, "The pool has no stacks; leave out --stack"),
        ("stacked", {"num_workers": 2}, "Stacked folds have no workers; leave out --workers"),
    ],
)
def test_a_number_that_the_engine_has_no_use_for_is_refused(kind: str, numbers: dict[str, int], message: str) -> None:
    with pytest.raises(MerError, match=message):
        Engine("cpu", kind, **numbers)


def test_the_pool_is_refused_on_a_graphics_processor(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    with pytest.raises(MerError, match="The pool runs on the processor"):
        Engine("cuda", "pool")
