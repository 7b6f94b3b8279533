"""Recipes: the hyper-parameters a network is trained with, one TOML file a network."""

import tomllib
from dataclasses import dataclass, fields
from importlib.resources import files

from mer_core.errors import MerError
from mer_core.inputs import InputSpec


@dataclass(frozen=True)
class Recipe:
    """Hyper-parameters, fixed before training.

    Attributes:
        epochs: passes over the training samples; always all of them, none is picked afterwards.
        batch_size: samples a step.
        learning_rate: of Adam.
        decay_factor: what the learning rate is multiplied by every `decay_every` epochs; 1 keeps it.
        decay_every: epochs between two decays.
        weight_decay: of Adam.
        augment: whether maps are randomly varied (see `training.augment`).
        channels: what the network receives, in order.
        size: side of its input, px.
        value_range: what 0 and 255 of a map become.
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

    @property
    def input_spec(self) -> InputSpec:
        """The input spec of a network trained with this recipe on benchmark maps."""
        return InputSpec(channels=self.channels, size=self.size, value_range=self.value_range)


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
    values = tables[name]
    odd = {field.name for field in fields(Recipe)} ^ set(values)
    if odd:
        raise MerError(f"{file.name}, [{name}]: unknown or missing entries {', '.join(sorted(odd))}.")
    low, high = values["value_range"]
    return Recipe(**{**values, "channels": tuple(values["channels"]), "value_range": (low, high)})


def _recipe_files() -> list:
    return [entry for entry in files("training.recipes").iterdir() if entry.name.endswith(".toml")]
