import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from mer_core.checkpoints import Checkpoint, save_checkpoint
from mer_core.cli import main
from mer_core.clips import read_clip
from mer_core.samples import sample_clips
from mer_core.synthetic import RenderedClip
from mer_core.video_writer import write_video

_SAMPLE = sample_clips()["positive"].path


@pytest.fixture
def model(small_checkpoint: Checkpoint, tmp_path: Path) -> str:
    save_checkpoint(small_checkpoint, tmp_path / "small", "# card\n")
    return str(tmp_path / "small")


def test_analyze_prints_json_and_nothing_else(model: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["analyze", str(_SAMPLE), "--json", "--model", model]) == 0
    printed = capsys.readouterr()
    result = json.loads(printed.out)
    truth = json.loads(_SAMPLE.with_suffix(".json").read_text())["interval"]
    assert abs(result["interval"]["apex"] - truth["apex"]) <= 2
    assert result["timings_ms"]["decode"] > 0
    assert result["timings_ms"]["total"] > result["timings_ms"]["face"]
    assert printed.err == ""


def test_analyze_says_in_words_what_moved_and_what_it_cannot_tell(
    model: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["analyze", str(_SAMPLE), "--model", model]) == 0
    printed = capsys.readouterr().out
    assert "Both sides of the mouth moved up and outwards" in printed
    assert "It does not tell what someone feels" in printed


def test_markers_on_the_command_line_are_the_users(model: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["analyze", str(_SAMPLE), "--json", "--model", model, "--onset", "10", "--apex", "22"]) == 0
    interval = json.loads(capsys.readouterr().out)["interval"]
    assert (interval["onset"], interval["apex"]) == (10, 22)
    assert interval["sources"] == {"onset": "user", "apex": "user", "offset": "proposed"}


def test_an_onset_and_an_apex_picture_are_a_clip_without_times(
    model: str, tmp_path: Path, sample: RenderedClip, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, frame in (("onset.png", sample.scenario.onset), ("apex.png", sample.scenario.apex)):
        Image.fromarray(sample.clip.frames[frame]).save(tmp_path / name)
    paths = [str(tmp_path / "onset.png"), str(tmp_path / "apex.png")]
    assert main(["analyze", *paths, "--json", "--model", model]) == 0
    result = json.loads(capsys.readouterr().out)
    assert (result["interval"]["onset"], result["interval"]["apex"]) == (0, 1)
    assert result["interval"]["apex_ms"] is None
    assert result["motion"]["max_px"] > 0.5


def test_two_faces_are_said_and_the_larger_is_taken(
    model: str, tmp_path: Path, sample: RenderedClip, capsys: pytest.CaptureFixture[str]
) -> None:
    frames = sample.clip.frames[:20, :, 120:520]
    small = np.stack([np.asarray(Image.fromarray(frame).resize((280, 252))) for frame in frames])
    padded = np.pad(small, ((0, 0), (0, 108), (0, 0), (0, 0)), mode="edge")
    write_video(tmp_path / "two.mp4", np.concatenate([frames, padded], axis=2), 100)
    assert main(["analyze", str(tmp_path / "two.mp4"), "--json", "--model", model]) == 0
    result = json.loads(capsys.readouterr().out)
    assert any("Several faces" in warning for warning in result["warnings"])
    assert result["face"]["box"][0] < 280


def test_what_is_exported_can_be_imported_again(model: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    saved = [tmp_path / name for name in ("saved.csv", "saved.curve.csv", "saved.eaf", "saved.mer.json")]
    exports = [argument for path in saved for argument in ("--export", str(path))]
    marked = ["--onset", "10", "--apex", "22", "--offset", "41"]
    assert main(["analyze", str(_SAMPLE), "--model", model, *marked, *exports]) == 0
    capsys.readouterr()
    for path in saved:
        assert main(["analyze", str(_SAMPLE), "--json", "--model", model, "--markers", str(path)]) == 0
        printed = capsys.readouterr()
        interval = json.loads(printed.out)["interval"]
        assert (interval["onset"], interval["apex"], interval["offset"]) == (10, 22, 41)
        assert set(interval["sources"].values()) == {"user" if path.name.endswith(".mer.json") else "imported"}
        assert printed.err.startswith("Note: Taken from ")


def test_a_picture_of_the_analysis_is_written(model: str, tmp_path: Path) -> None:
    assert main(["analyze", str(_SAMPLE), "--model", model, "--picture", str(tmp_path / "motion.png")]) == 0
    with Image.open(tmp_path / "motion.png") as picture:
        assert picture.width > 400


def test_a_report_is_written_beside_the_words(model: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    paths = [tmp_path / "report.HTML", tmp_path / "again.html"]
    asked = ["--report", str(paths[0]), "--export", str(paths[1])]
    assert main(["analyze", str(_SAMPLE), "--model", model, *asked]) == 0
    assert "Both sides of the mouth" in capsys.readouterr().out
    for path in paths:
        assert "Both sides of the mouth moved up and outwards" in path.read_text(encoding="utf-8")
    assert sorted(tmp_path.glob("*.html")) + sorted(tmp_path.glob("*.HTML")) == paths[::-1]


def test_a_sample_comes_with_its_truth(tmp_path: Path) -> None:
    assert main(["sample", str(tmp_path / "s.mp4"), "--emotion", "surprise", "--seed", "3"]) == 0
    truth = json.loads((tmp_path / "s.json").read_text())
    assert truth["emotion"] == "surprise"
    assert truth["seed"] == 3
    assert truth["interval"]["onset"] < truth["interval"]["apex"] < truth["interval"]["offset"]
    assert read_clip(tmp_path / "s.mp4").num_frames == truth["num_frames"]


def test_every_network_is_listed_with_its_size(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["models", "--json"]) == 0
    networks = {network["name"]: network for network in json.loads(capsys.readouterr().out)}
    assert networks["off_tanet"]["parameters"] == 59403
    assert networks["off_tanet"]["macs"] == pytest.approx(29.30e6, rel=0.005)
    assert networks["htnet"]["parameters"] == 139_582_982
    assert {"title", "paper", "input_shape", "channels", "checkpoints"} <= set(networks["ststnet"])


def test_the_doctor_finds_this_installation_healthy(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["doctor"]) == 0
    assert "FAILED" not in capsys.readouterr().out


def test_the_doctor_says_what_is_wrong(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("MER_CHECKPOINTS", str(tmp_path))
    assert main(["doctor"]) == 2
    assert "FAILED  checkpoints: There are none in" in capsys.readouterr().out


def test_the_package_runs_as_a_module_and_a_reader_may_leave_early() -> None:
    command = f"{sys.executable} -m mer_core models | head -1"
    done = subprocess.run(["bash", "-c", f"set -o pipefail; {command}"], capture_output=True, text=True, check=False)
    assert done.stdout.startswith("network")
    assert done.stderr == ""
