"""What a stack has learnt so far as one file, written whole or not at all, so that repeated kills still finish."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open

from mer_core.errors import MerError
from mer_core.weights_file import write_weights
from mer_core.whole_files import whole_file
from training.stack import Stack

_PARAMETER, _BUFFER, _MOMENT, _GENERATOR = "parameter", "buffer", "moment", "generator"
_LOSSES, _DROPOUT = "losses", "dropout"
_PLAIN = frozenset({"keys", "device", "seconds", "rates", "schedule"})


@dataclass(frozen=True, eq=False)
class History:
    """What a stack has gone through so far.

    Attributes:
        losses: mean training loss of every fold in every epoch, float64 (E, F).
        seconds: that learning took, in all processes that took part.
    """

    losses: torch.Tensor
    seconds: float = 0.0

    @staticmethod
    def empty(num_folds: int) -> "History":
        """That of a stack before its first epoch."""
        return History(torch.zeros(0, num_folds, dtype=torch.float64))

    def with_epoch(self, losses: torch.Tensor, seconds: float) -> "History":
        """The history with one more epoch, which took so long."""
        return History(torch.cat([self.losses, losses[None]]), self.seconds + seconds)


def save_stack(stack: Stack, history: History, keys: Sequence[str], path: Path) -> None:
    """Write everything that the stack's further course depends on, replacing what an earlier epoch left."""
    tensors = {f"{_PARAMETER}/{name}": value.detach() for name, value in stack.parameters.items()}
    tensors |= {f"{_BUFFER}/{name}": value for name, value in stack.buffers.items()}
    for place, moments in stack.optimiser.state_dict()["state"].items():
        tensors |= {f"{_MOMENT}/{place}/{name}": value for name, value in moments.items() if value is not None}
    tensors |= {f"{_GENERATOR}/{place}": generator.get_state() for place, generator in enumerate(stack.generators)}
    tensors |= {_LOSSES: history.losses, _DROPOUT: _dropout_state(stack.device)}
    plain = {
        "keys": list(keys),
        "device": stack.device.type,
        "seconds": history.seconds,
        "rates": [group["lr"] for group in stack.optimiser.param_groups],
        "schedule": stack.schedule.state_dict(),
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    with whole_file(path) as part:
        write_weights({name: value.cpu() for name, value in tensors.items()}, part, {"stack": json.dumps(plain)})


def read_history(path: Path) -> tuple[tuple[str, ...], History]:
    """The folds of a saved stack, in order, and what they have learnt so far; errors as of `restore_stack`."""
    plain, tensors = _read(path)
    return tuple(plain["keys"]), _history(plain, tensors)


def restore_stack(stack: Stack, path: Path) -> History:
    """Put a fresh stack of the same folds where the saved one was; its history so far.

    Raises:
        MerError: the file is damaged, of another stack or of one on another kind of device.
    """
    plain, tensors = _read(path)
    if plain["device"] != stack.device.type:
        raise MerError(f"{path} was begun on {plain['device']}, not {stack.device.type}; go on there, or delete it.")
    try:
        for name, value in stack.parameters.items():
            value.data.copy_(tensors[f"{_PARAMETER}/{name}"])
        for name, value in stack.buffers.items():
            value.copy_(tensors[f"{_BUFFER}/{name}"])
        for place, generator in enumerate(stack.generators):
            generator.set_state(tensors[f"{_GENERATOR}/{place}"])
        _restore_optimiser(stack, tensors, plain)
        _set_dropout_state(stack.device, tensors[_DROPOUT])
    except (KeyError, ValueError, RuntimeError) as error:
        raise MerError(f"{path} does not hold this stack ({error}); delete it and resume.") from error
    return _history(plain, tensors)


def _history(plain: dict[str, Any], tensors: dict[str, torch.Tensor]) -> History:
    return History(tensors[_LOSSES], plain["seconds"])


def _restore_optimiser(stack: Stack, tensors: dict[str, torch.Tensor], plain: dict[str, Any]) -> None:
    state = stack.optimiser.state_dict()
    for name, value in _below(tensors, _MOMENT).items():
        place, _, moment = name.partition("/")
        state["state"].setdefault(int(place), {})[moment] = value
    for group, rate in zip(state["param_groups"], plain["rates"], strict=True):
        group["lr"] = rate
    stack.optimiser.load_state_dict(state)
    stack.schedule.load_state_dict(plain["schedule"])


def _below(tensors: dict[str, torch.Tensor], prefix: str) -> dict[str, torch.Tensor]:
    return {name.removeprefix(f"{prefix}/"): value for name, value in tensors.items() if name.startswith(f"{prefix}/")}


def _read(path: Path) -> tuple[dict[str, Any], dict[str, torch.Tensor]]:
    try:
        with safe_open(path, framework="pt") as file:
            plain = json.loads((file.metadata() or {})["stack"])
            missing = sorted(_PLAIN - set(plain))
            if missing:
                raise ValueError(f"it lacks {', '.join(missing)}")
            return plain, {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118  # no mapping
    except (OSError, ValueError, KeyError, SafetensorError) as error:
        raise MerError(f"{path} is not a stack that can be read ({error}); delete it and resume.") from error


def _dropout_state(device: torch.device) -> torch.Tensor:
    return torch.cuda.get_rng_state(device) if device.type == "cuda" else torch.get_rng_state()


def _set_dropout_state(device: torch.device, state: torch.Tensor) -> None:
    if device.type == "cuda":
        torch.cuda.set_rng_state(state, device)
    else:
        torch.set_rng_state(state)
