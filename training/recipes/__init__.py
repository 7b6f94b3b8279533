"""Recipes: the hyper-parameters a network is trained with, one TOML file a network."""

import tomllib
from collections.abc import Mapping
from dataclasses import MISSING, asdict, dataclass, fields
from importlib.resources import files
from typing import Any

from mer_core.errors import MerError
from mer_core.inputs import InputSpec

OPTIMISERS: tuple[str, ...] = ("adam", "sgd")
HYPER_PARAMETERS = "hyper_parameters"  # what a checkpoint calls those it was trained with


@dataclass(frozen=True)
class Recipe:
    """Hyper-parameters, fixed before training.

    Attributes:
        epochs: passes over the training samples; always all of them, none is picked afterwards.
        batch_size: samples a step.
        learning_rate: of the optimiser.
        decay_factor: what the learning rate is multiplied by every `decay_every` epochs; 1 keeps it.
        decay_every: epochs between two decays.
        weight_decay: of the optimiser.
        augment: whether maps are randomly varied (see `training.augment`).
        channels: what the network receives, in order.
        size: side of its input, px.
        value_range: what 0 and 255 of a map become.
        optimiser: "adam" or "sgd".
        momentum: of "sgd", 0 to less than 1.

    Raises:
        MerError: less than one epoch or sample a step, no such optimiser, or a momentum that it cannot have.
    """

    epochs: int
    batch_size: int
    learning_rate: float
    decay_factor: float
    decay_every: int
    weight_decay: float
    augment: bool
    channels: tuple[str, ...]
    size: int
    value_range: tuple[float, float]
    optimiser: str = "adam"
    momentum: float = 0.0

    def __post_init__(self) -> None:
        for what, number in (("epochs", self.epochs), ("samples a step", self.batch_size)):
            if number < 1:
                raise MerError(f"The number of {what} must be at least 1, got {number}.")
        if self.optimiser not in OPTIMISERS:
            raise MerError(f"Unknown optimiser {self.optimiser!r}; choose one of {', '.join(OPTIMISERS)}.")
        highest = "below 1" if self.optimiser == "sgd" else "0, as Adam has its own"
        if not 0 <= self.momentum < 1 or (self.momentum and self.optimiser != "sgd"):
            raise MerError(f"The momentum of {self.optimiser} must be {highest}, got {self.momentum}.")

    @property
    def input_spec(self) -> InputSpec:
        """The input spec of a network trained with this recipe on benchmark maps."""
        return InputSpec(channels=self.channels, size=self.size, value_range=self.value_range)

    def to_json(self) -> dict[str, Any]:
        """Plain values, equal after a round trip through JSON.

        An entry that has a default is written only where it differs: a run that was begun before there was such an
        entry is then still the same run, and can be resumed.
        """
        later = {field.name: field.default for field in fields(Recipe) if field.default is not MISSING}
        values = {name: value for name, value in asdict(self).items() if name not in later or value != later[name]}
        return {**values, "channels": list(self.channels), "value_range": list(self.value_range)}

    @staticmethod
    def from_json(values: Mapping[str, Any]) -> "Recipe":
        """The recipe read back, from JSON or TOML.

        Raises:
            MerError: entries are missing or unknown, or a value cannot be.
        """
        needed = {field.name for field in fields(Recipe) if field.default is MISSING}
        odd = (needed - set(values)) | (set(values) - {field.name for field in fields(Recipe)})
        if odd:
            raise MerError(f"unknown or missing entries {', '.join(sorted(odd))}.")
        low, high = values["value_range"]
        return Recipe(**{**values, "channels": tuple(values["channels"]), "value_range": (low, high)})


def load_recipe(architecture: str, name: str = "honest") -> Recipe:
    """The recipe of that name ("authors" or "honest") for that network.

    Raises:
        MerError: there is none; the message lists what exists.
    """
    file = files("training.recipes") / f"{architecture}.toml"
    if not file.is_file():
        available = sorted(entry.name.removesuffix(".toml") for entry in _recipe_files())
        raise MerError(f"There is no recipe for {architecture!r}; there are recipes for {', '.join(available)}.")
    tables = tomllib.loads(file.read_text())
    if name not in tables:
        raise MerError(f"There is no recipe {name!r} for {architecture}; choose one of {', '.join(tables)}.")
    try:
        return Recipe.from_json(tables[name])
    except MerError as error:
        raise MerError(f"{file.name}, [{name}]: {error}") from error


def _recipe_files() -> list:
    return [entry for entry in files("training.recipes").iterdir() if entry.name.endswith(".toml")]
