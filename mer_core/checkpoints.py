"""Checkpoints: a network's weights with everything needed to use them.

A checkpoint is a folder with `model.safetensors`, `config.json` and a card `README.md`; where it was cross-validated,
also with its reliability and, for small networks, with the networks of all folds. Only safetensors is loaded; a pickled
`.pth` is read by `import_weights` alone, and there with `weights_only=True`.
"""

import hashlib
import json
import os
import shutil
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch
from torch import nn

from mer_core.ensemble import FOLDS_FILE, FoldEnsemble, read_folds, write_folds
from mer_core.errors import CheckpointError
from mer_core.inputs import NOT_STATED, InputSpec
from mer_core.labels import LABELS
from mer_core.models import build_model, list_models, model_info
from mer_core.models.macs import count_parameters
from mer_core.models.published_weights import CHANNEL_ORDER, convert_published
from mer_core.reliability import Reliability, read_reliability, write_reliability
from mer_core.reliability.reliability import KNOWN_MOTION_FILE, RELIABILITY_FILE
from mer_core.weights_file import read_weights, write_weights

WEIGHTS_FILE, CONFIG_FILE, CARD_FILE = "model.safetensors", "config.json", "README.md"
ALL_FILES = (WEIGHTS_FILE, CONFIG_FILE, CARD_FILE, RELIABILITY_FILE, KNOWN_MOTION_FILE, FOLDS_FILE)
DEFAULT_CHECKPOINT = "mini_aorcnn"
"""What answers where nothing else was chosen: shipped, and tested on people left out of training."""
_HUB_PREFIX = "hub:"


@dataclass(frozen=True, eq=False)
class Checkpoint:
    """A trained network, ready to use.

    Attributes:
        name: its folder's name, or the Hub repository.
        model: the network, in eval mode, on the CPU, float32.
        architecture: its name in `mer_core.models.list_models()`.
        arguments: what `build_model` was called with.
        labels: class of each output, in order.
        input_spec: how motion becomes its input.
        training: where the weights come from: data, recipe, seed, versions, validation.
        sha256: of the weights file, continued over those of the folds and the reliability where there are any, so that
            it changes with the answers; empty for weights that were never saved.
        reliability: what is known from people left out; None where it was not cross-validated.
        ensemble: the networks of all folds; None where they are not kept.
    """

    name: str
    model: nn.Module
    architecture: str
    input_spec: InputSpec
    arguments: dict[str, Any] = field(default_factory=dict)
    labels: tuple[str, ...] = LABELS
    training: dict[str, Any] = field(default_factory=dict)
    sha256: str = ""
    reliability: Reliability | None = None
    ensemble: FoldEnsemble | None = None

    @property
    def title(self) -> str:
        """The network's name as in its paper, with this checkpoint's own name where it differs."""
        title = model_info(self.architecture).title
        return title if self.name == self.architecture else f"{title} ({self.name})"

    @property
    def num_parameters(self) -> int:
        """Number of trainable values."""
        return count_parameters(self.model)


def checkpoints_folder() -> Path:
    """The folder of shipped checkpoints: `MER_CHECKPOINTS` if set, else `checkpoints/` beside the package."""
    return Path(os.environ.get("MER_CHECKPOINTS") or Path(__file__).resolve().parent.parent / "checkpoints")


def list_checkpoints() -> tuple[str, ...]:
    """Names of the checkpoints on this machine, sorted; empty when there are none."""
    folder = checkpoints_folder()
    if not folder.is_dir():
        return ()
    return tuple(sorted(path.parent.name for path in folder.glob(f"*/{CONFIG_FILE}")))


def find_checkpoint(name_or_folder: str | Path) -> Path:
    """The folder on this machine of the checkpoint of that name, or in that folder.

    Raises:
        CheckpointError: there is none, or it lies on the Hub.
    """
    name = str(name_or_folder)
    if name.startswith(_HUB_PREFIX):
        raise CheckpointError(f"{name} lies on the Hub; give a checkpoint on this machine.")
    for candidate in (checkpoints_folder() / name, Path(name)):
        if (candidate / CONFIG_FILE).is_file():
            return candidate
    if Path(name).is_dir():
        raise CheckpointError(f"{name} is not a checkpoint: it holds no {CONFIG_FILE}.")
    available = ", ".join(list_checkpoints()) or "none"
    known = f"{name} is a network without weights here" if name in list_models() else f"There is no checkpoint {name!r}"
    raise CheckpointError(f"{known}; checkpoints on this machine: {available}.")


