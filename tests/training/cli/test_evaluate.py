import json
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from PIL import Image

from mer_core.checkpoints import load_checkpoint
from mer_core.labels import LABELS
from mer_core.synthetic import emotion_scenario, render_frame
from tests.mer_core.models.published_files import published
from tests.training.megc2019_tree import make_megc2019_tree
from training.cli import main
from training.datasets.extract import extract_motion
from training.recipes import Recipe, load_recipe


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    return make_megc2019_tree(tmp_path / "maps")


@pytest.fixture
def checkpoint(tree: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Path:
    def shortened(architecture: str, name: str) -> Recipe:
        return replace(load_recipe(architecture, name), epochs=2)

    monkeypatch.setattr("training.cli.fit.load_recipe", shortened)
    folder = tmp_path / "mine"
    assert main(["fit", "--data", f"megc2019:{tree}", "--model", "ststnet", "--out", str(folder)]) == 0
    capsys.readouterr()
    return folder


def test_a_checkpoint_scored_on_what_it_was_fitted_on_says_so_loudly(
    checkpoint: Path, tree: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    command = ["evaluate", "--checkpoint", str(checkpoint), "--data", f"megc2019:{tree}"]
    assert main(command) == 0
    printed = capsys.readouterr()
    assert "THIS IS NO EVIDENCE" in printed.out.splitlines()[2]
    assert "Warning: THIS IS NO EVIDENCE" in printed.err
    assert str(tree) not in printed.out
    assert main([*command, "--json"]) == 0
    report = json.loads(capsys.readouterr().out)
    assert report["trained_on_these"] is True
    assert report["overlap"]["trained_on_samples"] == 6
    assert set(report["all"]["scores"]) >= {"uf1", "uar", "accuracy"}
    assert sorted(report["datasets"]) == ["casme2", "samm", "smic"]


def test_a_part_of_the_training_samples_is_recognised_too(
    checkpoint: Path, tree: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "part.csv").write_text("dataset,subject,clip\nsamm,006,006_1_2\ncasme2,sub01,EP02_01f\n")
    command = ["evaluate", "--checkpoint", str(checkpoint), "--data", f"megc2019:{tree}", "--json"]
    assert main([*command, "--subset", str(tmp_path / "part.csv")]) == 0
    assert json.loads(capsys.readouterr().out)["overlap"] == {
        "num_samples": 2,
        "num_people": 2,
        "trained_on_samples": 2,
        "trained_on_people": 2,
    }


def test_the_network_by_itself_can_be_asked_of_a_checkpoint_that_answers_with_all(
    tree: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    command = ["evaluate", "--checkpoint", "ststnet", "--data", f"megc2019:{tree}", "--json"]
    assert main(command) == 0
    assert json.loads(capsys.readouterr().out)["checkpoint"]["answering"].startswith("the mean of 68 networks")
    assert main([*command, "--network-only"]) == 0
    assert json.loads(capsys.readouterr().out)["checkpoint"]["answering"] == "one network"


def test_a_missing_checkpoint_gets_one_sentence_and_exit_code_2(tree: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["evaluate", "--checkpoint", "nowhere", "--data", f"megc2019:{tree}"]) == 2
    assert "There is no checkpoint 'nowhere'" in capsys.readouterr().err


def test_published_weights_that_take_pixels_are_scored_on_frames(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("MER_CACHE", str(tmp_path / "cache"))
    torch.save(published("off_tanet"), tmp_path / "file.pth")
    assert main(["import-weights", "off_tanet", str(tmp_path / "file.pth"), "--out", str(tmp_path / "theirs")]) == 0
    table = ["subject,clip,onset,apex,label"]
    for clip, emotion in (("x", "positive"), ("y", "surprise")):
        scenario = emotion_scenario(emotion, 0, noise=0.0)
        frames = [render_frame(scenario, frame) for frame in (scenario.onset, scenario.apex)]
        (tmp_path / "data" / clip).mkdir(parents=True)
        for number, frame in enumerate(frames, start=1):
            Image.fromarray(frame).save(tmp_path / "data" / clip / f"{number}.png")
        table.append(f"person {clip},{clip},1,2,{emotion}")
    (tmp_path / "data" / "clips.csv").write_text("\n".join(table))
    capsys.readouterr()
    command = ["evaluate", "--checkpoint", str(tmp_path / "theirs"), "--data", f"folder:{tmp_path / 'data'}", "--json"]
    assert main(command) == 0
    report = json.loads(capsys.readouterr().out)
    assert report["all"]["num_samples"] == 2
    checkpoint = load_checkpoint(tmp_path / "theirs")
    with torch.inference_mode():
        inputs = checkpoint.input_spec.from_motion(extract_motion(*frames, checkpoint.input_spec))[None]
        answer = LABELS.index(checkpoint.labels[int(checkpoint.model(inputs).argmax())])
    assert inputs.shape[-2:] == (112, 112)
    assert report["all"]["confusion"][LABELS.index("surprise")][answer] == 1
