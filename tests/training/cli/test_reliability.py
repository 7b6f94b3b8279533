import json
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image, ImageOps

from mer_core.checkpoints import ALL_FILES, CONFIG_FILE, WEIGHTS_FILE, load_checkpoint, read_config
from mer_core.ensemble import FOLDS_FILE, inference_state
from mer_core.reliability.reliability import KNOWN_MOTION_FILE, RELIABILITY_FILE
from tests.limited_disk import full_after
from tests.training.megc2019_tree import make_megc2019_tree
from tests.training.tiny_run import EPOCHS, make_checkpoint, make_run, tiny_spec
from training.cli import main
from training.datasets.megc2019 import read_megc2019
from training.folds import loso_folds
from training.loso import out_of_fold
from training.overlap import FITTED_ON, fingerprints, person_fingerprint
from training.reliability.measure import answer_sets_of, calibration_of, cross_fitted, record_of
from training.store import RunStore


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_megc2019_tree(tmp_path_factory.mktemp("tree") / "maps")


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory, tree: Path) -> Path:
    return make_run(tmp_path_factory.mktemp("runs") / "run", tree)


@pytest.fixture
def checkpoint(tmp_path: Path, tree: Path) -> Path:
    return make_checkpoint(tmp_path / "small", tree)


def _files(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_a_checkpoint_is_told_what_its_run_measured(run: Path, tree: Path, checkpoint: Path) -> None:
    weights = (checkpoint / WEIGHTS_FILE).read_bytes()
    assert main(["reliability", str(run), "--checkpoint", str(checkpoint)]) == 0
    assert set(_files(checkpoint)) == set(ALL_FILES)
    assert (checkpoint / WEIGHTS_FILE).read_bytes() == weights
    told = load_checkpoint(checkpoint).reliability
    assert told is not None
    predictions = out_of_fold(RunStore(run), read_megc2019(tree))
    found = cross_fitted(predictions)
    assert told.record == record_of(predictions)
    assert told.calibration == calibration_of(predictions, found)
    assert told.sets == answer_sets_of(predictions, found, told.calibration.temperature)
    assert len(told.known_motion.distances) == 6
    assert (told.run["seed"], told.run["epochs"]) == (0, EPOCHS)


def test_the_ensemble_holds_every_fold_in_the_order_of_the_people_left_out(
    run: Path, tree: Path, checkpoint: Path
) -> None:
    assert main(["reliability", str(run), "--checkpoint", str(checkpoint)]) == 0
    ensemble = load_checkpoint(checkpoint).ensemble
    assert ensemble is not None
    folds = loso_folds(read_megc2019(tree).samples)
    assert ensemble.left_out == tuple(person_fingerprint(fold.dataset, fold.subject) for fold in folds)
    weights = ensemble.weights
    for index, fold in enumerate(folds):
        for name, value in inference_state(RunStore(run).outcome(fold.key).weights).items():
            assert torch.allclose(weights[name][index], value, rtol=1e-3, atol=1e-6)


def test_the_config_and_the_card_tell_the_truth(run: Path, tree: Path, checkpoint: Path) -> None:
    assert main(["reliability", str(run), "--checkpoint", str(checkpoint)]) == 0
    training = read_config(checkpoint)["training"]
    assert training["validation"].startswith("leave one subject out, 4 people: UF1 ")
    assert training[FITTED_ON] == fingerprints(read_megc2019(tree))
    card = (checkpoint / "README.md").read_text()
    assert "Cross-validated: UF1" in card
    assert "ot yet cross-validated" not in card
    assert "Always saying negative" in card
    assert "it is approximate" in card
    assert f"loso --data megc2019:PATH --model ststnet --recipe honest --epochs {EPOCHS} --seed 0" in card
    assert "fit --data megc2019:PATH --model ststnet --recipe honest --seed 7" in card
    assert "reliability RUN --checkpoint DIR`" in card
    assert str(tree) not in card
    assert not any("sub01" in text.decode(errors="ignore") for text in _files(checkpoint).values())


def test_what_float16_changes_is_said(run: Path, checkpoint: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["reliability", str(run), "--checkpoint", str(checkpoint)]) == 0
    printed = capsys.readouterr().out
    assert "the mean gives the same class on 6 of 6 maps, single networks in 24 of 24 answers" in printed
    assert "always negative" in printed


def test_the_same_run_gives_the_same_files(run: Path, checkpoint: Path) -> None:
    assert main(["reliability", str(run), "--checkpoint", str(checkpoint)]) == 0
    first = _files(checkpoint)
    assert main(["reliability", str(run), "--checkpoint", str(checkpoint)]) == 0
    assert _files(checkpoint) == first


@pytest.mark.parametrize("name", [RELIABILITY_FILE, KNOWN_MOTION_FILE, FOLDS_FILE])
def test_what_is_damaged_is_made_anew(run: Path, checkpoint: Path, name: str) -> None:
    assert main(["reliability", str(run), "--checkpoint", str(checkpoint)]) == 0
    first = _files(checkpoint)
    (checkpoint / name).write_bytes(b"{}")
    assert main(["reliability", str(run), "--checkpoint", str(checkpoint)]) == 0
    assert _files(checkpoint) == first


def test_the_networks_of_the_folds_can_be_left_out(run: Path, checkpoint: Path) -> None:
    assert main(["reliability", str(run), "--checkpoint", str(checkpoint)]) == 0
    assert main(["reliability", str(run), "--checkpoint", str(checkpoint), "--no-ensemble"]) == 0
    assert not (checkpoint / FOLDS_FILE).exists()
    loaded = load_checkpoint(checkpoint)
    assert loaded.ensemble is None
    assert loaded.reliability is not None
    assert "--no-ensemble" in (checkpoint / "README.md").read_text()


def test_a_checkpoint_is_found_by_name_and_data_elsewhere(
    run: Path, tree: Path, checkpoint: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    moved = tmp_path / "moved"
    moved.symlink_to(tree)
    monkeypatch.setenv("MER_CHECKPOINTS", str(checkpoint.parent))
    assert main(["reliability", str(run), "--checkpoint", "small", "--data", f"megc2019:{moved}"]) == 0
    assert load_checkpoint("small").reliability is not None


def _refused(arguments: list[str], checkpoint: Path, capsys: pytest.CaptureFixture[str]) -> str:
    before = _files(checkpoint)
    assert main(["reliability", *arguments, "--checkpoint", str(checkpoint)]) == 2
    assert _files(checkpoint) == before
    *progress, error = capsys.readouterr().err.splitlines()
    assert all(line.startswith("networks asked") for line in progress)
    assert error.startswith("Error: ")
    return error


def test_a_test_picked_run_is_judged_as_the_honest_one_that_it_holds(
    run: Path, tree: Path, checkpoint: Path, tmp_path: Path
) -> None:
    assert main(["reliability", str(run), "--checkpoint", str(checkpoint)]) == 0
    honest = _files(checkpoint)
    picked = make_run(tmp_path / "picked", tree, protocol="test-picked")
    assert main(["reliability", str(picked), "--checkpoint", str(checkpoint)]) == 0
    assert _files(checkpoint) == honest


def test_an_incomplete_run_is_refused(
    tree: Path, checkpoint: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    begun = make_run(tmp_path / "begun", tree, num_folds=3)
    error = _refused([str(begun)], checkpoint, capsys)
    assert "has 3 of 4 folds" in error
    assert "training resume" in error


def test_a_folder_that_is_no_run_is_refused(
    checkpoint: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert "holds no run" in _refused([str(tmp_path / "nowhere")], checkpoint, capsys)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"recipe": "authors"}, "the run's recipe is honest, the checkpoint's authors"),
        ({"epochs": 800}, "number of epochs is 2, the checkpoint's 800"),
        ({"data_sha256": "other"}, "the checkpoint's other"),
        ({"model": "off_tanet"}, "architecture is ststnet, the checkpoint's off_tanet"),
        ({"model": "ststnet_dense"}, "architecture is ststnet, the checkpoint's ststnet_dense"),
    ],
)
def test_a_checkpoint_trained_otherwise_is_refused(
    run: Path, tree: Path, tmp_path: Path, changes: dict, message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert message in _refused([str(run)], make_checkpoint(tmp_path / "other", tree, **changes), capsys)


def test_a_checkpoint_with_another_learning_rate_under_the_same_name_is_refused(
    run: Path, tree: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    alike = tiny_spec(tree, read_megc2019(tree)).recipe.to_json()
    other = make_checkpoint(tmp_path / "other", tree, hyper_parameters={**alike, "learning_rate": 0.5})
    assert "learning_rate in training is 5e-05, the checkpoint's 0.5" in _refused([str(run)], other, capsys)
    same = make_checkpoint(tmp_path / "same", tree, hyper_parameters=alike)
    assert main(["reliability", str(run), "--checkpoint", str(same)]) == 0


@pytest.mark.parametrize(
    ("entry", "value", "message"),
    [
        ("channels", ["u", "v", "strain"], "input channels is"),
        ("value_range", [-1.0, 1.0], "input value_range is"),
        ("flow_method", "tvl1", "input flow_method is dis, the checkpoint's tvl1"),
    ],
)
def test_a_checkpoint_with_another_input_is_refused(
    run: Path, checkpoint: Path, entry: str, value: object, message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    config = json.loads((checkpoint / CONFIG_FILE).read_text())
    config["input_spec"][entry] = value
    (checkpoint / CONFIG_FILE).write_text(json.dumps(config))
    assert message in _refused([str(run)], checkpoint, capsys)


def test_changed_data_are_refused(
    run: Path, checkpoint: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    other = make_megc2019_tree(tmp_path / "changed")
    picture = next(other.rglob("*.png"))
    ImageOps.invert(Image.open(picture)).save(picture)
    error = _refused([str(run), "--data", f"megc2019:{other}"], checkpoint, capsys)
    assert "The data are not those of" in error


def test_networks_too_large_for_a_checkpoint_are_refused(
    run: Path, checkpoint: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("training.reliability.ensemble.MOST_BYTES", 1000)
    assert "pass --no-ensemble" in _refused([str(run)], checkpoint, capsys)


def test_a_full_disk_leaves_the_checkpoint_as_it_was(
    run: Path, checkpoint: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with full_after(10_000):  # enough for the network, not for those of the folds
        assert "File too large" in _refused([str(run)], checkpoint, capsys)
    assert [path.name for path in checkpoint.parent.iterdir()] == ["small"]


def test_tiny_runs_have_the_recipe_they_claim(tree: Path) -> None:
    data = read_megc2019(tree)
    assert tiny_spec(tree, data).recipe.epochs == EPOCHS
    assert np.bincount(data.labels).tolist() == [2, 2, 2]
