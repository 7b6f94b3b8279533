import json
import shutil
from pathlib import Path

import pytest
import torch

from mer_core.checkpoints import load_checkpoint
from tests.mer_core.models.published_files import published
from tests.training.megc2019_tree import make_megc2019_tree
from tests.training.tiny_run import make_run
from training.cli import main
from training.datasets.megc2019 import MAPS_FOLDER
from training.recipes import Recipe, load_recipe


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    return make_megc2019_tree(tmp_path / "maps")


@pytest.fixture
def two_epochs(monkeypatch: pytest.MonkeyPatch) -> None:
    from dataclasses import replace

    def shortened(architecture: str, name: str) -> Recipe:
        return replace(load_recipe(architecture, name), epochs=2)

    monkeypatch.setattr("training.cli.fit.load_recipe", shortened)


@pytest.mark.usefixtures("two_epochs")
def test_fit_writes_a_checkpoint_that_says_where_it_comes_from(tree: Path, tmp_path: Path) -> None:
    out = tmp_path / "out" / "mini"
    code = main(["fit", "--data", f"megc2019:{tree}", "--model", "mini_aorcnn", "--seed", "7", "--out", str(out)])
    assert code == 0
    checkpoint = load_checkpoint(out)
    assert checkpoint.num_parameters == 39685
    assert checkpoint.training["seed"] == 7
    assert checkpoint.training["num_samples"] == 6
    assert checkpoint.training["validation"] == "not yet cross-validated"
    card = (out / "README.md").read_text()
    assert "Not yet cross-validated" in card
    assert "Research use only" in card
    assert str(tree) not in card


