"""All that is known of how far a checkpoint's answers may be trusted, and the two files that hold it."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, NoReturn

from safetensors import SafetensorError
from safetensors.numpy import load_file, save

from mer_core.errors import CheckpointError
from mer_core.inputs import NOT_STATED
from mer_core.reliability.answer_sets import AnswerSets
from mer_core.reliability.calibration import Calibration
from mer_core.reliability.known_motion import CANNOT_SAY_FROM, KnownMotion
from mer_core.reliability.record import Baseline, Record
from mer_core.scores import Estimate

RELIABILITY_FILE, KNOWN_MOTION_FILE = "reliability.json", "reliability.safetensors"
_FORMAT = 1
# What reading plain values of another shape raises.
_WRONG = (KeyError, TypeError, ValueError, AttributeError)

MEASURED_ON = "one network of a fold, asked only about people it was not trained on"
_ONE_NETWORK = (
    "Measured on networks trained alike without the person asked about; for this network, trained on everybody, it is "
    "approximate."
)
_ENSEMBLE = (
    "Measured on single networks, each asked about people it had not seen; for the mean of all of them it is "
    "approximate."
)
_UNKNOWN_FLOW = " It was measured on maps whose flow method nobody has stated; that of a clip may differ."


@dataclass(frozen=True, eq=False)
class Reliability:
    """What a leave-one-subject-out run tells of the answers of networks trained that way.

    All of it was measured on one stated predictor, `MEASURED_ON`. For what a checkpoint answers with, a network trained
    on everybody or the mean of all folds' networks, it is approximate, as `approximation` says.

    Attributes:
        run: plain facts of the run and of its networks: at least architecture, arguments and input_spec.
        record: scores and counts.
        calibration: temperature.
        sets: limits of the answer sets.
        known_motion: the maps of the run.
    """

    run: dict[str, Any]
    record: Record
    calibration: Calibration
    sets: AnswerSets
    known_motion: KnownMotion

    def approximation(self, is_ensemble: bool) -> str:
        """Why the figures are approximate for the predictor in use, in one or two sentences."""
        is_unknown = str(self.run["input_spec"].get("flow_version", "")).startswith(NOT_STATED)
        return (_ENSEMBLE if is_ensemble else _ONE_NETWORK) + (_UNKNOWN_FLOW if is_unknown else "")

    def to_json(self) -> dict[str, Any]:
        """All but the maps as plain values."""
        return {
            "format": _FORMAT,
            "measured_on": MEASURED_ON,
            "approximate_for": {
                "model.safetensors": self.approximation(is_ensemble=False),
                "folds.safetensors": self.approximation(is_ensemble=True),
            },
            "run": self.run,
            "record": asdict(self.record),
            "calibration": asdict(self.calibration),
            "answer_sets": asdict(self.sets),
            "familiarity": {"cannot_say_from": CANNOT_SAY_FROM, "num_known": len(self.known_motion.distances)},
        }


def write_reliability(reliability: Reliability, folder: Path) -> None:
    """Write both files into a checkpoint's folder.

    Raises:
        OSError: they cannot be written there.
    """
    (folder / KNOWN_MOTION_FILE).write_bytes(save(reliability.known_motion.arrays()))
    (folder / RELIABILITY_FILE).write_text(json.dumps(reliability.to_json(), indent=2, allow_nan=False) + "\n")


def read_reliability(folder: Path, network: dict[str, Any]) -> Reliability | None:
    """What a checkpoint's folder says of its reliability; None where it says nothing.

    Args:
        folder: of the checkpoint.
        network: its architecture, arguments and input_spec, which the reliability must have been measured on.

    Raises:
        CheckpointError: a file is damaged, incomplete, or belongs to another network.
    """
    values = _read_values(folder)
    if values is None:
        return None
    path = folder / RELIABILITY_FILE
    try:
        arrays = load_file(folder / KNOWN_MOTION_FILE)
        known_motion = KnownMotion.from_arrays(arrays)
    except (OSError, SafetensorError, ValueError) as error:
        raise CheckpointError(f"{folder / KNOWN_MOTION_FILE} cannot be used: {error}.") from error
    try:
        found = _from_json(values, known_motion)
    except _WRONG as error:
        raise _damaged(folder, error) from error
    for name, own in network.items():
        if found.run.get(name) != own:
            raise CheckpointError(f"{path} belongs to another network: its {name} is {found.run.get(name)}, not {own}.")
    return found


def read_record(folder: Path) -> Record | None:
    """The scores of a checkpoint by themselves; None where it was not cross-validated.

    Raises:
        CheckpointError: the file is damaged.
    """
    values = _read_values(folder)
    try:
        return None if values is None else _record(values["record"])
    except _WRONG as error:
        raise _damaged(folder, error) from error


def _read_values(folder: Path) -> dict[str, Any] | None:
    path = folder / RELIABILITY_FILE
    if not path.is_file():
        return None
    try:
        values = json.loads(path.read_text(), parse_constant=_refuse_constant)
    except (OSError, ValueError) as error:
        raise CheckpointError(f"{path} cannot be read: {error}.") from error
    if not isinstance(values, dict) or values.get("format") != _FORMAT:
        raise CheckpointError(f"{path} is no reliability of format {_FORMAT}; make it anew.")
    return values


def _damaged(folder: Path, error: Exception) -> CheckpointError:
    reason = f"{type(error).__name__}: {error}"
    return CheckpointError(f"{folder / RELIABILITY_FILE} does not describe a reliability of this version ({reason}).")


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not a number")


def _from_json(values: dict[str, Any], known_motion: KnownMotion) -> Reliability:
    sets = values["answer_sets"]
    return Reliability(
        run=dict(values["run"]),
        record=_record(values["record"]),
        calibration=Calibration(**values["calibration"]),
        sets=AnswerSets(**{**sets, "coverage": Estimate(**sets["coverage"]), "sizes": tuple(sets["sizes"])}),
        known_motion=known_motion,
    )


def _record(values: dict[str, Any]) -> Record:
    scores = {name: Estimate(**values[name]) for name in ("uf1", "uar", "accuracy")}
    confusion = tuple(tuple(row) for row in values["confusion"])
    return Record(**{**values, **scores, "confusion": confusion, "baseline": Baseline(**values["baseline"])})