def load_checkpoint(name_or_folder: str | Path, network_only: bool = False) -> Checkpoint:
    """The checkpoint of that name, in that folder, or on the Hub as `hub:OWNER/NAME@REVISION`.

    Args:
        name_or_folder: which.
        network_only: leave out its reliability and its ensemble, even if they are damaged.

    Raises:
        CheckpointError: it is missing, incomplete, damaged, holds values that are not finite, or does not fit.
    """
    name = str(name_or_folder)
    folder = _download(name) if name.startswith(_HUB_PREFIX) else find_checkpoint(name)
    config = read_config(folder)
    model = build_checked_model(config["architecture"], config["arguments"], str(folder))
    state = read_weights(folder / WEIGHTS_FILE)
    _load_strictly(model, state, folder)
    return Checkpoint(
        name=name if name.startswith(_HUB_PREFIX) else folder.name,
        model=model.eval(),
        architecture=config["architecture"],
        input_spec=InputSpec.from_dict(config["input_spec"]),
        arguments=config["arguments"],
        labels=_check_labels(tuple(config["labels"]), folder),
        training=config["training"],
        sha256=_digest(folder),
        reliability=None if network_only else read_reliability(folder, network_of(config)),
        ensemble=None if network_only else _read_ensemble(config, folder),
    )


def save_checkpoint(checkpoint: Checkpoint, folder: Path, card: str, overwrite: bool = False) -> None:
    """Write a checkpoint into a folder, completely or not at all.

    Args:
        checkpoint: what to write.
        folder: where; its parent is made if need be.
        card: the text of the card, Markdown.
        overwrite: replace a folder that already holds something.

    Raises:
        CheckpointError: the folder holds something and `overwrite` is off.
        OSError: it cannot be written.
    """
    require_room(folder, overwrite)
    folder.parent.mkdir(parents=True, exist_ok=True)
    partial = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
    replaced = partial.with_name(f"{partial.name}-replaced")
    try:
        write_weights(checkpoint.model.state_dict(), partial / WEIGHTS_FILE)
        if checkpoint.reliability is not None:
            write_reliability(checkpoint.reliability, partial)
        if checkpoint.ensemble is not None:
            write_folds(checkpoint.ensemble, partial)
        (partial / CONFIG_FILE).write_text(json.dumps(config_of(checkpoint), indent=2) + "\n")
        (partial / CARD_FILE).write_text(card)
        for path in (partial, *partial.iterdir()):  # mkdtemp and safetensors keep files to their owner
            path.chmod(0o755 if path.is_dir() else 0o644)
        if folder.exists():  # set aside, not deleted: being killed here must not cost the old checkpoint
            folder.rename(replaced)
        partial.rename(folder)
        shutil.rmtree(replaced, ignore_errors=True)
    finally:
        shutil.rmtree(partial, ignore_errors=True)


def require_room(folder: Path, overwrite: bool) -> None:
    """Nothing, where a checkpoint may be written.

    Raises:
        CheckpointError: the folder holds something and `overwrite` is off.
    """
    if folder.exists() and any(folder.iterdir()) and not overwrite:
        raise CheckpointError(f"{folder} already holds something; choose another folder or pass --overwrite.")


def import_weights(family: str, path: str | Path) -> Checkpoint:
    """A checkpoint from the published weights of an official repository.

    Args:
        family: "off_tanet", "mini_aorcnn" or "ststnet".
        path: the `.pth` file, a state dict.

    Raises:
        CheckpointError: the file cannot be read safely, or its entries do not fit the network.
    """
    path = Path(path)
    arguments, state = convert_published(family, _read_pickled_state(path))
    model = build_checked_model(family, arguments, str(path))
    model.load_state_dict(state, strict=True)
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    training = {
        "origin": "published weights of the official repository",
        "file": path.name,
        "file_sha256": digest,
        "validation": "not cross-validated here",
    }
    return Checkpoint(path.stem, model.eval(), family, _published_spec(family, arguments), arguments, LABELS, training)


def build_checked_model(architecture: str, arguments: dict[str, Any], where: str) -> nn.Module:
    """The untrained network of a config.

    Raises:
        CheckpointError: unknown architecture or arguments; the message names `where` they were read.
    """
    try:
        return build_model(architecture, **arguments)
    except (ValueError, TypeError) as error:
        raise CheckpointError(f"{where} describes a network that cannot be built: {error}") from error


def _published_spec(family: str, arguments: dict[str, Any]) -> InputSpec:
    if family == "ststnet":
        # The authors' loader reads the maps as BGR; with u, v, strain the published weights score UF1 .396.
        return InputSpec(channels=CHANNEL_ORDER[family], flow_version=NOT_STATED)
    return InputSpec(
        kind="pixels112",
        size=112,
        channels=CHANNEL_ORDER[family][: arguments.get("in_channels", 3)],
        flow_method="tvl1",
        flow_version=NOT_STATED,
        strain_mode="legacy_ecnu",
        remove_head_motion=False,
    )


