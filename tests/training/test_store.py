import json
import multiprocessing
import os
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from mer_core.errors import MerError
from tests.limited_disk import full_after
from tests.training.megc2019_tree import make_megc2019_tree
from tests.training.tiny_run import make_run, tiny_spec
from training import store as module
from training.datasets.megc2019 import read_megc2019
from training.engines import Engine
from training.loso import pooled_logits, run_loso
from training.store import FoldOutcome, RunStore

_OUTCOME = FoldOutcome("smic__s1", ("smic/s1/a",), np.zeros((1, 1, 3)), (1,), (0.5,), 2.0, {"w": torch.ones(2)})


def _age(path: Path) -> None:
    os.utime(path, (time.time() - 7200,) * 2)


def test_a_run_killed_before_its_request_was_written_goes_on(tmp_path: Path) -> None:
    (tmp_path / "run" / "folds").mkdir(parents=True)
    (tmp_path / "run" / ".spec.json.abc.part").write_text("{")
    store = RunStore(tmp_path / "run")
    store.begin({"seed": 1})
    assert store.spec() == {"seed": 1}


@pytest.mark.parametrize(("place", "step"), [(RunStore, "_refuse_foreign"), (module, "_write_first")])
def test_of_two_that_begin_at_once_the_later_finds_the_earliers_request(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, place: object, step: str
) -> None:
    write, go_on = module._write_first, getattr(place, step)

    def overtaken(*arguments: object) -> None:
        (tmp_path / "run").mkdir(exist_ok=True)
        write(tmp_path / "run" / "spec.json", json.dumps({"seed": 2}))
        go_on(*arguments)

    monkeypatch.setattr(place, step, overtaken)
    with pytest.raises(MerError, match=r"other settings \(seed\)"):
        RunStore(tmp_path / "run").begin({"seed": 1})
    assert RunStore(tmp_path / "run").spec() == {"seed": 2}
    assert [path.name for path in (tmp_path / "run").glob(".*")] == []


def test_a_run_begins_where_the_file_system_has_no_links(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_links(*arguments: object) -> None:
        raise PermissionError("Operation not permitted")

    monkeypatch.setattr(os, "link", no_links)
    RunStore(tmp_path / "run").begin({"seed": 1})
    assert RunStore(tmp_path / "run").spec() == {"seed": 1}


def test_old_leftovers_go_and_what_may_still_be_written_stays(tmp_path: Path) -> None:
    store = RunStore(tmp_path)
    old = [
        tmp_path / "folds" / ".partial-a",
        tmp_path / "stacks" / ".x.safetensors.a.part",
        tmp_path / ".r.json.a.part",
    ]
    young = [tmp_path / "folds" / ".partial-b", tmp_path / "stacks" / ".x.safetensors.b.part", tmp_path / "result.json"]
    for path in [*old, *young]:
        path.parent.mkdir(exist_ok=True)
        path.mkdir() if "partial" in path.name else path.write_text("half")
    for path in old:
        _age(path)
    store.clear_leftovers()
    assert not any(path.exists() for path in old)
    assert all(path.exists() for path in young)


def test_a_fold_comes_back_as_it_was_stored(tmp_path: Path) -> None:
    store = RunStore(tmp_path)
    store.add(_OUTCOME)
    back = store.outcome("smic__s1")
    assert (back.sample_ids, back.epochs, back.losses, back.seconds) == (("smic/s1/a",), (1,), (0.5,), 2.0)
    assert torch.equal(back.weights["w"], torch.ones(2))
    assert store.finished() == {"smic__s1"}


@pytest.mark.parametrize("text", ["", "{", "{}", "[]", '{"sample_ids": 3}'])
def test_a_damaged_fold_is_named(tmp_path: Path, text: str) -> None:
    store = RunStore(tmp_path)
    store.add(_OUTCOME)
    (tmp_path / "folds" / "smic__s1" / "outcome.json").write_text(text)
    with pytest.raises(MerError, match=r"smic__s1 is missing or damaged .*; delete it and resume"):
        store.outcome("smic__s1")


def _run(tree: Path, folder: Path) -> None:
    data = read_megc2019(tree)
    run_loso(tiny_spec(tree, data), data, folder, Engine("cpu", num_workers=1))


@pytest.mark.slow
def test_two_processes_on_the_same_run_leave_what_one_leaves(tmp_path: Path) -> None:
    tree = make_megc2019_tree(tmp_path / "maps")
    context = multiprocessing.get_context("spawn")
    both = [context.Process(target=_run, args=(tree, tmp_path / "both")) for _ in range(2)]
    for process in both:
        process.start()
    for process in both:
        process.join()
    assert [process.exitcode for process in both] == [0, 0]
    data, alone = read_megc2019(tree), RunStore(make_run(tmp_path / "alone", tree))
    assert np.array_equal(pooled_logits(RunStore(tmp_path / "both"), data), pooled_logits(alone, data))
    assert list((tmp_path / "both" / "folds").glob(".*")) == []


def test_a_full_disk_leaves_no_part_of_a_fold(tmp_path: Path) -> None:
    store = RunStore(tmp_path / "run")
    store.begin({"seed": 0})
    with full_after(2000), pytest.raises(OSError, match="File too large"):
        store.add(replace(_OUTCOME, weights={"w": torch.zeros(1000)}))
    assert store.finished() == frozenset()
    assert list((tmp_path / "run" / "folds").iterdir()) == []
