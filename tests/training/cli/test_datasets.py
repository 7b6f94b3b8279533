import argparse
import json
from dataclasses import replace
from pathlib import Path

import pytest

from mer_core.errors import MerError
from tests.training.datasets import trees
from training.cli.datasets import add_parser
from training.datasets.check import check


def _run(*arguments: str) -> None:
    parser = argparse.ArgumentParser()
    add_parser(parser.add_subparsers(required=True))
    options = parser.parse_args(arguments)
    options.run(options)


def test_a_sound_data_set_is_counted(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _run("datasets", "check", f"casme2:{trees.casme2(tmp_path)}")
    printed = capsys.readouterr().out
    assert "4 sound clips of 3 people" in printed
    assert "negative 2, positive 1, surprise 1" in printed
    assert "casme2      4 clips of 3 people: negative 2, positive 1, surprise 1" in printed
    assert "people      1 to 2 clips each, median 1; --subjects lists them" in printed
    assert "casme2/sub01" not in printed.replace("(casme2/sub02/EP01_11f)", "")
    assert "1: emotion 'others' is outside the three classes" in printed
    assert "row 4: the apex is missing; the middle frame is used (casme2/sub02/EP01_11f)." in printed
    assert "PROBLEM" not in printed


def test_people_are_listed_where_asked_in_lines_that_can_be_read(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    source = f"casme2:{trees.casme2(tmp_path)}"
    many = {f"casme2/sub{number:02d}": number for number in range(1, 40)}
    monkeypatch.setattr("training.cli.datasets.check", lambda *given: replace(check(*given), per_subject=many))
    _run("datasets", "check", source, "--subjects")
    printed = capsys.readouterr().out
    listed = [line for line in printed.splitlines() if line.startswith(" " * 12 + "casme2/")]
    assert max(len(line) for line in listed) <= 100
    assert ", ".join(line.strip().rstrip(",") for line in listed) == ", ".join(f"{k} {n}" for k, n in many.items())
    assert "people      1 to 39 clips each, median 20\n" in printed


def test_each_problem_has_its_line_and_the_command_fails(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = trees.casme2(tmp_path)
    (folder / "Cropped/sub01/EP02_01f/reg_img59.jpg").unlink()
    (folder / "Cropped/sub01/EP19_05f/reg_img6.jpg").write_bytes(b"broken")
    with pytest.raises(MerError, match="2 problems in casme2:.*, listed above"):
        _run("datasets", "check", f"casme2:{folder}")
    problems = [line for line in capsys.readouterr().out.splitlines() if line.startswith("PROBLEM")]
    assert len(problems) == 2
    assert "reg_img59.jpg, row 2: frame 59 is missing (apex)" in problems[0]
    assert "reg_img6.jpg, row 3: " in problems[1]


def test_json_holds_the_whole_report(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _run("datasets", "check", f"samm:{trees.samm(tmp_path)}", "--json")
    report = json.loads(capsys.readouterr().out)
    assert report["per_class"] == {"negative": 1, "positive": 1, "surprise": 1}
    assert report["per_dataset"] == {"samm": {"num_people": 2, "per_class": report["per_class"]}}
    assert report["notes"][0]["row"] == 16
    assert report["problems"] == []
