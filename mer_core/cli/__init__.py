"""The command line: one file a command. Exit code 0 done, 1 done in part, 2 a problem the user can mend."""

from mer_core.cli import analyze, doctor, models, sample
from mer_core.commands import run_command

_COMMANDS = (analyze, models, sample, doctor)


def main(arguments: list[str] | None = None) -> int:
    """Run one command and say how it ended: 0 done, 2 a problem the user can mend (one sentence on standard error).

    1 is a batch in which some clips failed.

    Args:
        arguments: what follows `python -m mer_core`; the process's own when None.
    """
    description = "Find, measure and classify micro-expressions in a clip of a face."
    return run_command("python -m mer_core", description, _COMMANDS, arguments)