@pytest.mark.usefixtures("two_epochs")
def test_fit_on_a_part_says_so(tree: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows = ["casme2,sub01,EP02_01f", "casme2,sub01,EP19_05f", "samm,006,006_1_2"]
    (tmp_path / "part.csv").write_text("\n".join(["dataset,subject,clip", *rows]))
    out, data = tmp_path / "mine", ["--data", f"megc2019:{tree}", "--subset", str(tmp_path / "part.csv")]
    assert main(["fit", *data, "--model", "ststnet", "--out", str(out)]) == 0
    assert "left out: 3 clips: not listed in part.csv\n" in capsys.readouterr().err
    assert load_checkpoint(out).training["subset"] == "part.csv"
    assert "--data megc2019:PATH --subset CSV --model ststnet" in (out / "README.md").read_text()
    assert main(["evaluate", "--checkpoint", str(out), *data]) == 0
    assert "- subset: part.csv" in capsys.readouterr().out


@pytest.mark.usefixtures("two_epochs")
def test_fit_does_not_overwrite_unasked(
    tree: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "kept").mkdir()
    (tmp_path / "kept" / "notes.txt").write_text("mine")
    arguments = ["fit", "--data", f"megc2019:{tree}", "--model", "ststnet", "--out", str(tmp_path / "kept")]
    monkeypatch.setattr("training.cli.fit.fit", lambda *arguments: pytest.fail("it trained for nothing"))
    assert main(arguments) == 2
    assert "already holds something" in capsys.readouterr().err
    assert (tmp_path / "kept" / "notes.txt").read_text() == "mine"


def test_two_people_with_one_map_are_not_trained_on(
    tree: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    maps = tree / MAPS_FOLDER
    shutil.copy(maps / "sub01_EP19_05f .png", maps / "s2_s2_ne_01 .png")
    arguments = ["loso", "--data", f"megc2019:{tree}", "--model", "ststnet", "--out", str(tmp_path / "run")]
    assert main(arguments) == 2
    error = capsys.readouterr().err
    assert "the map is also that of casme2/sub01/EP19_05f" in error
    assert "smic/s2/s2_ne_01" in error
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize("family", ["off_tanet", "mini_aorcnn", "ststnet"])
def test_published_weights_become_a_checkpoint(family: str, tmp_path: Path) -> None:
    torch.save(published(family), tmp_path / "file.pth")
    assert main(["import-weights", family, str(tmp_path / "file.pth"), "--out", str(tmp_path / "imported")]) == 0
    checkpoint = load_checkpoint(tmp_path / "imported")
    assert checkpoint.architecture == family
    assert "Not cross-validated here" in (tmp_path / "imported" / "README.md").read_text()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["fit", "--data", "casme2", "--model", "ststnet"], "must read KIND:PATH"),
        (["fit", "--data", "megc2019:/nowhere", "--model", "ststnet"], "There is no /nowhere/combined"),
        (["fit", "--data", "megc2019:/nowhere", "--model", "resnet"], "no recipe for 'resnet'"),
        (["import-weights", "ststnet", "/nowhere.pth"], "There is no file /nowhere.pth"),
    ],
)
def test_a_mistake_gets_one_sentence_and_exit_code_2(
    arguments: list[str], message: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([*arguments, "--out", str(tmp_path / "out")]) == 2
    error = capsys.readouterr().err
    assert message in error
    assert error.count("\n") == 1
    assert not (tmp_path / "out").exists()


def test_a_run_is_trained_reported_and_resumed(tree: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run = str(tmp_path / "run")
    begun = ["loso", "--data", f"megc2019:{tree}", "--model", "ststnet", "--epochs", "2", "--out", run]
    assert main(begun) == 0
    printed = capsys.readouterr()
    assert "UF1" in printed.out
    assert "fold 4 of 4" in printed.err
    assert main(["report", run, "--json"]) == 0
    report = json.loads(capsys.readouterr().out)
    assert report["test_picked"] == []
    assert report["facts"]["epochs"] == 2
    (tmp_path / "run" / "folds" / "smic__s1" / "outcome.json").unlink()
    (tmp_path / "run" / "folds" / "smic__s1" / "weights.safetensors").unlink()
    (tmp_path / "run" / "folds" / "smic__s1").rmdir()
    assert main(["resume", run]) == 0
    capsys.readouterr()
    assert main(["report", run, "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == report


def test_a_run_begun_with_other_versions_is_not_gone_on_with(
    tree: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run = tmp_path / "run"
    begun = ["loso", "--data", f"megc2019:{tree}", "--model", "ststnet", "--epochs", "1", "--out", str(run)]
    assert main(begun) == 0
    spec = json.loads((run / "spec.json").read_text())
    (run / "spec.json").write_text(json.dumps({**spec, "software": "torch 1.0"}))
    assert main(["resume", str(run)]) == 0  # complete: nothing is trained
    shutil.rmtree(run / "folds" / "smic__s1")  # as the message on a damaged fold says to
    capsys.readouterr()
    assert main(["resume", str(run)]) == 2
    assert f"{run} was begun with torch 1.0; with mer-studio" in capsys.readouterr().err


def test_a_run_is_gone_on_with_where_its_data_lie_now(tree: Path, tmp_path: Path) -> None:
    run = tmp_path / "run"
    begun = ["loso", "--data", f"megc2019:{tree}", "--model", "ststnet", "--epochs", "1", "--out", str(run)]
    assert main(begun) == 0
    shutil.rmtree(run / "folds" / "smic__s1")
    moved = tree.rename(tmp_path / "moved")
    assert main(["resume", str(run)]) == 2
    assert main(["resume", str(run), "--data", f"megc2019:{moved}"]) == 0
    assert (run / "folds" / "smic__s1" / "outcome.json").is_file()
    assert json.loads((run / "spec.json").read_text())["data"] == [f"megc2019:{tree}"]


def test_a_report_of_a_run_without_its_result_is_refused(
    tree: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run = make_run(tmp_path / "run", tree)
    assert main(["report", str(run)]) == 2
    assert f"{run} is not complete: it has no result.json; go on with `resume`." in capsys.readouterr().err


@pytest.mark.parametrize(("option", "what"), [("--workers", "workers"), ("--stack", "folds a stack")])
def test_less_than_one_worker_or_fold_is_refused(
    option: str, what: str, tree: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["loso", "--data", f"megc2019:{tree}", "--model", "ststnet", option, "0"]) == 2
    assert f"There must be at least one of the {what}, not 0." in capsys.readouterr().err


def test_a_report_of_no_run_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["report", str(tmp_path)]) == 2
    assert "holds no run" in capsys.readouterr().err


def test_two_runs_are_compared_and_one_run_differs_in_nothing_from_itself(
    tree: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run = str(tmp_path / "run")
    assert main(["loso", "--data", f"megc2019:{tree}", "--model", "ststnet", "--epochs", "1", "--out", run]) == 0
    capsys.readouterr()
    assert main(["compare", run, run, "--json"]) == 0
    comparison = json.loads(capsys.readouterr().out)
    assert comparison["uf1"]["value"] == 0
    assert main(["compare", run, run]) == 0
    assert "noise" in capsys.readouterr().out
    assert main(["compare", run, str(tmp_path)]) == 2
