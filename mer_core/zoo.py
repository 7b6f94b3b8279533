"""The zoo: what every network costs, and which checkpoints of it are on this machine."""

from dataclasses import asdict
from typing import Any

import torch

from mer_core.checkpoints import checkpoints_folder, list_checkpoints, read_config
from mer_core.models import build_model, list_models, model_info
from mer_core.models.macs import count_macs, count_parameters
from mer_core.reliability import Record
from mer_core.reliability.reliability import read_record


def describe_networks() -> list[dict[str, Any]]:
    """One plain description a network, smallest first: what it is, what it costs, its checkpoints and their records.

    `parameters` counts trainable values, `macs` multiply-adds at batch 1; both come from building the network on
    torch's "meta" device, which allocates nothing. `records` holds, by checkpoint, the scores on people left out.
    """
    checkpoints = _checkpoints_by_architecture()
    described = [_describe(name, checkpoints.get(name, [])) for name in list_models()]
    return sorted(described, key=lambda network: network["parameters"])


def _describe(name: str, checkpoints: list[str]) -> dict[str, Any]:
    info = model_info(name)
    with torch.device("meta"):
        model = build_model(name)
    return {
        "name": name,
        "title": info.title,
        "paper": {
            "title": info.paper.title,
            "authors": list(info.paper.authors),
            "year": info.paper.year,
            "venue": info.paper.venue,
            "doi": info.paper.doi,
        },
        "parameters": count_parameters(model),
        "macs": count_macs(model, info.input_shape),
        "input_shape": list(info.input_shape),
        "channels": list(info.channels),
        "arguments": {argument: list(values) for argument, values in info.arguments.items()},
        "checkpoints": checkpoints,
        "records": {
            checkpoint: _plain(record) for checkpoint in checkpoints if (record := record_of(checkpoint)) is not None
        },
    }


def record_of(checkpoint: str) -> Record | None:
    """The scores of a checkpoint on this machine; None where it was not cross-validated.

    Raises:
        CheckpointError: its file is damaged.
    """
    return read_record(checkpoints_folder() / checkpoint)


def _plain(record: Record) -> dict[str, Any]:
    return {**asdict(record), "num_samples": record.num_samples}


def _checkpoints_by_architecture() -> dict[str, list[str]]:
    by_architecture: dict[str, list[str]] = {}
    for name in list_checkpoints():
        architecture = read_config(checkpoints_folder() / name)["architecture"]
        by_architecture.setdefault(architecture, []).append(name)
    return by_architecture
