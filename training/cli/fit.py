"""`fit`: train one network on all samples, for a number of epochs fixed beforehand."""

import argparse
import time
from dataclasses import replace
from pathlib import Path

import torch

from mer_core.checkpoints import Checkpoint, require_room, save_checkpoint
from training.cards import fitted_card
from training.cli.common import add_data_arguments, describe_data, flow_of, read_data, software
from training.cli.progress import show_progress
from training.fit import fit, seeded_model
from training.overlap import FITTED_ON, fingerprints
from training.recipes import HYPER_PARAMETERS, load_recipe

_LOG_EVERY = 50  # epochs


def add_parser(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Register the command."""
    parser = commands.add_parser("fit", help="train one network on all samples, for a fixed number of epochs")
    add_data_arguments(parser)
    parser.add_argument("--model", required=True, metavar="NAME", help="network, see `python -m mer_core models`")
    parser.add_argument("--recipe", choices=("honest", "authors"), default="honest")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--out", required=True, type=Path, metavar="DIR", help="folder for the checkpoint")
    parser.add_argument("--overwrite", action="store_true", help="replace the folder if it holds something")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Train, write the checkpoint, say where."""
    recipe = load_recipe(options.model, options.recipe)
    require_room(options.out, options.overwrite)  # before the training, not after it
    data = read_data(options.data, options.subset)
    model = seeded_model(options.model, options.seed)
    planes = data.planes
    started = time.perf_counter()
    progress = _EpochLine(recipe.epochs)
    losses = fit(model, planes, torch.from_numpy(data.labels), recipe, options.seed, progress)
    training = {
        "data": describe_data(options.data),
        "data_sha256": data.digest,
        **({} if options.subset is None else {"subset": options.subset.name}),
        FITTED_ON: fingerprints(data),
        "num_samples": len(data.samples),
        "num_subjects": data.num_subjects,
        "class_counts": data.counts(),
        "recipe": options.recipe,
        "epochs": recipe.epochs,
        HYPER_PARAMETERS: recipe.to_json(),
        "seed": options.seed,
        "final_loss": losses[-1],
        "software": software(),
        "validation": "not yet cross-validated",
    }
    spec = replace(recipe.input_spec, flow_version=flow_of(options.data))
    checkpoint = Checkpoint(options.out.name, model, options.model, spec, training=training)
    # Where the data lay is nobody else's business.
    named = " ".join(f"--data {source.partition(':')[0]}:PATH" for source in options.data)
    if options.subset is not None:
        named += " --subset CSV"
    choices = f"--model {options.model} --recipe {options.recipe} --seed {options.seed}"
    card = fitted_card(checkpoint, f"python -m training fit {named} {choices} --out DIR")
    save_checkpoint(checkpoint, options.out, card, options.overwrite)
    print(f"Wrote {options.out} after {time.perf_counter() - started:.0f} s; not yet cross-validated.")
    return 0


class _EpochLine:
    """Tells of each epoch and its loss; a log gets one in fifty and the last."""

    def __init__(self, num_epochs: int) -> None:
        self._num_epochs = num_epochs

    def __call__(self, epoch: int, loss: float) -> None:
        line, is_last = f"epoch {epoch} of {self._num_epochs}, loss {loss:.4f}", epoch == self._num_epochs
        show_progress(line, is_last, line if is_last or epoch % _LOG_EVERY == 0 else None)
