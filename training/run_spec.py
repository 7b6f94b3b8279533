"""Everything that decides the outcome of a run, as plain values that fit into `spec.json`."""

from dataclasses import asdict, dataclass
from typing import Any

from mer_core.errors import MerError
from training.precision import PRECISIONS
from training.recipes import Recipe

PROTOCOLS: tuple[str, ...] = ("honest", "test-picked")


@dataclass(frozen=True)
class RunSpec:
    """One leave-one-subject-out run.

    Attributes:
        model: architecture, see `mer_core.models.list_models()`.
        arguments: of `build_model`, e.g. an ablation.
        recipe_name: which recipe.
        recipe: its hyper-parameters.
        protocol: "honest" scores the last epoch, whose number is fixed beforehand. "test-picked" does the same and also
            scores every other epoch, to show what picking one on the left-out people, as much published code does, is
            worth.
        seed: of the run; every fold derives its own.
        precision: "fp32", or "bf16" for autocast to bfloat16 during training; scoring is always fp32.
        data: KIND:PATH of each data set.
        subset: path of the list that restricts them; None uses all.
        data_digest: sha256 over names, labels and maps.
        software: versions that the numbers depend on.
    """

    model: str
    arguments: dict[str, Any]
    recipe_name: str
    recipe: Recipe
    protocol: str
    seed: int
    precision: str
    data: tuple[str, ...]
    data_digest: str
    software: str
    subset: str | None = None

    def __post_init__(self) -> None:
        for name, value, choices in (
            ("protocol", self.protocol, PROTOCOLS),
            ("precision", self.precision, PRECISIONS),
        ):
            if value not in choices:
                raise MerError(f"Unknown {name} {value!r}; choose one of {', '.join(choices)}.")

    @property
    def scored_epochs(self) -> tuple[int, ...]:
        """Epochs whose weights are scored on the left-out person, after training: the last, or all when test-picked."""
        last = self.recipe.epochs
        return (last,) if self.protocol == "honest" else tuple(range(1, last + 1))

    def to_json(self) -> dict[str, Any]:
        """Plain values, equal after a round trip through JSON."""
        values = asdict(self)
        values["data"] = list(self.data)
        values["recipe"] = self.recipe.to_json()
        return values

    @staticmethod
    def from_json(values: dict[str, Any]) -> "RunSpec":
        """The spec read back.

        Raises:
            MerError: entries are missing or unknown.
        """
        try:
            recipe = Recipe.from_json(values["recipe"])
            return RunSpec(**{**values, "recipe": recipe, "data": tuple(values["data"])})
        except (KeyError, TypeError, ValueError) as error:
            raise MerError(f"spec.json does not describe a run of this version ({error}).") from error
