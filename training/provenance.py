"""Where a run's numbers come from: when, by which version of this project, on what, in how much time."""

import platform
import subprocess
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any

from mer_core.cores import num_cores
from training.store import FoldOutcome

_HERE = Path(__file__).resolve().parent
NOT_RECORDED = "not recorded"


def provenance(outcomes: Iterable[FoldOutcome]) -> dict[str, Any]:
    """Plain values: date of the last fold (UTC), commits, hardware, engines, and the hours all folds took together."""
    outcomes = sorted(outcomes, key=lambda outcome: outcome.date)
    commits = dict.fromkeys(outcome.commit or NOT_RECORDED for outcome in outcomes)
    machines = dict.fromkeys(outcome.hardware or NOT_RECORDED for outcome in outcomes)
    return {
        "date": outcomes[-1].date or NOT_RECORDED,
        "commit": ", ".join(commits),
        "hardware": ", ".join(machines),
        "engines": sorted({outcome.engine or "pool" for outcome in outcomes}),
        "fold_hours": round(sum(outcome.seconds for outcome in outcomes) / 3600, 2),
    }


@cache
def commit() -> str:
    """The commit this code was checked out at, with "+" where files have been changed since; else "not recorded".

    Read once: a checkout may change while the code that was loaded from it still runs.
    """
    head, changes = _git("rev-parse", "--short=10", "HEAD"), _git("status", "--porcelain", "--untracked-files=no")
    if head is None or changes is None:
        return NOT_RECORDED
    return f"{head}+" if changes else head


@cache
def hardware() -> str:
    """This machine, e.g. "2 cores, AMD EPYC"."""
    return f"{num_cores()} cores, {_processor()}"


def _git(*arguments: str) -> str | None:
    try:
        done = subprocess.run(["git", "-C", _HERE, *arguments], capture_output=True, text=True, timeout=10, check=False)
    except (OSError, subprocess.TimeoutExpired):  # installed without git: the numbers stand without a commit
        return None
    return done.stdout.strip() if done.returncode == 0 else None


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()
