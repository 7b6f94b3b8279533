"""How several commands ask which machine part trains."""

import argparse

from training.engines import DEVICES, ENGINES, Engine


def add_engine_arguments(parser: argparse.ArgumentParser) -> None:
    """Let a command take the device, the engine and its size; none of them belongs to what a run is asked."""
    parser.add_argument("--device", choices=DEVICES, default="auto", help="auto: a graphics processor if there is one")
    parser.add_argument(
        "--engine", choices=ENGINES, default="auto", help="auto: folds stacked on a graphics processor, else one a core"
    )
    parser.add_argument("--workers", type=int, metavar="N", help="processes of the pool (default: one a core)")
    parser.add_argument("--stack", type=int, metavar="N", help="most folds in a stack (default: as many as fit)")


def engine_of(options: argparse.Namespace) -> Engine:
    """The engine asked for; errors as of `Engine`."""
    return Engine(options.device, options.engine, options.workers, options.stack)
