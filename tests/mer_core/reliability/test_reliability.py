import json
from pathlib import Path

import numpy as np
import pytest

from mer_core.checkpoints import Checkpoint, config_of, network_of
from mer_core.errors import CheckpointError
from mer_core.reliability import read_reliability, write_reliability
from mer_core.reliability.reliability import KNOWN_MOTION_FILE, RELIABILITY_FILE, read_record
from tests.mer_core.made_up_reliability import made_up_reliability


@pytest.fixture
def network(small_checkpoint: Checkpoint) -> dict:
    return network_of(config_of(small_checkpoint))


@pytest.fixture
def folder(tmp_path: Path, small_checkpoint: Checkpoint) -> Path:
    write_reliability(made_up_reliability(small_checkpoint), tmp_path)
    return tmp_path


def test_a_written_reliability_comes_back_the_same(folder: Path, network: dict, small_checkpoint: Checkpoint) -> None:
    written, read = made_up_reliability(small_checkpoint), read_reliability(folder, network)
    assert read is not None
    assert (read.run, read.record, read.calibration, read.sets) == (
        written.run,
        written.record,
        written.calibration,
        written.sets,
    )
    for name, array in written.known_motion.arrays().items():
        assert np.array_equal(read.known_motion.arrays()[name], array)
    assert read_record(folder) == written.record


def test_the_file_says_what_was_measured_and_for_what_it_is_approximate(folder: Path) -> None:
    values = json.loads((folder / RELIABILITY_FILE).read_text())
    assert "one network of a fold" in values["measured_on"]
    assert set(values["approximate_for"]) == {"model.safetensors", "folds.safetensors"}


def test_a_folder_without_one_has_none(tmp_path: Path, network: dict) -> None:
    assert read_reliability(tmp_path, network) is None
    assert read_record(tmp_path) is None


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", "cannot be read"),
        ('{"format": NaN}', "NaN is not a number"),
        ("[]", "no reliability of format 1"),
        ('{"format": 2}', "no reliability of format 1"),
        ('{"format": 1}', "of this version"),
        ('{"format": 1, "record": {}, "run": {}}', "of this version"),
    ],
)
def test_a_damaged_description_is_named(folder: Path, network: dict, text: str, message: str) -> None:
    (folder / RELIABILITY_FILE).write_text(text)
    with pytest.raises(CheckpointError, match=message) as raised:
        read_reliability(folder, network)
    assert RELIABILITY_FILE in str(raised.value)


@pytest.mark.parametrize(
    ("part", "entry", "value"),
    [
        ("calibration", "temperature", 0),
        ("calibration", "unknown", 1),
        ("answer_sets", "limits", {"negative": 7}),
        ("record", "confusion", [[1]]),
        ("record", "uf1", 0.5),
    ],
)
def test_values_that_cannot_be_are_refused(folder: Path, network: dict, part: str, entry: str, value: object) -> None:
    values = json.loads((folder / RELIABILITY_FILE).read_text())
    values[part][entry] = value
    (folder / RELIABILITY_FILE).write_text(json.dumps(values))
    with pytest.raises(CheckpointError, match="of this version"):
        read_reliability(folder, network)


def test_missing_or_cut_off_maps_are_named(folder: Path, network: dict) -> None:
    content = (folder / KNOWN_MOTION_FILE).read_bytes()
    for damage in (content[: len(content) // 2], None):
        (folder / KNOWN_MOTION_FILE).unlink() if damage is None else (folder / KNOWN_MOTION_FILE).write_bytes(damage)
        with pytest.raises(CheckpointError, match=r"reliability\.safetensors cannot be used"):
            read_reliability(folder, network)


@pytest.mark.parametrize("entry", ["architecture", "arguments", "input_spec"])
def test_the_reliability_of_another_network_is_refused(folder: Path, network: dict, entry: str) -> None:
    with pytest.raises(CheckpointError, match=f"belongs to another network: its {entry}"):
        read_reliability(folder, {**network, entry: "another"})
