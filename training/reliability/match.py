"""Whether a run tells anything of a checkpoint: it must be complete, and of networks trained the same way."""

from typing import Any

from mer_core.checkpoints import Checkpoint
from mer_core.errors import MerError
from training.datasets.maps import LabelledMaps
from training.folds import loso_folds
from training.recipes import HYPER_PARAMETERS
from training.run_spec import RunSpec
from training.store import RunStore

# A recipe does not know which program computed the maps' flow.
_NOT_IN_RECIPES = "flow_version"


def require_complete(store: RunStore, spec: RunSpec, data: LabelledMaps) -> None:
    """Refuse a run of other data, or one with folds missing.

    Raises:
        MerError: the data are not the run's, or a fold is not finished.
    """
    if data.digest != spec.data_digest:
        raise MerError(f"The data are not those of {store.folder}: names, labels or maps differ.")
    folds = [fold.key for fold in loso_folds(data.samples)]
    finished = len(store.finished() & set(folds))
    if finished < len(folds):
        raise MerError(
            f"{store.folder} has {finished} of {len(folds)} folds; finish it with "
            f"`python -m training resume {store.folder}`."
        )


def require_same_network(store: RunStore, spec: RunSpec, checkpoint: Checkpoint) -> None:
    """Refuse a checkpoint that was not trained as the run's networks were.

    The seed may differ, and the precision during training.

    Raises:
        MerError: another architecture, arguments, input, recipe, hyper-parameter or data.
    """
    for name, of_run, of_checkpoint in _facts(spec, checkpoint):
        if of_run != of_checkpoint:
            raise MerError(
                f"{store.folder} tells nothing of the checkpoint {checkpoint.name}: the run's {name} is {of_run}, the "
                f"checkpoint's {of_checkpoint}."
            )


def _facts(spec: RunSpec, checkpoint: Checkpoint) -> list[tuple[str, Any, Any]]:
    """What must be the same: its name, the run's, the checkpoint's."""
    training = checkpoint.training
    of_run, of_checkpoint = spec.recipe.input_spec.to_dict(), checkpoint.input_spec.to_dict()
    asked = spec.recipe.to_json()
    used = training.get(HYPER_PARAMETERS, asked)  # checkpoints of earlier versions name the recipe only
    return [
        ("architecture", spec.model, checkpoint.architecture),
        ("arguments", spec.arguments, checkpoint.arguments),
        *((f"input {name}", of_run[name], of_checkpoint[name]) for name in of_run if name != _NOT_IN_RECIPES),
        ("recipe", spec.recipe_name, training.get("recipe", "unknown")),
        ("number of epochs", spec.recipe.epochs, training.get("epochs", "unknown")),
        *((f"{name} in training", asked.get(name), used.get(name)) for name in sorted({*asked, *used})),
        ("data sha256", spec.data_digest, training.get("data_sha256", "unknown")),
    ]
