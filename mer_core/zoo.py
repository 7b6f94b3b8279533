"""The zoo: what every network costs, and which checkpoints of it are on this machine."""

from typing import Any

import torch

from mer_core.checkpoints import checkpoints_folder, list_checkpoints, read_config
from mer_core.models import build_model, list_models, model_info
from mer_core.models.macs import count_macs, count_parameters


def describe_networks() -> list[dict[str, Any]]:
    """One plain description a network, smallest first: name, title, paper, parameters, macs, input, checkpoints.

    `parameters` counts trainable values, `macs` multiply-adds at batch 1; both come from building the network on
    torch's "meta" device, which allocates nothing.
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
    }


def _checkpoints_by_architecture() -> dict[str, list[str]]:
    by_architecture: dict[str, list[str]] = {}
    for name in list_checkpoints():
        architecture = read_config(checkpoints_folder() / name)["architecture"]
        by_architecture.setdefault(architecture, []).append(name)
    return by_architecture
