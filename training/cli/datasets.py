"""`datasets check`: what a data set holds, and everything that is wrong with it."""

import argparse
import json
import textwrap
from collections.abc import Iterable
from statistics import median

from mer_core.errors import MerError
from training.cli.progress import show_progress
from training.datasets.check import CheckReport, DatasetCounts, check
from training.datasets.readers import READERS

_MOST_NOTES = 5
_WIDTH, _INDENT = 100, " " * 12


def add_parser(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Register the command."""
    parser = commands.add_parser("datasets", help="examine the data sets you bring")
    below = parser.add_subparsers(required=True, metavar="COMMAND")
    one = below.add_parser("check", help="count classes and subjects, decode the frames, name every problem")
    one.add_argument("source", metavar="KIND:PATH", help=f"KIND is one of {', '.join(READERS)}")
    one.add_argument("--subjects", action="store_true", help="list the number of clips of each person")
    one.add_argument("--json", action="store_true", help="the whole report as JSON, with every person and note")
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
        print("\n".join(_lines(report, options.subjects)))
    if report.problems:
        plural = "s" * (len(report.problems) != 1)
        raise MerError(f"{len(report.problems)} problem{plural} in {options.source}, listed above.")
    return 0


def _lines(report: CheckReport, with_subjects: bool) -> list[str]:
    lines = [
        f"{report.source}: {report.num_clips} sound clips of {len(report.per_subject)} people",
        *(f"{name:<11} {_dataset(counts)}" for name, counts in report.per_dataset.items()),
        f"classes     {_counts(report.per_class)}",
        f"emotions    {_counts(report.per_emotion)}",
        *_people(report.per_subject, with_subjects),
        f"frame rate  {', '.join(f'{fps:g}' for fps in report.fps) or 'unknown'}",
        f"apex        {report.middle_apexes} are the middle frame",
        *(f"excluded    {number}: {reason}" for reason, number in report.excluded.items()),
        *(f"note        {note}" for note in report.notes[:_MOST_NOTES]),
    ]
    if len(report.notes) > _MOST_NOTES:
        lines.append(f"note        and {len(report.notes) - _MOST_NOTES} more; --json lists them all")
    return lines + [f"PROBLEM     {problem}" for problem in report.problems]


def _dataset(counts: DatasetCounts) -> str:
    return f"{sum(counts.per_class.values())} clips of {counts.num_people} people: {_counts(counts.per_class)}"


def _people(per_subject: dict[str, int], all_of_them: bool) -> list[str]:
    """How unevenly the clips spread over people; each person where asked."""
    if not per_subject:
        return []
    each = per_subject.values()
    spread = f"people      {min(each)} to {max(each)} clips each, median {median(each):g}"
    if not all_of_them:
        return [f"{spread}; --subjects lists them"]
    return [spread, *_wrapped(f"{name}\N{NO-BREAK SPACE}{number}" for name, number in per_subject.items())]


def _wrapped(words: Iterable[str]) -> list[str]:
    """Lines of words, which may hold spaces that no line breaks at."""
    lines = textwrap.wrap(", ".join(words), _WIDTH, initial_indent=_INDENT, subsequent_indent=_INDENT)
    return [line.replace("\N{NO-BREAK SPACE}", " ") for line in lines]


def _counts(numbers: dict[str, int]) -> str:
    return ", ".join(f"{name} {number}" for name, number in numbers.items()) or "none"


def _show_progress(done: int, total: int) -> None:
    show_progress(f"clip {done} of {total}", done == total)
