"""The folder of a run: what was asked, one folder a finished fold, and the result, each written whole or not at all."""

import contextlib
import json
import shutil
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors import SafetensorError
from safetensors.torch import load_file

from mer_core.errors import MerError
from mer_core.weights_file import write_weights
from mer_core.whole_files import whole_file

SPEC_FILE, RESULT_FILE, PREDICTIONS_FILE, FOLDS_FOLDER = "spec.json", "result.json", "predictions.csv", "folds"
_OUTCOME_FILE, _WEIGHTS_FILE = "outcome.json", "weights.safetensors"
_ORIGIN = "engine", "commit", "date", "hardware"
_PLACES = frozenset({"data", "subset"})  # where files lie; what they hold is told by `data_digest`
_LEFTOVERS = ".*.part", "*/.*.part", "*/*/.*.part", "*/.partial-*"
_LEFTOVER_S = 3600


@dataclass(frozen=True, eq=False)
class FoldOutcome:
    """What a finished fold leaves behind.

    Attributes:
        key: the fold's name.
        sample_ids: of the left-out person, in order.
        logits: float64 (E, N, 3): of the last epoch (E = 1), or of every scored epoch in a test-picked run.
        epochs: the E epochs, counted from 1.
        losses: mean training loss of every epoch.
        seconds: how long training took; in the pool the processor's time, in which pauses do not count.
        weights: the network's state after the last epoch.
        engine: what trained it.
        commit: of the code that trained it.
        date: of its end, UTC, ISO 8601.
        hardware: on which it was trained. The last four are empty where an earlier version did not say.
    """

    key: str
    sample_ids: tuple[str, ...]
    logits: np.ndarray
    epochs: tuple[int, ...]
    losses: tuple[float, ...]
    seconds: float
    weights: dict[str, torch.Tensor]
    engine: str = ""
    commit: str = ""
    date: str = ""
    hardware: str = ""


class RunStore:
    """One run's folder. Any number of processes may write to it: each file and fold appears complete, once, or not."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def begin(self, spec: dict[str, Any]) -> None:
        """Make the folder and write what was asked; going on with the same request is welcome.

        Raises:
            MerError: the folder holds a run that was asked differently, or something else.
        """
        path = self.folder / SPEC_FILE
        if not path.is_file():
            self._refuse_foreign()
            (self.folder / FOLDS_FOLDER).mkdir(parents=True, exist_ok=True)
            _write_first(path, _as_text(spec))
        self._refuse_other(spec)

    def spec(self) -> dict[str, Any]:
        """What was asked.

        Raises:
            MerError: the folder holds no run, or its file is damaged.
        """
        path = self.folder / SPEC_FILE
        try:
            return json.loads(path.read_text())
        except (OSError, json.JSONDecodeError) as error:
            raise MerError(f"{self.folder} holds no run that can be read ({path.name}: {error}).") from error

    @property
    def is_complete(self) -> bool:
        """Whether the run has its result."""
        return (self.folder / RESULT_FILE).is_file()

    def check_complete(self) -> None:
        """Nothing, for a complete run.

        Raises:
            MerError: it has no result.
        """
        if not self.is_complete:
            raise MerError(f"{self.folder} is not complete: it has no {RESULT_FILE}; go on with `resume`.")

    def finished(self) -> frozenset[str]:
        """Names of the complete folds."""
        return frozenset(path.parent.name for path in (self.folder / FOLDS_FOLDER).glob(f"[!.]*/{_OUTCOME_FILE}"))

    def add(self, outcome: FoldOutcome) -> None:
        """Store a fold; if another process was quicker, its (equal) outcome stays."""
        folds = self.folder / FOLDS_FOLDER
        folds.mkdir(parents=True, exist_ok=True)
        partial = Path(tempfile.mkdtemp(prefix=".partial-", dir=folds))
        try:
            write_weights(outcome.weights, partial / _WEIGHTS_FILE)
            (partial / _OUTCOME_FILE).write_text(json.dumps(_plain(outcome)))
            partial.chmod(0o755)
            partial.rename(folds / outcome.key)
        except OSError:
            if not (folds / outcome.key / _OUTCOME_FILE).is_file():
                raise
        finally:
            shutil.rmtree(partial, ignore_errors=True)

    def outcome(self, key: str) -> FoldOutcome:
        """A finished fold.

        Raises:
            MerError: it is missing or damaged.
        """
        folder = self.folder / FOLDS_FOLDER / key
        try:
            values = json.loads((folder / _OUTCOME_FILE).read_text())
            return _from_plain(key, values, load_file(folder / _WEIGHTS_FILE))
        except (OSError, ValueError, KeyError, TypeError, AttributeError, SafetensorError) as error:
            raise MerError(f"The fold {folder} is missing or damaged ({error!r}); delete it and resume.") from error

    def clear_leftovers(self) -> None:
        """Remove what killed processes left half written; what is younger than an hour may still be being written."""
        oldest = time.time() - _LEFTOVER_S
        for path in (path for pattern in _LEFTOVERS for path in self.folder.glob(pattern)):
            with contextlib.suppress(FileNotFoundError):  # another process was quicker
                if path.stat().st_mtime < oldest:
                    shutil.rmtree(path, ignore_errors=True) if path.is_dir() else path.unlink()

    def finish(self, result: dict[str, Any]) -> None:
        """Write the result, the last file of a run."""
        with whole_file(self.folder / RESULT_FILE) as part:
            part.write_text(_as_text(result))

    def _refuse_foreign(self) -> None:
        """Only what a process that was killed or is beginning the same run leaves may lie there."""
        names = [path.name for path in self.folder.iterdir()] if self.folder.exists() else []
        if SPEC_FILE in names:  # another process began a run meanwhile: `begin` goes on to compare what it asked for
            return
        if any(name != FOLDS_FOLDER and not name.startswith(f".{SPEC_FILE}.") for name in names):
            raise MerError(f"{self.folder} holds something else; choose another folder for the run.")

    def _refuse_other(self, spec: dict[str, Any]) -> None:
        stored = self.spec()
        names = (set(stored) | set(spec)) - _PLACES
        differing = sorted(name for name in names if stored.get(name) != spec.get(name))
        if differing:
            raise MerError(
                f"{self.folder} holds a run with other settings ({', '.join(differing)}); choose another folder."
            )


def _plain(outcome: FoldOutcome) -> dict[str, Any]:
    return {
        "sample_ids": list(outcome.sample_ids),
        "logits": outcome.logits.tolist(),
        "epochs": list(outcome.epochs),
        "losses": list(outcome.losses),
        "seconds": outcome.seconds,
        **{name: getattr(outcome, name) for name in _ORIGIN},
    }


def _from_plain(key: str, values: dict[str, Any], weights: dict[str, torch.Tensor]) -> FoldOutcome:
    return FoldOutcome(
        key=key,
        sample_ids=tuple(values["sample_ids"]),
        logits=np.array(values["logits"], np.float64),
        epochs=tuple(values["epochs"]),
        losses=tuple(values["losses"]),
        seconds=float(values["seconds"]),
        weights=weights,
        **{name: str(values.get(name, "")) for name in _ORIGIN},
    )


def _as_text(values: dict[str, Any]) -> str:
    return json.dumps(values, indent=2) + "\n"


def _write_first(path: Path, text: str) -> None:
    """Write a file unless there is one; of processes that try at once a single one succeeds."""
    with whole_file(path, replaces=False) as part:
        part.write_text(text)
