import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file
from torch import nn

from mer_core.checkpoints import CONFIG_FILE, Checkpoint, load_checkpoint, save_checkpoint
from mer_core.ensemble import FOLDS_FILE, FoldEnsemble, inference_state, rounded, stacked_weights
from mer_core.errors import CheckpointError
from mer_core.models import build_model

_NETWORKS = ("ststnet", "ststnet_dense", "sssnet", "mini_aorcnn", "off_tanet")


def trained_networks(architecture: str, count: int = 5) -> list[nn.Module]:
    """Networks that differ in their weights and in what their batch norms have seen."""
    torch.manual_seed(0)
    networks = []
    for _ in range(count):
        network = build_model(architecture)
        network(torch.rand(4, *network.input_shape))  # batch norms keep means and variances of their own
        networks.append(network.eval())
    return networks


def ensemble_of(networks: list[nn.Module], architecture: str) -> FoldEnsemble:
    weights = stacked_weights([network.state_dict() for network in networks])
    return FoldEnsemble(architecture, {}, weights, [f"person{index}" for index in range(len(networks))])


@pytest.fixture
def folder(tmp_path: Path, small_checkpoint: Checkpoint) -> Path:
    ensemble = ensemble_of(trained_networks("ststnet"), "ststnet")
    save_checkpoint(replace(small_checkpoint, ensemble=ensemble), tmp_path / "small", "# card\n")
    return tmp_path / "small"


@pytest.mark.parametrize("architecture", _NETWORKS)
def test_networks_asked_together_answer_as_each_does_alone(architecture: str) -> None:
    networks = trained_networks(architecture)
    inputs = torch.rand(2, *networks[0].input_shape)
    with torch.inference_mode():
        alone = torch.stack([network(inputs) for network in networks])
    together = ensemble_of(networks, architecture).logits(inputs)
    assert together.shape == (5, 2, 3)
    assert torch.allclose(together, alone, atol=1e-5)
    assert torch.allclose(together.softmax(-1).mean(0), alone.softmax(-1).mean(0), atol=1e-6)


def test_the_networks_do_differ() -> None:
    networks = trained_networks("mini_aorcnn")
    logits = ensemble_of(networks, "mini_aorcnn").logits(torch.rand(1, 3, 112, 112))
    assert len({tuple(row) for row in logits[:, 0].tolist()}) == len(networks)


def test_a_single_network_is_an_ensemble_too() -> None:
    (network,) = trained_networks("ststnet", 1)
    inputs = torch.rand(1, 3, 28, 28)
    with torch.inference_mode():
        assert torch.allclose(ensemble_of([network], "ststnet").logits(inputs)[0], network(inputs), atol=1e-5)


def test_threads_that_share_an_ensemble_get_their_own_answers() -> None:
    ensemble = ensemble_of(trained_networks("ststnet"), "ststnet")
    inputs = [torch.rand(1, 3, 28, 28) * 255 for _ in range(16)]
    expected = [ensemble.logits(one) for one in inputs]
    with ThreadPoolExecutor(4) as threads:
        for one, answer in zip(expected, threads.map(ensemble.logits, inputs), strict=True):
            assert torch.equal(one, answer)


def test_asking_leaves_the_threads_of_the_asker_as_they_were() -> None:
    before = torch.get_num_threads()
    ensemble_of(trained_networks("ststnet"), "ststnet").logits(torch.rand(1, 3, 28, 28))
    assert torch.get_num_threads() == before


def test_the_weights_come_back_in_order_whatever_the_number_of_parts() -> None:
    networks = trained_networks("off_tanet")
    weights = ensemble_of(networks, "off_tanet").weights
    for index, network in enumerate(networks):
        for name, value in inference_state(network.state_dict()).items():
            assert torch.equal(weights[name][index], value)


