"""Command line of training: `python -m training fit|import-weights`."""

import argparse
import platform
import sys
import time
from collections.abc import Callable
from pathlib import Path

import torch

from mer_core import __version__
from mer_core.checkpoints import Checkpoint, import_weights, save_checkpoint
from mer_core.errors import MerError
from mer_core.flow import flow_version
from training.cards import fitted_card, imported_card
from training.datasets.maps import LabelledMaps
from training.datasets.megc2019 import read_megc2019
from training.fit import fit, seeded_model
from training.recipes import load_recipe

_READERS: dict[str, Callable[[Path], LabelledMaps]] = {"megc2019": read_megc2019}


def main(arguments: list[str] | None = None) -> int:
    """Exit code: 0 done, 2 a problem the user can mend (one sentence on standard error)."""
    options = _parser().parse_args(arguments)
    try:
        options.run(options)
    except (MerError, OSError) as error:
        print(f"Error: {error}", file=sys.stderr)
        return 2
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m training", description="Train networks for micro-expressions.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    one = commands.add_parser("fit", help="train one network on all samples, for a fixed number of epochs")
    one.add_argument("--data", required=True, metavar="KIND:PATH", help="e.g. megc2019:../data/megc2019_flow")
    one.add_argument("--model", required=True, metavar="NAME", help="network, see `python -m mer_core models`")
    one.add_argument("--recipe", choices=("honest", "authors"), default="honest")
    one.add_argument("--seed", type=int, default=0)
    one.add_argument("--out", required=True, type=Path, metavar="DIR", help="folder for the checkpoint")
    one.add_argument("--overwrite", action="store_true", help="replace the folder if it holds something")
    one.set_defaults(run=_run_fit)
    published = commands.add_parser("import-weights", help="turn published weights into a checkpoint")
    published.add_argument("family", choices=("off_tanet", "mini_aorcnn", "ststnet"))
    published.add_argument("file", type=Path, metavar="FILE.pth")
    published.add_argument("--out", required=True, type=Path, metavar="DIR")
    published.add_argument("--overwrite", action="store_true", help="replace the folder if it holds something")
    published.set_defaults(run=_run_import)
    return parser


def _run_fit(options: argparse.Namespace) -> None:
    recipe = load_recipe(options.model, options.recipe)
    data = _read_data(options.data)
    model = seeded_model(options.model, options.seed)
    planes = torch.from_numpy(data.maps).permute(0, 3, 1, 2).float()
    started = time.perf_counter()
    progress = _EpochLine(recipe.epochs)
    losses = fit(model, planes, torch.from_numpy(data.labels), recipe, options.seed, progress)
    training = {
        "data": "MEGC2019 composite, published 28x28 flow maps",
        "data_sha256": data.digest,
        "num_samples": len(data.samples),
        "num_subjects": data.num_subjects,
        "class_counts": data.counts(),
        "recipe": options.recipe,
        "epochs": recipe.epochs,
        "seed": options.seed,
        "final_loss": losses[-1],
        "software": _software(),
        "validation": "not yet cross-validated",
    }
    checkpoint = Checkpoint(options.out.name, model, options.model, recipe.input_spec, training=training)
    choices = f"--model {options.model} --recipe {options.recipe} --seed {options.seed}"
    kind = options.data.partition(":")[0]  # where the data lay is nobody else's business
    command = f"python -m training fit --data {kind}:PATH {choices}"
    save_checkpoint(checkpoint, options.out, fitted_card(checkpoint, command), options.overwrite)
    print(f"Wrote {options.out} after {time.perf_counter() - started:.0f} s; not yet cross-validated.")


def _run_import(options: argparse.Namespace) -> None:
    checkpoint = import_weights(options.family, options.file)
    command = f"python -m training import-weights {options.family} {options.file.name}"
    save_checkpoint(checkpoint, options.out, imported_card(checkpoint, command), options.overwrite)
    print(f"Wrote {options.out}: {checkpoint.architecture}, {checkpoint.num_parameters:,} parameters.")


def _read_data(source: str) -> LabelledMaps:
    kind, separator, path = source.partition(":")
    if not separator or kind not in _READERS:
        raise MerError(f"--data {source!r} must read KIND:PATH with KIND one of {', '.join(_READERS)}.")
    return _READERS[kind](Path(path))


class _EpochLine:
    """Shows the epoch and its loss on one line that is written over."""

    def __init__(self, num_epochs: int) -> None:
        self._num_epochs = num_epochs

    def __call__(self, epoch: int, loss: float) -> None:
        end = "\n" if epoch == self._num_epochs else ""
        if sys.stderr.isatty() or end or epoch % 50 == 0:
            print(f"\repoch {epoch}/{self._num_epochs}, loss {loss:.4f}", end=end, file=sys.stderr, flush=True)


def _software() -> str:
    return f"mer-studio {__version__}, torch {torch.__version__}, {flow_version()}, Python {platform.python_version()}"
