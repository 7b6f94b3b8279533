"""`sample`: a synthetic clip with a known movement, to try the rest with."""

import argparse
from pathlib import Path

from mer_core.labels import LABELS


def add_parser(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Register the command."""
    parser = commands.add_parser("sample", help="write a synthetic clip and its truth beside it")
    parser.add_argument("out", type=Path, metavar="OUT.mp4")
    parser.add_argument("--emotion", choices=LABELS, default="positive")
    parser.add_argument("--seed", type=int, default=0)
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Write the clip and say where."""
    from mer_core.synthetic import write_sample

    truth = write_sample(options.out, options.emotion, options.seed)
    print(f"Wrote {options.out} and its truth {truth}.")
    return 0
