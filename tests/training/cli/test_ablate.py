import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.training.megc2019_tree import make_megc2019_tree
from training.ablation import ABLATIONS
from training.cli import main


@pytest.fixture(scope="module", autouse=True)
def two_variants() -> Iterator[None]:
    chosen = tuple(variant for variant in ABLATIONS["mini_aorcnn"] if variant.name in ("full", "no_strain"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("training.ablation.ABLATIONS", {"mini_aorcnn": chosen})
        yield


@pytest.fixture(scope="module")
def command(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """An ablation that has been run to its end."""
    folder = tmp_path_factory.mktemp("ablation")
    tree = make_megc2019_tree(folder / "maps")
    choices = ["--epochs", "1", "--device", "cpu", "--workers", "2", "--out", str(folder / "out")]
    command = ["ablate", "mini_aorcnn", "--data", f"megc2019:{tree}", *choices]
    assert main(command) == 0
    return command


def _written(folder: Path) -> dict[Path, int]:
    return {path: path.stat().st_mtime_ns for path in folder.glob("*/folds/*/outcome.json")}


def test_an_ablation_goes_on_where_it_was_killed(command: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    folder = Path(command[-1])
    before = json.loads((folder / "ablation.json").read_text())
    finished = _written(folder)
    lost = folder / "no_strain" / "folds" / "smic__s1"
    shutil.rmtree(lost)  # as if killed before it was finished
    (folder / "ablation.json").unlink()
    assert main([*command, "--json"]) == 0
    printed = capsys.readouterr()
    assert json.loads(printed.out) == json.loads((folder / "ablation.json").read_text()) == before
    (line,) = printed.err.splitlines()
    assert line.startswith("variant 2 of 2, no_strain: fold 4 of 4: smic__s1, ")
    again = _written(folder)
    assert [path for path in again if again[path] != finished[path]] == [lost / "outcome.json"]


def test_a_finished_ablation_prints_its_table_again(command: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(command) == 0
    printed = capsys.readouterr()
    assert printed.err == ""
    assert "| without strain | 39,293 |" in printed.out
    assert "| always negative | 0 |" in printed.out


def test_each_variant_is_an_ordinary_run(command: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    folder = Path(command[-1])
    spec = json.loads((folder / "no_strain" / "spec.json").read_text())
    assert (spec["arguments"], spec["recipe"]["channels"]) == ({"in_channels": 2}, ["u", "v"])
    assert main(["resume", str(folder / "no_strain"), "--device", "cpu"]) == 0
    assert "UF1" in capsys.readouterr().out
    assert main(["compare", str(folder / "no_strain"), str(folder / "full"), "--json"]) == 0
    report = json.loads((folder / "ablation.json").read_text())
    assert report["variants"][1]["less_full"] == json.loads(capsys.readouterr().out)


def test_other_settings_in_the_same_folder_are_refused(command: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*command, "--seed", "1"]) == 2
    assert "holds a run with other settings (seed)" in capsys.readouterr().err


def test_the_folder_of_a_single_run_is_refused(command: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*command[:-1], str(Path(command[-1]) / "full")]) == 2
    assert "is a single run; choose another folder" in capsys.readouterr().err


def test_a_network_without_ablations_gets_one_sentence_and_exit_code_2(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["ablate", "ststnet", "--data", "megc2019:/nowhere"]) == 2
    assert capsys.readouterr().err == "Error: There are no ablations of 'ststnet'; choose one of mini_aorcnn.\n"
