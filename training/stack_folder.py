"""The folder of a stack that is not finished: its state so far, and its weights after each epoch that will be scored.

The weights are in files because those of many epochs may not fit into memory.
"""

import hashlib
import shutil
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open

from mer_core.errors import MerError
from mer_core.weights_file import write_weights
from mer_core.whole_files import whole_file

_STATE_FILE = "state.safetensors"


class StackFolder:
    """Each file in it is written whole or not at all; a later process replaces what a killed one left.

    Args:
        path: made with the first file.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.state = path / _STATE_FILE

    @staticmethod
    def of(keys: Sequence[str], stacks: Path) -> "StackFolder":
        """That of a stack of these folds, in the folder of all stacks."""
        return StackFolder(stacks / hashlib.sha256("/".join(keys).encode()).hexdigest()[:16])

    @staticmethod
    def begun(stacks: Path) -> list["StackFolder"]:
        """Those that a stopped process left, in the folder of all stacks."""
        return [StackFolder(path.parent) for path in sorted(stacks.glob(f"*/{_STATE_FILE}"))]

    def save_weights(self, epoch: int, weights: Mapping[str, torch.Tensor]) -> None:
        """Keep the weights of all F networks after an epoch, stacked (F, ...)."""
        self.path.mkdir(parents=True, exist_ok=True)
        with whole_file(self._weights_file(epoch)) as part:
            write_weights(weights, part)

    def weights_of(self, place: int, epochs: Sequence[int]) -> Iterator[dict[str, torch.Tensor]]:
        """The weights of the network at one place in the stack after each of these epochs, one after another.

        Raises:
            MerError: a file is missing or damaged.
        """
        for epoch in epochs:
            path = self._weights_file(epoch)
            try:
                with safe_open(path, framework="pt") as file:
                    yield {name: file.get_slice(name)[place] for name in file.keys()}  # noqa: SIM118  # no mapping
            except (OSError, SafetensorError) as error:
                raise MerError(f"{path} is missing or damaged ({error}); delete {self.path} and resume.") from error

    def clear(self) -> None:
        """Remove it, the state last: while that is there, a process that resumes finds whatever else is left."""
        for path in self.path.glob("epoch-*"):
            path.unlink(missing_ok=True)
        self.state.unlink(missing_ok=True)
        shutil.rmtree(self.path, ignore_errors=True)  # unless another process is writing there

    def _weights_file(self, epoch: int) -> Path:
        return self.path / f"epoch-{epoch}.safetensors"
