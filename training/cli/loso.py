"""`loso`: train one network once for every person left out, and score it on them."""

import argparse
import json
from pathlib import Path

from training.cli.engine_options import engine_of
from training.cli.progress import FoldLine
from training.cli.run_options import add_run_arguments, requested_run, run_name
from training.datasets.maps import LabelledMaps
from training.engines import Engine
from training.epoch_picking import EACH_PERSONS_EPOCH, ONE_EPOCH_FOR_ALL, picked_predictions
from training.loso import out_of_fold, run_loso
from training.predictions import Predictions
from training.provenance import provenance
from training.report import as_markdown, report_json
from training.run_spec import RunSpec
from training.store import PREDICTIONS_FILE, RunStore

PICKED_FILES = {
    EACH_PERSONS_EPOCH: "picked-for-each-person.csv",
    ONE_EPOCH_FOR_ALL: "picked-for-all.csv",
}


def add_parser(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Register the command."""
    parser = commands.add_parser("loso", help="leave one subject out: train and score a network fold by fold")
    parser.add_argument("--model", required=True, metavar="NAME", help="network, see `python -m mer_core models`")
    add_run_arguments(parser)
    parser.add_argument("--out", type=Path, metavar="RUN", help="folder of the run (default runs/NAME)")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Run all folds that are not finished yet, then report."""
    engine = engine_of(options)  # a device that is not there is refused before any data are read
    spec, data = requested_run(options.model, options)
    return finish_run(spec, data, options.out or Path("runs") / run_name(spec), engine)


def finish_run(spec: RunSpec, data: LabelledMaps, folder: Path, engine: Engine) -> int:
    """Run what is missing of a run, write its predictions and result, and print the report."""
    line = FoldLine()
    store = run_loso(spec, data, folder, engine, line.on_fold, line.on_epoch)
    print(write_result(store, spec, data))
    return 0


def write_result(store: RunStore, spec: RunSpec, data: LabelledMaps) -> str:
    """The report of a complete run as Markdown; its predictions and result are written into the run's folder."""
    predictions, facts = out_of_fold(store, data), run_facts(spec)
    picked = picked_predictions(store, spec, data)
    predictions.to_csv(store.folder / PREDICTIONS_FILE)
    for how, chosen in picked.items():
        chosen.to_csv(store.folder / PICKED_FILES[how])
    outcomes = [store.outcome(key) for key in sorted(store.finished())]
    report = report_json(predictions, facts, picked)
    result = {**report, "provenance": provenance(outcomes)}
    store.finish(json.loads(json.dumps(result, allow_nan=False)))
    return as_markdown(report)


def read_predictions(folder: Path) -> tuple[Predictions, dict[str, Predictions]]:
    """The predictions of a complete run, and those whose epoch was picked, by how it was.

    Raises:
        MerError: the run is not complete, or a file is damaged.
    """
    RunStore(folder).check_complete()
    paths = {how: folder / name for how, name in PICKED_FILES.items()}
    picked = {how: Predictions.from_csv(path) for how, path in paths.items() if path.is_file()}
    return Predictions.from_csv(folder / PREDICTIONS_FILE), picked


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
        "data": " + ".join(source.partition(":")[0] for source in spec.data),
        **({} if spec.subset is None else {"subset": Path(spec.subset).name}),
        "software": spec.software,
    }
