"""Whether a run killed at random moments ends exactly where an uninterrupted one does.

Usage: `python -m benchmarks.killed PATH_TO_MEGC2019_MAPS [pool|stacked] [KILLS]`. Runs the command line as a user does,
sends SIGKILL until it has struck ten times (the workers must die with their parent), lets `resume` go on each time, and
compares every byte of the predictions and of every fold's weights, and every score. Exit code 1 where something
differs, or where the run ended before the last kill.
"""

import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from training.store import PREDICTIONS_FILE, RESULT_FILE, SPEC_FILE

_EPOCHS = {"pool": 12, "stacked": 10}


def main() -> int:
    """Print where each kill struck and what came out."""
    source, engine = f"megc2019:{sys.argv[1]}", sys.argv[2] if len(sys.argv) > 2 else "pool"
    kills = int(sys.argv[3]) if len(sys.argv) > 3 else 10
    asked = ["loso", "--data", source, "--model", "ststnet", "--epochs", str(_EPOCHS[engine])]
    with tempfile.TemporaryDirectory() as scratch:
        whole, killed = Path(scratch, "whole"), Path(scratch, "killed")
        started = time.perf_counter()
        subprocess.run(_command([*asked, "--engine", engine, "--out", str(whole)]), check=True, capture_output=True)
        seconds = time.perf_counter() - started
        print(f"uninterrupted: {seconds:.0f} s, {engine}", flush=True)
        arguments = [*asked, "--engine", engine, "--out", str(killed)]
        for number in range(1, kills + 1):
            moment = random.uniform(0.1, 1.5) * seconds / kills + _SECONDS_TO_START
            if not _kill_after(moment, arguments):
                sys.exit(f"The run ended before kill {number}; let it train longer.")
            finished = len(list(killed.glob("folds/[!.]*/outcome.json")))
            print(f"kill {number:2} after {moment:5.1f} s: {finished} of 68 folds finished", flush=True)
            arguments = ["resume", str(killed), "--engine", engine] if (killed / SPEC_FILE).exists() else arguments
        subprocess.run(_command(arguments), check=True, capture_output=True)
        unlike = _differing(whole, killed)
    print(
        "differs in: " + ", ".join(unlike) if unlike else "identical: predictions, scores and the weights of all folds"
    )
    return 1 if unlike else 0


_SECONDS_TO_START = 3.0  # Python and torch; a kill before that strikes nothing


def _command(arguments: list[str]) -> list[str]:
    return [sys.executable, "-m", "training", *arguments]


def _kill_after(seconds: float, arguments: list[str]) -> bool:
    """Whether the command still ran when it was killed."""
    process = subprocess.Popen(_command(arguments), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        os.kill(process.pid, signal.SIGKILL)
    return process.wait() == -signal.SIGKILL


def _differing(whole: Path, killed: Path) -> list[str]:
    files = [whole / PREDICTIONS_FILE, *whole.glob("folds/*/weights.safetensors")]
    names = [str(file.relative_to(whole)) for file in files]
    unlike = [name for name in names if (whole / name).read_bytes() != (killed / name).read_bytes()]
    return unlike if _scores(whole) == _scores(killed) else [*unlike, RESULT_FILE]


def _scores(run: Path) -> dict[str, Any]:
    """What the run came to, without when and on what it was trained."""
    result: dict[str, Any] = json.loads((run / RESULT_FILE).read_text())
    del result["provenance"]
    return result


if __name__ == "__main__":
    sys.exit(main())
