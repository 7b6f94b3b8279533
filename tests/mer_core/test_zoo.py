from dataclasses import replace
from pathlib import Path

import pytest

from mer_core.checkpoints import Checkpoint, save_checkpoint
from mer_core.cli import main
from mer_core.disclosures import validation_sentence
from mer_core.errors import CheckpointError
from mer_core.reliability.reliability import RELIABILITY_FILE
from mer_core.zoo import describe_networks, record_of
from tests.mer_core.made_up_reliability import made_up_record, made_up_reliability


@pytest.fixture
def folder(tmp_path: Path, small_checkpoint: Checkpoint, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("MER_CHECKPOINTS", str(tmp_path))
    tested = replace(small_checkpoint, reliability=made_up_reliability(small_checkpoint))
    save_checkpoint(tested, tmp_path / "tested", "# card\n")
    save_checkpoint(small_checkpoint, tmp_path / "untested", "# card\n")
    return tmp_path


@pytest.mark.usefixtures("folder")
def test_the_zoo_tells_the_scores_of_the_checkpoints_that_have_any() -> None:
    networks = {network["name"]: network for network in describe_networks()}
    assert networks["ststnet"]["checkpoints"] == ["tested", "untested"]
    assert list(networks["ststnet"]["records"]) == ["tested"]
    record = networks["ststnet"]["records"]["tested"]
    assert record["uf1"] == {"value": 0.64, "low": 0.59, "high": 0.69}
    assert (record["num_samples"], record["num_subjects"]) == (442, 68)
    assert record["baseline"]["always"] == "negative"
    assert networks["htnet"]["records"] == {}
    assert (record_of("tested"), record_of("untested")) == (made_up_record(), None)


@pytest.mark.usefixtures("folder")
def test_the_command_lists_scores_beside_the_baseline(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["models"]) == 0
    printed = capsys.readouterr().out
    assert "tested, UF1 .640 (.590 to .690), always negative .241" in printed
    assert "untested, not yet cross-validated" in printed


def test_damaged_scores_are_named(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "tested" / RELIABILITY_FILE).write_text("{}")
    with pytest.raises(CheckpointError, match=r"reliability\.json"):
        record_of("tested")
    assert main(["models"]) == 2
    assert "reliability.json" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("tested", "untested", "sentence"),
    [
        ((), (), "They are not yet cross-validated here."),
        ((), ("A",), "They are not yet cross-validated here."),
        (("A",), (), "A was tested on people left out of training."),
        (("A", "B", "C"), ("D",), "A, B and C were tested on people left out of training; D not yet."),
        (("A",), ("B", "C"), "A was tested on people left out of training; B and C not yet."),
    ],
)
def test_the_limits_say_which_networks_were_tested(tested: tuple, untested: tuple, sentence: str) -> None:
    assert validation_sentence(tested, untested) == sentence