def _download(name: str) -> Path:
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HfHubHTTPError, HFValidationError, LocalEntryNotFoundError

    repository, _, revision = name.removeprefix(_HUB_PREFIX).partition("@")
    if not revision:
        raise CheckpointError(f"{name} names no revision; write {name}@REVISION so that the weights cannot change.")
    try:
        folder = Path(snapshot_download(repository, revision=revision, allow_patterns=list(ALL_FILES)))
    except (HfHubHTTPError, HFValidationError, LocalEntryNotFoundError, OSError) as error:
        reason = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
        raise CheckpointError(f"{name} is not available from the Hub ({reason}).") from error
    if not (folder / CONFIG_FILE).is_file():
        raise CheckpointError(f"{name} is not a checkpoint: the repository holds no {CONFIG_FILE}.")
    return folder


def read_config(folder: Path) -> dict[str, Any]:
    """The entries of a checkpoint's `config.json`.

    Raises:
        CheckpointError: it is missing, not JSON, or lacks an entry.
    """
    try:
        config = json.loads((folder / CONFIG_FILE).read_text())
    except (OSError, UnicodeDecodeError, json.JSONDecodeError) as error:
        raise CheckpointError(f"{folder / CONFIG_FILE} cannot be read: {error}.") from error
    expected = {"architecture", "arguments", "labels", "input_spec", "training"}
    missing = expected - set(config) if isinstance(config, dict) else expected
    if missing:
        raise CheckpointError(f"{folder / CONFIG_FILE} lacks {', '.join(sorted(missing))}.")
    return config


def network_of(config: dict[str, Any]) -> dict[str, Any]:
    """The entries of a config that say which function a checkpoint's network computes, its weights apart."""
    return {name: config[name] for name in ("architecture", "arguments", "input_spec")}


def config_of(checkpoint: Checkpoint) -> dict[str, Any]:
    """The entries of `config.json`, as they come back from JSON."""
    config = {
        "architecture": checkpoint.architecture,
        "arguments": checkpoint.arguments,
        "labels": list(checkpoint.labels),
        "input_spec": checkpoint.input_spec.to_dict(),
        "training": checkpoint.training,
    }
    if checkpoint.ensemble is not None:
        config["ensemble"] = {"left_out": " ".join(checkpoint.ensemble.left_out)}
    return json.loads(json.dumps(config))


def _digest(folder: Path) -> str:
    digest = hashlib.sha256()
    for name in (WEIGHTS_FILE, FOLDS_FILE, RELIABILITY_FILE, KNOWN_MOTION_FILE):
        if (folder / name).is_file():
            digest.update((folder / name).read_bytes())
    return digest.hexdigest()


def _read_ensemble(config: dict[str, Any], folder: Path) -> FoldEnsemble | None:
    described = config.get("ensemble")
    if described is None:
        if (folder / FOLDS_FILE).exists():
            raise CheckpointError(f"{folder / FOLDS_FILE} is not described by {CONFIG_FILE}; remove it.")
        return None
    try:
        left_out = described["left_out"].split()
    except (TypeError, KeyError, AttributeError) as error:
        raise CheckpointError(f"{folder / CONFIG_FILE} does not say whom each fold left out.") from error
    return read_folds(folder, config["architecture"], config["arguments"], left_out)


def _load_strictly(model: nn.Module, state: dict[str, torch.Tensor], folder: Path) -> None:
    try:
        model.load_state_dict(state, strict=True)
    except RuntimeError as error:
        reason = " ".join(str(error).split())[:300]
        raise CheckpointError(f"{folder / WEIGHTS_FILE} does not fit its network: {reason}") from error


def _check_labels(labels: tuple[str, ...], folder: Path) -> tuple[str, ...]:
    if sorted(labels) != sorted(LABELS):
        raise CheckpointError(
            f"{folder / CONFIG_FILE} lists the labels {', '.join(map(str, labels))}; expected {', '.join(LABELS)}."
        )
    return labels


def _read_pickled_state(path: Path) -> dict[str, torch.Tensor]:
    if not path.is_file():
        raise CheckpointError(f"There is no file {path}.")
    try:
        state = torch.load(path, map_location="cpu", weights_only=True)
    except Exception as error:  # torch raises pickle, zip, EOF and runtime errors alike for a file it refuses
        raise CheckpointError(
            f"{path} is not a file of plain weights that can be read safely; it must be a state dict saved by PyTorch."
        ) from error
    if not isinstance(state, dict) or not all(isinstance(value, torch.Tensor) for value in state.values()):
        raise CheckpointError(f"{path} holds {type(state).__name__} instead of a state dict of tensors.")
    return state
