"""Weights in a safetensors file: read whole and finite, or refused in one sentence; and written."""

from collections.abc import Mapping
from pathlib import Path

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save

from mer_core.errors import CheckpointError


def read_weights(path: Path) -> dict[str, torch.Tensor]:
    """Name to values, as they are stored.

    Raises:
        CheckpointError: the file is missing, is damaged, or holds values that are not finite.
    """
    if not path.is_file():
        raise CheckpointError(f"{path} is missing; the checkpoint is incomplete.")
    try:
        weights = load_file(path)
    except (SafetensorError, OSError) as error:
        raise CheckpointError(
            f"{path} is not a readable safetensors file ({error}); fetch or copy it again."
        ) from error
    broken = [name for name, value in weights.items() if not torch.isfinite(value).all()]
    if broken:
        raise CheckpointError(f"{path} holds values that are not finite in {', '.join(broken[:3])}.")
    return weights


def write_weights(weights: Mapping[str, torch.Tensor], path: Path, metadata: dict[str, str] | None = None) -> None:
    """Write tensors by name, with texts beside them if wanted.

    Raises:
        OSError: it cannot be written; safetensors' own writing of files calls a full disk something else.
    """
    path.write_bytes(save({name: value.contiguous() for name, value in weights.items()}, metadata))
