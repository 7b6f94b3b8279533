"""`report`: the scores of a complete run."""

import argparse
import json
from pathlib import Path

from training.cli.loso import read_predictions, run_facts
from training.report import report_json, report_markdown
from training.run_spec import RunSpec
from training.store import RunStore


def add_parser(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Register the command."""
    parser = commands.add_parser("report", help="the scores of a complete run, with intervals and the baseline")
    parser.add_argument("folder", type=Path, metavar="RUN")
    shape = parser.add_mutually_exclusive_group()
    shape.add_argument("--json", action="store_true", help="print JSON and nothing else")
    shape.add_argument("--markdown", action="store_true", help="print Markdown (the default)")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Print the report."""
    facts = run_facts(RunSpec.from_json(RunStore(options.folder).spec()))
    predictions, picked = read_predictions(options.folder)
    if options.json:
        print(json.dumps(report_json(predictions, facts, picked), indent=2, allow_nan=False))
    else:
        print(report_markdown(predictions, facts, picked))
    return 0
