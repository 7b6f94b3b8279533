"""The command line: one file a command. Exit code 0 done, 2 a problem the user can mend."""

import argparse
import os
import sys
from typing import NoReturn

from mer_core.cli import analyze, doctor, models, sample
from mer_core.errors import MerError

_COMMANDS = (analyze, models, sample, doctor)


class OneSentenceParser(argparse.ArgumentParser):
    """Answers a mistyped command with one sentence instead of the whole usage."""

    def error(self, message: str) -> NoReturn:
        """Print the sentence and leave with exit code 2."""
        self.exit(2, f"Error: {message[:1].upper()}{message[1:]}; see {self.prog} --help.\n")


def main(arguments: list[str] | None = None) -> int:
    """Run one command and say how it ended: 0 done, 2 a problem the user can mend (one sentence on standard error).

    Args:
        arguments: what follows `python -m mer_core`; the process's own when None.
    """
    parser = OneSentenceParser(
        prog="python -m mer_core", description="Find, measure and classify micro-expressions in a clip of a face."
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for command in _COMMANDS:
        command.add_parser(commands)
    options = parser.parse_args(arguments)
    try:
        return options.run(options)
    except BrokenPipeError:  # whoever read our output, such as `head`, has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except (MerError, OSError) as error:
        print(f"Error: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("Stopped.", file=sys.stderr)
        return 130
