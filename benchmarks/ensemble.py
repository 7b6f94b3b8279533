"""Ways to ask all 68 networks of a leave-one-subject-out run about one movement.

Usage: `python -m benchmarks.ensemble [NETWORK ...]`. Prints medians of repeated runs on this machine, taken in turn,
and how many times as fast as one network after the other on one core. Weights are random: only shapes matter here.
"""

import copy
import statistics
import sys
import time
from collections.abc import Callable

import torch
from torch import nn
from torch.func import functional_call

from mer_core.ensemble import FoldEnsemble, stacked_weights
from mer_core.models import build_model

_NETWORKS = ("off_tanet", "mini_aorcnn", "ststnet")
_FOLDS, _RUNS = 68, 5


def main() -> None:
    """Print one table a network."""
    for name in sys.argv[1:] or _NETWORKS:
        networks = [build_model(name).eval() for _ in range(_FOLDS)]
        inputs = torch.rand(1, *networks[0].input_shape)
        ways = _ways(name, networks, inputs)
        spent: dict[str, list[float]] = {way: [] for way in ways}
        for _ in range(_RUNS + 1):
            for way, run in ways.items():
                spent[way].append(_milliseconds(run))
        slow = statistics.median(spent["one by one, one core"][1:])
        for way, times in spent.items():
            median = statistics.median(times[1:])
            print(f"{name:12} {way:44} {median:7.1f} ms {slow / median:5.2f}x, first {times[0]:7.1f}", flush=True)


def _ways(name: str, networks: list[nn.Module], inputs: torch.Tensor) -> dict[str, Callable[[], object]]:
    weights = stacked_weights([network.state_dict() for network in networks])
    ensemble = FoldEnsemble(name, {}, weights, [str(index) for index in range(_FOLDS)])
    folded = [copy.deepcopy(network).to(memory_format=torch.channels_last) for network in networks]
    last = inputs.contiguous(memory_format=torch.channels_last)
    return {
        "one by one, one core": _on(1, lambda: [network(inputs) for network in networks]),
        "one by one, torch's two threads": _on(2, lambda: [network(inputs) for network in networks]),
        "one by one, channels last, one core": _on(1, lambda: [network(last) for network in folded]),
        "one by one, channels last, bfloat16, one core": _on(1, lambda: _in_bfloat16(folded, last)),
        "vmap of all, one core": _on(1, lambda: _vmapped(networks[0], weights, inputs)),
        "vmap of 34 at a time, one core": _on(
            1, lambda: [_vmapped(networks[0], _part(weights, first), inputs) for first in (0, 34)]
        ),
        "FoldEnsemble, one part a core": lambda: ensemble.logits(inputs),
    }


def _on(threads: int, run: Callable[[], object]) -> Callable[[], object]:
    def limited() -> object:
        torch.set_num_threads(threads)
        with torch.inference_mode():
            return run()

    return limited


def _in_bfloat16(networks: list[nn.Module], inputs: torch.Tensor) -> object:
    with torch.autocast("cpu", torch.bfloat16):
        return [network(inputs) for network in networks]


def _part(weights: dict[str, torch.Tensor], first: int) -> dict[str, torch.Tensor]:
    return {name: values[first : first + 34] for name, values in weights.items()}


def _vmapped(network: nn.Module, weights: dict[str, torch.Tensor], inputs: torch.Tensor) -> torch.Tensor:
    return torch.vmap(lambda one: functional_call(network, one, (inputs,)))(weights)


def _milliseconds(run: Callable[[], object]) -> float:
    started = time.perf_counter()
    run()
    return (time.perf_counter() - started) * 1000


if __name__ == "__main__":
    main()
