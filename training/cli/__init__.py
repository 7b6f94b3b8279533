"""The command line of training: one file a command. Exit code 0 done, 2 a problem the user can mend."""

from mer_core.commands import run_command
from training.cli import (
    ablate,
    compare,
    datasets,
    evaluate,
    fit,
    import_weights,
    loso,
    reliability,
    report,
    results,
    resume,
)

_COMMANDS = (datasets, loso, resume, report, compare, ablate, results, fit, reliability, evaluate, import_weights)


def main(arguments: list[str] | None = None) -> int:
    """Run one command and say how it ended: 0 done, 2 a problem the user can mend (one sentence on standard error).

    Args:
        arguments: what follows `python -m training`; the process's own when None.
    """
    return run_command("python -m training", "Train networks and score them on people left out.", _COMMANDS, arguments)
