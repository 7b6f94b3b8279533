"""`resume`: go on with a run that was stopped or killed."""

import argparse
from pathlib import Path

from mer_core.errors import MerError
from training.cli.common import read_data, software
from training.cli.engine_options import add_engine_arguments, engine_of
from training.cli.loso import finish_run
from training.run_spec import RunSpec
from training.store import RunStore


def add_parser(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Register the command."""
    parser = commands.add_parser("resume", help="go on with a run that was stopped or killed")
    parser.add_argument("folder", type=Path, metavar="RUN")
    add_engine_arguments(parser)
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Run the folds that are missing, then report."""
    store = RunStore(options.folder)
    spec = RunSpec.from_json(store.spec())
    if spec.software != software() and not store.is_complete:
        raise MerError(
            f"{options.folder} was begun with {spec.software}; with {software()} its folds would not belong together."
        )
    data = read_data(spec.data, None if spec.subset is None else Path(spec.subset))
    return finish_run(spec, data, options.folder, engine_of(options))
