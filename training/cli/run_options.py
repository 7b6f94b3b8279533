"""How several commands ask for a leave-one-subject-out run."""

import argparse
from dataclasses import replace

from training.cli.common import add_data_arguments, read_data, software
from training.cli.engine_options import add_engine_arguments
from training.datasets.maps import LabelledMaps
from training.precision import PRECISIONS
from training.recipes import load_recipe
from training.run_spec import PROTOCOLS, RunSpec


def add_run_arguments(parser: argparse.ArgumentParser) -> None:
    """Let a command take all that decides a run's outcome besides the network, and the engine, which does not."""
    add_data_arguments(parser)
    parser.add_argument("--recipe", choices=("honest", "authors"), default="honest", help="hyper-parameters")
    parser.add_argument(
        "--protocol", choices=PROTOCOLS, default="honest", help="test-picked adds what picking the epoch is worth"
    )
    parser.add_argument("--epochs", type=int, metavar="N", help="instead of the recipe's")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--precision", choices=PRECISIONS, default="fp32", help="of training; scoring is fp32")
    add_engine_arguments(parser)


def requested_run(network: str, options: argparse.Namespace) -> tuple[RunSpec, LabelledMaps]:
    """The run asked for and its data.

    Raises:
        MerError: there is no recipe, or something is wrong with the data.
    """
    recipe = load_recipe(network, options.recipe)
    if options.epochs is not None:
        recipe = replace(recipe, epochs=options.epochs)
    data = read_data(options.data, options.subset)
    spec = RunSpec(
        model=network,
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
    return spec, data


def run_name(spec: RunSpec) -> str:
    """A folder's name for the run: network, recipe, protocol, precision and seed."""
    return f"{spec.model}-{spec.recipe_name}-{spec.protocol}-{spec.precision}-seed{spec.seed}"
