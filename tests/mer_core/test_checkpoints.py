import hashlib
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import load_file, save_file

from mer_core.checkpoints import (
    ALL_FILES,
    CONFIG_FILE,
    WEIGHTS_FILE,
    Checkpoint,
    find_checkpoint,
    import_weights,
    list_checkpoints,
    load_checkpoint,
    save_checkpoint,
)
from mer_core.errors import CheckpointError
from mer_core.inputs import InputSpec
from mer_core.models import build_model
from tests.limited_disk import full_after
from tests.mer_core.made_up_reliability import made_up_record, made_up_reliability
from tests.mer_core.models.published_files import published
from tests.mer_core.test_ensemble import ensemble_of, trained_networks


@pytest.fixture
def folder(tmp_path: Path, small_checkpoint: Checkpoint) -> Path:
    save_checkpoint(small_checkpoint, tmp_path / "small", "# card\n")
    return tmp_path / "small"


def _change_config(folder: Path, **changes: object) -> None:
    config = json.loads((folder / CONFIG_FILE).read_text())
    (folder / CONFIG_FILE).write_text(json.dumps({**config, **changes}))


def test_a_saved_checkpoint_comes_back_the_same(folder: Path, small_checkpoint: Checkpoint) -> None:
    loaded = load_checkpoint(folder)
    values = torch.rand(2, 3, 28, 28) * 255
    assert torch.equal(loaded.model(values), small_checkpoint.model(values))
    assert not loaded.model.training
    assert loaded.labels == ("negative", "positive", "surprise")
    assert loaded.input_spec == small_checkpoint.input_spec
    assert loaded.num_parameters == 1683
    assert len(loaded.sha256) == 64


def test_checkpoints_are_found_by_name(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MER_CHECKPOINTS", str(folder.parent))
    assert list_checkpoints() == ("small",)
    assert load_checkpoint("small").name == "small"


def test_a_missing_checkpoint_is_refused_with_what_there_is(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MER_CHECKPOINTS", str(folder.parent))
    with pytest.raises(CheckpointError, match="no checkpoint 'large'; checkpoints on this machine: small"):
        load_checkpoint("large")


def test_a_folder_without_a_config_is_no_checkpoint(tmp_path: Path) -> None:
    with pytest.raises(CheckpointError, match=r"holds no config\.json"):
        load_checkpoint(tmp_path)


def test_weights_that_are_not_finite_are_refused(folder: Path) -> None:
    state = load_file(folder / WEIGHTS_FILE)
    state["head.weight"][0, 0] = float("nan")
    save_file(state, folder / WEIGHTS_FILE)
    with pytest.raises(CheckpointError, match=r"not finite in head\.weight"):
        load_checkpoint(folder)


def test_weights_of_another_network_are_refused(folder: Path) -> None:
    _change_config(folder, architecture="off_apexnet")
    with pytest.raises(CheckpointError, match="does not fit its network"):
        load_checkpoint(folder)


def test_cut_off_weights_are_refused(folder: Path) -> None:
    weights = (folder / WEIGHTS_FILE).read_bytes()
    (folder / WEIGHTS_FILE).write_bytes(weights[: len(weights) // 2])
    with pytest.raises(CheckpointError, match="not a readable safetensors file"):
        load_checkpoint(folder)


def test_missing_weights_are_refused(folder: Path) -> None:
    (folder / WEIGHTS_FILE).unlink()
    with pytest.raises(CheckpointError, match="is missing"):
        load_checkpoint(folder)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"architecture": "resnet"}, "cannot be built"),
        ({"arguments": {"depth": 3}}, "cannot be built"),
        ({"labels": ["happy", "sad"]}, "lists the labels happy, sad"),
        ({"input_spec": {"kind": "minmax28"}}, "unknown or missing entries"),
    ],
)
def test_a_wrong_config_is_refused(folder: Path, changes: dict, message: str) -> None:
    _change_config(folder, **changes)
    with pytest.raises(CheckpointError, match=message):
        load_checkpoint(folder)


def test_a_config_that_is_no_json_is_refused(folder: Path) -> None:
    (folder / CONFIG_FILE).write_text("{")
    with pytest.raises(CheckpointError, match="cannot be read"):
        load_checkpoint(folder)


def test_a_config_without_labels_is_refused(folder: Path) -> None:
    (folder / CONFIG_FILE).write_text("{}")
    with pytest.raises(CheckpointError, match="lacks architecture, arguments, input_spec, labels, training"):
        load_checkpoint(folder)


def test_a_hub_name_without_a_revision_is_refused() -> None:
    with pytest.raises(CheckpointError, match="names no revision"):
        load_checkpoint("hub:someone/off_tanet")


def test_a_hub_checkpoint_that_cannot_be_reached_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    with pytest.raises(CheckpointError, match="not available from the Hub"):
        load_checkpoint("hub:someone/off_tanet@0123abc")


def test_a_folder_in_use_is_not_overwritten_unasked(folder: Path, small_checkpoint: Checkpoint) -> None:
    with pytest.raises(CheckpointError, match="already holds something"):
        save_checkpoint(small_checkpoint, folder, "# other\n")
    assert (folder / "README.md").read_text() == "# card\n"
    save_checkpoint(small_checkpoint, folder, "# other\n", overwrite=True)
    assert (folder / "README.md").read_text() == "# other\n"


