"""`datasets check`: what a data set holds, and everything that is wrong with it."""

import argparse
import json
import sys

from mer_core.errors import MerError
from training.datasets.check import CheckReport, check
from training.datasets.readers import READERS

_MOST_NOTES = 5


def add_parser(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Register the command."""
    parser = commands.add_parser("datasets", help="examine the data sets you bring")
    below = parser.add_subparsers(required=True, metavar="COMMAND")
    one = below.add_parser("check", help="count classes and subjects, decode the frames, name every problem")
    one.add_argument("source", metavar="KIND:PATH", help=f"KIND is one of {', '.join(READERS)}")
    one.add_argument("--json", action="store_true", help="the whole report as JSON, with every note")
    one.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Print the report; one line a problem, then an error that tells their number.

    Raises:
        MerError: there are problems, which makes the exit code 2.
    """
    report = check(options.source, _show_progress)
    if options.json:
        print(json.dumps(report.to_json(), indent=2, ensure_ascii=False))
    else:
        print("\n".join(_lines(report)))
    if report.problems:
        plural = "s" * (len(report.problems) != 1)
        raise MerError(f"{len(report.problems)} problem{plural} in {options.source}, listed above.")
    return 0


def _lines(report: CheckReport) -> list[str]:
    lines = [
        f"{report.source}: {report.num_clips} sound clips of {len(report.per_subject)} people",
        f"classes     {_counts(report.per_class)}",
        f"emotions    {_counts(report.per_emotion)}",
        f"clips of    {_counts(report.per_subject)}",
        f"frame rate  {', '.join(f'{fps:g}' for fps in report.fps) or 'unknown'}",
        f"apex        {report.middle_apexes} are the middle frame",
        *(f"excluded    {number}: {reason}" for reason, number in report.excluded.items()),
        *(f"note        {note}" for note in report.notes[:_MOST_NOTES]),
    ]
    if len(report.notes) > _MOST_NOTES:
        lines.append(f"note        and {len(report.notes) - _MOST_NOTES} more; --json lists them all")
    return lines + [f"PROBLEM     {problem}" for problem in report.problems]


def _counts(numbers: dict[str, int]) -> str:
    return ", ".join(f"{name} {number}" for name, number in numbers.items()) or "none"


def _show_progress(done: int, total: int) -> None:
    if sys.stderr.isatty():
        end = "\n" if done == total else ""
        print(f"\rclip {done}/{total}", end=end, file=sys.stderr, flush=True)
