"""`resume`: go on with a run that was stopped or killed."""

import argparse
from pathlib import Path

from mer_core.errors import MerError
from training.cli.common import read_data, software
from training.cli.engine_options import add_engine_arguments, engine_of
from training.cli.loso import finish_run
from training.folds import loso_folds
from training.run_spec import RunSpec
from training.store import RunStore


def add_parser(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Register the command."""
    parser = commands.add_parser("resume", help="go on with a run that was stopped or killed")
    parser.add_argument("folder", type=Path, metavar="RUN")
    parser.add_argument(
        "--data", action="append", metavar="KIND:PATH", help="where the run's data lie now, if not where they lay then"
    )
    parser.add_argument("--subset", type=Path, metavar="CSV", help="likewise")
    add_engine_arguments(parser)
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Run the folds that are missing, then report."""
    store = RunStore(options.folder)
    spec = RunSpec.from_json(store.spec())
    engine = engine_of(options)
    subset = options.subset or (None if spec.subset is None else Path(spec.subset))
    data = read_data(options.data or spec.data, subset)
    missing = {fold.key for fold in loso_folds(data.samples)} - store.finished()
    if missing and spec.software != software():
        raise MerError(
            f"{options.folder} was begun with {spec.software}; with {software()} its folds would not belong together."
        )
    return finish_run(spec, data, options.folder, engine)