def test_a_full_disk_leaves_the_old_checkpoint_and_no_rubbish(folder: Path, small_checkpoint: Checkpoint) -> None:
    with full_after(2000), pytest.raises(OSError, match="File too large"):
        save_checkpoint(small_checkpoint, folder, "# other\n", overwrite=True)
    assert load_checkpoint(folder).num_parameters == 1683
    assert [path.name for path in folder.parent.iterdir()] == ["small"]


def test_imported_ststnet_weights_want_unscaled_strain_v_u(tmp_path: Path) -> None:
    torch.save(published("ststnet"), tmp_path / "006.pth")
    imported = import_weights("ststnet", tmp_path / "006.pth")
    assert (imported.name, imported.architecture, imported.num_parameters) == ("006", "ststnet", 1683)
    assert imported.input_spec == InputSpec(
        channels=("strain", "v", "u"), value_range=(0.0, 255.0), flow_version="not stated by the authors"
    )
    assert imported.model(imported.input_spec.from_map(np.zeros((28, 28, 3), np.uint8))[None]).shape == (1, 3)


@pytest.mark.parametrize(("family", "in_channels"), [("off_tanet", 3), ("mini_aorcnn", 3), ("mini_aorcnn", 2)])
def test_imported_ecnu_weights_want_raw_pixels_and_legacy_strain(tmp_path: Path, family: str, in_channels: int) -> None:
    torch.save(published(family, {"in_channels": in_channels}), tmp_path / "file.pth")
    spec = import_weights(family, tmp_path / "file.pth").input_spec
    assert (spec.kind, spec.size, spec.strain_mode, spec.flow_method) == ("pixels112", 112, "legacy_ecnu", "tvl1")
    assert spec.channels == ("u", "v", "strain")[:in_channels]
    assert not spec.remove_head_motion


def test_imported_weights_can_be_saved_and_used(tmp_path: Path) -> None:
    torch.save(published("off_tanet"), tmp_path / "file.pth")
    imported = import_weights("off_tanet", tmp_path / "file.pth")
    save_checkpoint(imported, tmp_path / "imported", "# card\n")
    values = torch.randn(1, 3, 112, 112)
    assert torch.equal(load_checkpoint(tmp_path / "imported").model(values), imported.model(values))


def test_a_pickle_with_code_is_refused(tmp_path: Path) -> None:
    torch.save({"model": build_model("ststnet")}, tmp_path / "model.pth")
    with pytest.raises(CheckpointError, match="can be read safely"):
        import_weights("ststnet", tmp_path / "model.pth")


def test_a_missing_weights_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(CheckpointError, match=r"no file .*none\.pth"):
        import_weights("ststnet", tmp_path / "none.pth")


def test_a_text_file_is_no_weights_file(tmp_path: Path) -> None:
    (tmp_path / "text.pth").write_text("hello")
    with pytest.raises(CheckpointError, match="can be read safely"):
        import_weights("ststnet", tmp_path / "text.pth")


def test_a_list_is_no_state_dict(tmp_path: Path) -> None:
    torch.save([torch.zeros(3)], tmp_path / "list.pth")
    with pytest.raises(CheckpointError, match="holds list instead of a state dict"):
        import_weights("ststnet", tmp_path / "list.pth")


def test_a_checkpoint_keeps_its_reliability_and_its_ensemble(tmp_path: Path, small_checkpoint: Checkpoint) -> None:
    ensemble = ensemble_of(trained_networks("ststnet", 3), "ststnet")
    whole = replace(small_checkpoint, reliability=made_up_reliability(small_checkpoint), ensemble=ensemble)
    save_checkpoint(whole, tmp_path / "whole", "# card\n")
    assert sorted(path.name for path in (tmp_path / "whole").iterdir()) == sorted(ALL_FILES)
    loaded = load_checkpoint(tmp_path / "whole")
    assert loaded.reliability is not None
    assert loaded.reliability.record == made_up_record()
    assert loaded.ensemble is not None
    assert loaded.ensemble.left_out == ensemble.left_out


def test_the_digest_is_that_of_the_weights_and_changes_with_what_else_answers(
    folder: Path, small_checkpoint: Checkpoint
) -> None:
    assert load_checkpoint(folder).sha256 == hashlib.sha256((folder / WEIGHTS_FILE).read_bytes()).hexdigest()
    whole = replace(small_checkpoint, reliability=made_up_reliability(small_checkpoint))
    save_checkpoint(whole, folder, "# card\n", overwrite=True)
    assert load_checkpoint(folder).sha256 != hashlib.sha256((folder / WEIGHTS_FILE).read_bytes()).hexdigest()


def test_the_reliability_of_another_network_is_refused(tmp_path: Path, small_checkpoint: Checkpoint) -> None:
    other = replace(small_checkpoint, input_spec=InputSpec())
    save_checkpoint(replace(small_checkpoint, reliability=made_up_reliability(other)), tmp_path / "small", "# card\n")
    with pytest.raises(CheckpointError, match="belongs to another network: its input_spec"):
        load_checkpoint(tmp_path / "small")


def test_a_checkpoint_on_the_hub_has_no_folder_here() -> None:
    with pytest.raises(CheckpointError, match="lies on the Hub"):
        find_checkpoint("hub:someone/off_tanet@0123abc")