def test_a_stored_ensemble_is_small_and_answers_almost_the_same(folder: Path) -> None:
    stored = load_file(folder / FOLDS_FILE)
    assert {value.dtype for value in stored.values() if value.dim() > 2} == {torch.float16}
    assert {value.dtype for value in stored.values() if value.dim() == 2} == {torch.float32}
    before = ensemble_of(trained_networks("ststnet"), "ststnet")
    read = load_checkpoint(folder).ensemble
    assert read is not None
    assert read.left_out == before.left_out
    inputs = torch.rand(3, 3, 28, 28) * 255
    difference = read.logits(inputs).softmax(-1) - before.logits(inputs).softmax(-1)
    assert 0 < difference.abs().max() < 0.01


def test_variances_beyond_the_range_of_float16_survive() -> None:
    weights = {"norm.running_var": torch.tensor([[1e6], [1e-7]]), "conv.weight": torch.rand(2, 1, 1, 3, 3)}
    assert torch.equal(rounded(weights)["norm.running_var"], weights["norm.running_var"])


def test_sixty_eight_networks_stay_under_twelve_megabytes() -> None:
    for architecture in ("off_tanet", "mini_aorcnn"):
        state = build_model(architecture).state_dict()
        assert 68 * sum(value.nbytes for value in rounded(stacked_weights([state])).values()) < 12e6


def test_a_checkpoint_without_folds_has_no_ensemble(tmp_path: Path, small_checkpoint: Checkpoint) -> None:
    save_checkpoint(small_checkpoint, tmp_path / "small", "# card\n")
    assert load_checkpoint(tmp_path / "small").ensemble is None


def test_values_that_are_not_finite_are_refused(folder: Path) -> None:
    weights = load_file(folder / FOLDS_FILE)
    weights["head.weight"][2, 0, 0] = float("nan")
    save_file(weights, folder / FOLDS_FILE)
    with pytest.raises(CheckpointError, match=r"folds\.safetensors holds values that are not finite in head\.weight"):
        load_checkpoint(folder)


def test_a_cut_off_file_is_refused(folder: Path) -> None:
    content = (folder / FOLDS_FILE).read_bytes()
    (folder / FOLDS_FILE).write_bytes(content[: len(content) // 2])
    with pytest.raises(CheckpointError, match=r"folds\.safetensors is not a readable safetensors file"):
        load_checkpoint(folder)


def test_a_missing_file_is_refused(folder: Path) -> None:
    (folder / FOLDS_FILE).unlink()
    with pytest.raises(CheckpointError, match=r"folds\.safetensors is missing"):
        load_checkpoint(folder)


def test_a_file_nobody_described_is_refused(folder: Path) -> None:
    config = json.loads((folder / CONFIG_FILE).read_text())
    del config["ensemble"]
    (folder / CONFIG_FILE).write_text(json.dumps(config))
    with pytest.raises(CheckpointError, match="is not described by config.json"):
        load_checkpoint(folder)


@pytest.mark.parametrize("described", [{}, [], {"left_out": 68}])
def test_a_description_that_makes_no_sense_is_refused(folder: Path, described: object) -> None:
    config = json.loads((folder / CONFIG_FILE).read_text())
    (folder / CONFIG_FILE).write_text(json.dumps({**config, "ensemble": described}))
    with pytest.raises(CheckpointError, match="whom each fold left out"):
        load_checkpoint(folder)


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (lambda weights: weights.pop("head.bias"), "missing or unknown entries head.bias"),
        (lambda weights: weights.update(extra=torch.zeros(5)), "missing or unknown entries extra"),
        (lambda weights: weights.update({"head.bias": torch.zeros(4, 3)}), r"head.bias has shape \(4, 3\)"),
        (lambda weights: weights.update({"head.bias": torch.zeros(5, 7)}), r"head.bias has shape \(5, 7\)"),
    ],
)
def test_weights_that_do_not_fit_are_refused(folder: Path, damage, message: str) -> None:
    weights = load_file(folder / FOLDS_FILE)
    damage(weights)
    save_file(weights, folder / FOLDS_FILE)
    with pytest.raises(CheckpointError, match=f"does not fit its network: {message}"):
        load_checkpoint(folder)
