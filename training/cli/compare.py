"""`compare`: two complete runs on the same people, with an exact test and a paired interval."""

import argparse
import json
from dataclasses import asdict
from pathlib import Path

from training.comparison import compare_runs
from training.predictions import Predictions
from training.store import PREDICTIONS_FILE


def add_parser(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Register the command."""
    parser = commands.add_parser("compare", help="two complete runs on the same people, beyond noise or not")
    parser.add_argument("first", type=Path, metavar="RUN")
    parser.add_argument("second", type=Path, metavar="RUN")
    parser.add_argument("--json", action="store_true", help="print JSON and nothing else")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Print what differs, the first run less the second."""
    first, second = (Predictions.from_csv(folder / PREDICTIONS_FILE) for folder in (options.first, options.second))
    comparison = compare_runs(first, second)
    if options.json:
        print(json.dumps(asdict(comparison), indent=2, allow_nan=False))
    else:
        print(*comparison.sentences(), sep="\n")
    return 0
