"""`evaluate`: score a checkpoint on a data set, and say whether that is evidence."""

import argparse
import json
import sys
from dataclasses import replace

from mer_core.checkpoints import load_checkpoint
from training.cli.common import add_data_arguments, describe_data, read_data
from training.cli.progress import show_progress
from training.evaluation import evaluation_json, evaluation_markdown, predict
from training.overlap import overlap


def add_parser(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Register the command."""
    parser = commands.add_parser("evaluate", help="score a checkpoint on a data set; says if it was trained on it")
    parser.add_argument("--checkpoint", required=True, metavar="NAME", help="name, folder or hub:OWNER/NAME@REVISION")
    add_data_arguments(parser)
    parser.add_argument(
        "--network-only",
        action="store_true",
        help="ask the network trained on everybody, not the mean of the folds' networks that answers in the app",
    )
    parser.add_argument("--json", action="store_true", help="print JSON and nothing else")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Print the scores; a warning goes to standard error too, where no pipe swallows it."""
    checkpoint = load_checkpoint(options.checkpoint, options.network_only)
    # Maps tell whether it knows these clips, whatever its network takes.
    data = read_data(options.data, options.subset, replace(checkpoint.input_spec, kind="minmax28"))
    seen = overlap(checkpoint.training, data)
    facts = {"data": describe_data(options.data), "data_sha256": data.digest}
    if options.subset is not None:
        facts["subset"] = options.subset.name
    report = evaluation_json(checkpoint, facts, predict(checkpoint, data, _show), seen)
    print(json.dumps(report, indent=2, allow_nan=False) if options.json else evaluation_markdown(report, seen))
    if report["warning"]:
        print(f"Warning: {report['warning']}", file=sys.stderr)
    return 0


def _show(what: str, done: int, total: int) -> None:
    show_progress(f"{what}: {done} of {total}", done == total)
