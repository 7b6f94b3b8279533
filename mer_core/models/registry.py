"""The networks by name: what there is, where it comes from, and one way to build it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from torch import nn

NetworkClass = TypeVar("NetworkClass", bound=type[nn.Module])


@dataclass(frozen=True)
class Paper:
    """Where a network was published; `doi` is None where it is not known for certain."""

    title: str
    authors: tuple[str, ...]
    year: int
    venue: str
    doi: str | None = None


@dataclass(frozen=True)
class ModelInfo:
    """What a network is before any of it is built.

    `input_shape` is (channels, height, width) and `channels` names the motion channels in that order, both for
    the default arguments; a network built with `in_channels=2` takes the first two. `arguments` maps each
    ablation argument to its allowed values, the default first. Every network also takes `num_classes`.
    """

    name: str
    title: str
    paper: Paper
    input_shape: tuple[int, int, int]
    channels: tuple[str, ...]
    arguments: Mapping[str, tuple[Any, ...]] = field(default_factory=dict, hash=False)


_REGISTRY: dict[str, tuple[ModelInfo, Callable[..., nn.Module]]] = {}


def register(info: ModelInfo) -> Callable[[NetworkClass], NetworkClass]:
    """Return a class decorator that makes the network known under `info.name`.

    Raises:
        ValueError: the name is taken.
    """

    def add(network: NetworkClass) -> NetworkClass:
        if info.name in _REGISTRY:
            raise ValueError(f"a model named {info.name!r} is already registered")
        _REGISTRY[info.name] = (info, network)
        return network

    return add


def list_models() -> tuple[str, ...]:
    """Return the names of all registered networks, sorted."""
    return tuple(sorted(_REGISTRY))


def model_info(name: str) -> ModelInfo:
    """Return what is known about the network called `name`.

    Raises:
        ValueError: there is no such network.
    """
    return _entry(name)[0]


def build_model(name: str, **arguments: Any) -> nn.Module:
    """Return a fresh network in training mode, with random weights from PyTorch's default initialisers.

    Args:
        name: one of `list_models()`.
        **arguments: `num_classes` (default 3) and the network's ablation arguments, see `ModelInfo.arguments`.

    Build it under `torch.device("meta")` to count its parameters and operations without paying for its weights.

    Raises:
        ValueError: unknown name or argument, or a value that is not allowed.
    """
    info, network = _entry(name)
    for argument, value in arguments.items():
        _check_argument(info, argument, value)
    return network(**arguments)


def _entry(name: str) -> tuple[ModelInfo, Callable[..., nn.Module]]:
    if name not in _REGISTRY:
        raise ValueError(f"there is no model named {name!r}; choose one of: {', '.join(list_models())}")
    return _REGISTRY[name]


def _check_argument(info: ModelInfo, argument: str, value: Any) -> None:
    if argument == "num_classes":
        if isinstance(value, bool) or not isinstance(value, int) or value < 2:
            raise ValueError(f"{info.name}: num_classes must be a whole number of at least 2, not {value!r}")
        return
    if argument not in info.arguments:
        known = ", ".join(["num_classes", *info.arguments])
        raise ValueError(f"{info.name} takes no argument {argument!r}; it takes: {known}")
    if value not in info.arguments[argument]:
        allowed = ", ".join(repr(choice) for choice in info.arguments[argument])
        raise ValueError(f"{info.name}: {argument} must be one of {allowed}, not {value!r}")
