"""How every command line of the project answers: results on standard output, one sentence on standard error."""

import argparse
import os
import sys
from collections.abc import Sequence
from types import ModuleType
from typing import NoReturn

from mer_core.errors import MerError


class OneSentenceParser(argparse.ArgumentParser):
    """Answers a mistyped command with one sentence instead of the whole usage."""

    def error(self, message: str) -> NoReturn:
        """Print the sentence and leave with exit code 2."""
        self.exit(2, f"Error: {message[:1].upper()}{message[1:]}; see {self.prog} --help.\n")


def run_command(prog: str, description: str, commands: Sequence[ModuleType], arguments: list[str] | None) -> int:
    """Exit code of one command: 0 done, 1 done in part, 2 a problem to mend, 130 stopped.

    Args:
        prog: how the program is called.
        description: what it is for.
        commands: modules with `add_parser(commands)`, which registers one whose `run(options)` returns the exit code.
        arguments: what follows the program's name; the process's own when None.
    """
    parser = OneSentenceParser(prog=prog, description=description)
    subparsers = parser.add_subparsers(required=True, metavar="COMMAND")
    for command in commands:
        command.add_parser(subparsers)
    options = parser.parse_args(arguments)
    try:
        return int(options.run(options))
    except BrokenPipeError:  # whoever read our output, such as `head`, has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except (MerError, OSError) as error:
        sys.stderr.write(f"Error: {error}\n")
        return 2
    except KeyboardInterrupt:
        sys.stderr.write("Stopped.\n")
        return 130
