"""Which machine part trains the folds, and how: one process a core, or stacks of folds on a graphics processor."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import torch

from mer_core.cores import num_cores
from mer_core.errors import MerError
from training.fold_job import RunData
from training.folds import Fold
from training.pool import run_in_pool
from training.stacked import OnEpoch, StackSettings, run_stacked
from training.store import FoldOutcome

DEVICES: tuple[str, ...] = ("auto", "cpu", "cuda")
ENGINES: tuple[str, ...] = ("auto", "pool", "stacked")
STACKS_FOLDER = "stacks"


@dataclass(frozen=True)
class Engine:
    """How folds are trained.

    Attributes:
        device: "auto" takes a graphics processor where there is one.
        kind: "auto" stacks folds on a graphics processor and runs one process a core on a processor.
        num_workers: processes of the pool; None for one a core.
        folds_per_stack: most folds in a stack; None for as many as fit.

    Raises:
        MerError: an unknown choice, less than one worker or fold, a number that this kind has no use for, a graphics
            processor that is not there, or a pool on one.
    """

    device: str = "auto"
    kind: str = "auto"
    num_workers: int | None = None
    folds_per_stack: int | None = None

    def __post_init__(self) -> None:
        for name, value, choices in (("device", self.device, DEVICES), ("engine", self.kind, ENGINES)):
            if value not in choices:
                raise MerError(f"Unknown {name} {value!r}; choose one of {', '.join(choices)}.")
        for name, number in (("workers", self.num_workers), ("folds a stack", self.folds_per_stack)):
            if number is not None and number < 1:
                raise MerError(f"There must be at least one of the {name}, not {number}.")
        if self.device == "cuda" and not torch.cuda.is_available():
            raise MerError("There is no graphics processor that this PyTorch can use; choose --device cpu.")
        if self.torch_device.type == "cuda" and self.kind == "pool":
            raise MerError("The pool runs on the processor; choose --device cpu or --engine stacked.")

        if self.stacks and self.num_workers is not None:
            raise MerError("Stacked folds have no workers; leave out --workers, or choose --engine pool.")
        if not self.stacks and self.folds_per_stack is not None:
            raise MerError("The pool has no stacks; leave out --stack, or choose --engine stacked.")

    @property
    def torch_device(self) -> torch.device:
        """Where the networks learn; with the pool chosen and the device left open, the processor."""
        wants_cuda = self.device == "cuda" or (self.device == "auto" and self.kind != "pool")
        return torch.device("cuda" if wants_cuda and torch.cuda.is_available() else "cpu")

    @property
    def stacks(self) -> bool:
        """Whether folds are stacked."""
        return self.kind == "stacked" or (self.kind == "auto" and self.torch_device.type == "cuda")

    def run(
        self, data: RunData, folds: Sequence[Fold], run_folder: Path, on_epoch: OnEpoch = lambda progress: None
    ) -> Iterator[FoldOutcome]:
        """The outcomes of the folds, each as soon as it is finished.

        Args:
            data: what is run on which samples.
            folds: those to run.
            run_folder: of the run; unfinished stacks, and weights until they are scored, are kept in it.
            on_epoch: told each epoch of a stack.
        """
        if not self.stacks:
            return run_in_pool(data, folds, self.num_workers or num_cores(), run_folder)
        settings = StackSettings(self.torch_device, run_folder / STACKS_FOLDER, self.folds_per_stack)
        return run_stacked(data, folds, settings, on_epoch)
