"""`loso`: train one network once for every person left out, and score it on them."""

import argparse
import json
import sys
from dataclasses import replace
from pathlib import Path

from mer_core.cores import num_cores
from training.cli.common import add_data_arguments, read_data, software
from training.datasets.maps import LabelledMaps
from training.loso import Progress, out_of_fold, run_loso
from training.recipes import load_recipe
from training.report import report_json, report_markdown
from training.run_spec import PRECISIONS, PROTOCOLS, RunSpec
from training.store import RunStore

PREDICTIONS_FILE = "predictions.csv"


def add_parser(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Register the command."""
    parser = commands.add_parser("loso", help="leave one subject out: train and score a network fold by fold")
    add_data_arguments(parser)
    parser.add_argument("--model", required=True, metavar="NAME", help="network, see `python -m mer_core models`")
    parser.add_argument("--recipe", choices=("honest", "authors"), default="honest", help="hyper-parameters")
    parser.add_argument("--protocol", choices=PROTOCOLS, default="honest", help="how the scored epoch is chosen")
    parser.add_argument("--epochs", type=int, metavar="N", help="instead of the recipe's")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--precision", choices=PRECISIONS, default="fp32", help="of training; scoring is fp32")
    parser.add_argument("--workers", type=int, default=num_cores(), metavar="N", help="processes, one a core")
    parser.add_argument("--out", type=Path, metavar="RUN", help="folder of the run (default runs/NAME)")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Run all folds that are not finished yet, then report."""
    recipe = load_recipe(options.model, options.recipe)
    if options.epochs is not None:
        recipe = replace(recipe, epochs=options.epochs)
    data = read_data(options.data, options.subset)
    spec = RunSpec(
        model=options.model,
        arguments={},
        recipe_name=options.recipe,
        recipe=recipe,
        protocol=options.protocol,
        seed=options.seed,
        precision=options.precision,
        data=tuple(options.data),
        subset=None if options.subset is None else str(options.subset),
        data_digest=data.digest,
        software=software(),
    )
    name = f"{options.model}-{options.recipe}-{options.protocol}-{options.precision}-seed{options.seed}"
    return finish_run(spec, data, options.out or Path("runs") / name, options.workers)


def finish_run(spec: RunSpec, data: LabelledMaps, folder: Path, num_workers: int) -> int:
    """Run what is missing of a run, write its predictions and result, and print the report."""
    store = run_loso(spec, data, folder, num_workers, _show)
    print(write_result(store, spec, data))
    return 0


def write_result(store: RunStore, spec: RunSpec, data: LabelledMaps) -> str:
    """The report of a complete run as Markdown; its predictions and result are written into the run's folder."""
    predictions = out_of_fold(store, data)
    facts = run_facts(spec)
    predictions.to_csv(store.folder / PREDICTIONS_FILE)
    store.finish(json.loads(json.dumps(report_json(predictions, facts), allow_nan=False)))
    return report_markdown(predictions, facts)


def run_facts(spec: RunSpec) -> dict[str, object]:
    """What a report says about its run."""
    return {
        "model": spec.model,
        "arguments": spec.arguments,
        "recipe": spec.recipe_name,
        "protocol": spec.protocol,
        "seed": spec.seed,
        "epochs": spec.recipe.epochs,
        "precision": spec.precision,
        "software": spec.software,
    }


def _show(progress: Progress) -> None:
    print(f"fold {progress.finished} of {progress.total}: {progress.latest}", file=sys.stderr, flush=True)
