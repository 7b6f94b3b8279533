"""All folds' networks of a leave-one-subject-out run asked together: their mean answer, and how far they agree."""

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from itertools import pairwise
from pathlib import Path
from threading import Lock
from typing import Any

import torch
from torch import nn
from torch.func import functional_call

from mer_core.cores import num_cores
from mer_core.errors import CheckpointError
from mer_core.models import build_model
from mer_core.weights_file import read_weights, write_weights

FOLDS_FILE = "folds.safetensors"
# 68 networks on one core, ms: Off-TANet 183 one by one, 141 in parts of 17 or 34, 213 as one part, which leaves the
# processor's cache; mini-AORCNN 148, 90 to 99, 125. More parts than this would be small ones.
_MOST_PARTS = 4
# Maps to ask about at a time: with 68 networks, layers larger than that leave the processor's cache.
MAPS_AT_ONCE = 4

Weights = Mapping[str, torch.Tensor]


class FoldEnsemble:
    """Networks of one architecture that learnt from all people but one each, run together.

    All of them are run as one network with grouped convolutions (`torch.func.functional_call` under `vmap`), in one
    part a core. Several threads may share it; they take turns.

    It is no evidence on a clip of the people it learnt from: all networks but one have seen that person.

    Args:
        architecture: see `mer_core.models.list_models()`.
        arguments: of `build_model`.
        weights: name to the values of all N networks, float32 (N, ...); see `stacked_weights`.
        left_out: N fingerprints, of the person that each network has not seen.
    """

    def __init__(
        self, architecture: str, arguments: Mapping[str, Any], weights: Weights, left_out: Sequence[str]
    ) -> None:
        self.left_out = tuple(left_out)
        self._lock = Lock()
        count = min(num_cores(), _MOST_PARTS, self.num_networks)
        edges = [self.num_networks * index // count for index in range(count + 1)]
        self._parts = [_Part(architecture, arguments, weights, *span) for span in pairwise(edges)]

    @property
    def num_networks(self) -> int:
        """Number of networks."""
        return len(self.left_out)

    @property
    def weights(self) -> dict[str, torch.Tensor]:
        """Name to the values of all networks, float32 (N, ...)."""
        stacked = [part.weights for part in self._parts]
        return {name: torch.cat([weights[name] for weights in stacked]) for name in stacked[0]}

    def logits(self, inputs: torch.Tensor) -> torch.Tensor:
        """What each network answers; float32 (N, B, C), for inputs float32 (B, channels, size, size)."""
        with self._lock:
            return torch.cat(list(_workers().map(lambda part: part.logits(inputs), self._parts)))


class _Part:
    """Some of the networks, with a skeleton of their own: `functional_call` puts weights into it while it runs."""

    def __init__(
        self, architecture: str, arguments: Mapping[str, Any], weights: Weights, first: int, last: int
    ) -> None:
        self.weights = {name: _channels_last(values[first:last]) for name, values in weights.items()}
        self._skeleton = build_model(architecture, **arguments).eval()

    @torch.inference_mode()
    def logits(self, inputs: torch.Tensor) -> torch.Tensor:
        inputs = inputs.contiguous(memory_format=torch.channels_last)
        return torch.vmap(lambda weights: functional_call(self._skeleton, weights, (inputs,)))(self.weights)


def inference_state(state: Weights) -> dict[str, torch.Tensor]:
    """The entries of a state dict that a trained network computes with: all but the counters of batch norm."""
    return {name: value for name, value in state.items() if value.is_floating_point()}


def stacked_weights(states: Sequence[Weights]) -> dict[str, torch.Tensor]:
    """The weights of N networks along a new first axis, float32 (N, ...)."""
    return {name: torch.stack([state[name].float() for state in states]) for name in inference_state(states[0])}


def rounded(weights: Weights) -> dict[str, torch.Tensor]:
    """Stacked weights as they are stored: matrices and kernels float16, vectors float32.

    Vectors (biases, norms) are few, and the variances that a batch norm keeps can exceed what float16 holds.
    """
    return {name: value.half() if value.dim() > 2 else value for name, value in weights.items()}


def write_folds(ensemble: FoldEnsemble, folder: Path) -> None:
    """Write an ensemble's weights into a checkpoint's folder.

    Raises:
        OSError: they cannot be written there.
    """
    stored = rounded(ensemble.weights)
    write_weights(stored, folder / FOLDS_FILE)


def read_folds(folder: Path, architecture: str, arguments: Mapping[str, Any], left_out: Sequence[str]) -> FoldEnsemble:
    """The ensemble in a checkpoint's folder.

    Args:
        folder: of the checkpoint.
        architecture: of its networks.
        arguments: of `build_model`.
        left_out: one fingerprint a network.

    Raises:
        CheckpointError: the file is missing or damaged, holds values that are not finite, or does not fit.
    """
    path = folder / FOLDS_FILE
    weights = {name: value.float() for name, value in read_weights(path).items()}
    _check_fit(weights, build_model(architecture, **arguments), len(left_out), path)
    return FoldEnsemble(architecture, arguments, weights, left_out)


def _check_fit(weights: Weights, network: nn.Module, num_networks: int, path: Path) -> None:
    wanted = {name: (num_networks, *value.shape) for name, value in inference_state(network.state_dict()).items()}
    odd = sorted(set(wanted) ^ set(weights))
    if odd:
        raise CheckpointError(f"{path} does not fit its network: missing or unknown entries {', '.join(odd[:3])}.")
    for name, shape in wanted.items():
        if tuple(weights[name].shape) != shape:
            raise CheckpointError(
                f"{path} does not fit its network: {name} has shape {tuple(weights[name].shape)}, expected {shape}."
            )


def _channels_last(stacked: torch.Tensor) -> torch.Tensor:
    """The same values, kernels (N, out, in, k, k) laid out in memory as grouped convolutions read them fastest."""
    if stacked.dim() != 5:
        return stacked.contiguous()
    joined = stacked.flatten(0, 1).contiguous(memory_format=torch.channels_last)
    return joined.unflatten(0, stacked.shape[:2])


@cache
def _workers() -> ThreadPoolExecutor:
    # One core each. Left to torch's own threads, 68 small networks on two cores take longer than on one.
    return ThreadPoolExecutor(
        min(num_cores(), _MOST_PARTS), "fold-ensemble", initializer=torch.set_num_threads, initargs=(1,)
    )
