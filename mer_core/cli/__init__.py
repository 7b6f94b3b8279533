"""The command line: one file a command. Exit code 0 done, 2 a problem the user can mend."""

import argparse
import sys

from mer_core.cli import analyze, doctor, models, sample
from mer_core.errors import MerError

_COMMANDS = (analyze, models, sample, doctor)


def main(arguments: list[str] | None = None) -> int:
    """Run one command and say how it ended: 0 done, 2 a problem the user can mend (one sentence on standard error).

    Args:
        arguments: what follows `python -m mer_core`; the process's own when None.
    """
    parser = argparse.ArgumentParser(
        prog="python -m mer_core", description="Find, measure and classify micro-expressions in a clip of a face."
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for command in _COMMANDS:
        command.add_parser(commands)
    options = parser.parse_args(arguments)
    try:
        return options.run(options)
    except (MerError, OSError) as error:
        print(f"Error: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("Stopped.", file=sys.stderr)
        return 130
