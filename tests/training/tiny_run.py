"""A complete run of STSTNet on the tiny tree, and a checkpoint that was trained the same way."""

from dataclasses import replace
from pathlib import Path

import torch

from mer_core.checkpoints import Checkpoint, save_checkpoint
from mer_core.inputs import NOT_STATED
from training.datasets.maps import LabelledMaps
from training.datasets.megc2019 import read_megc2019
from training.fit import seeded_model
from training.fold_job import RunData, run_fold
from training.folds import loso_folds
from training.recipes import load_recipe
from training.run_spec import RunSpec
from training.store import RunStore

EPOCHS = 2


def tiny_spec(tree: Path, data: LabelledMaps, model: str = "ststnet", protocol: str = "honest") -> RunSpec:
    recipe = replace(load_recipe(model, "honest"), epochs=EPOCHS, batch_size=3)
    return RunSpec(model, {}, "honest", recipe, protocol, 0, "fp32", (f"megc2019:{tree}",), data.digest, "test")


def make_run(folder: Path, tree: Path, protocol: str = "honest", num_folds: int | None = None) -> Path:
    """Run the folds, or only the first few of them, in this process."""
    data = read_megc2019(tree)
    spec = tiny_spec(tree, data, protocol=protocol)
    store = RunStore(folder)
    store.begin(spec.to_json())
    names = tuple(sample.sample_id for sample in data.samples)
    run_data = RunData(spec, data.planes, torch.from_numpy(data.labels), names)
    for fold in loso_folds(data.samples)[:num_folds]:
        store.add(run_fold(run_data, fold))
    return folder


def make_checkpoint(folder: Path, tree: Path, model: str = "ststnet", **training: object) -> Path:
    """A checkpoint as `fit` leaves it; `training` replaces entries of what it says of its origin."""
    data = read_megc2019(tree)
    facts = {
        "data": "a tiny tree",
        "data_sha256": data.digest,
        "num_samples": len(data.samples),
        "num_subjects": data.num_subjects,
        "class_counts": data.counts(),
        "recipe": "honest",
        "epochs": EPOCHS,
        "seed": 7,
        "final_loss": 0.5,
        "software": "test",
        "validation": "not yet cross-validated",
    }
    spec = replace(tiny_spec(tree, data, model).recipe.input_spec, flow_version=NOT_STATED)
    network = seeded_model(model, 7).eval()
    save_checkpoint(Checkpoint(folder.name, network, model, spec, training={**facts, **training}), folder, "# card\n")
    return folder
