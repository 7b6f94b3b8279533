"""Seconds per fold-epoch of our engine against a plain loop over the folds on the same machine.

Usage: `python -m benchmarks.loso PATH_TO_MEGC2019_MAPS [NETWORK ...]`. Both train the same network with batches of the
same size for the same epochs in one run of this program: on a processor the pool of processes, on a graphics processor
all folds stacked. The plain loop is what published code does: one fold after another, a `DataLoader`, PyTorch's default
optimiser, number of threads and memory layout; its maps are resized beforehand, so that only training is timed. Of many
folds it trains the first four, each of which takes as long as any other.
"""

import os
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

from mer_core.cores import num_cores
from training.datasets.maps import LabelledMaps
from training.datasets.megc2019 import read_megc2019
from training.engines import Engine
from training.fit import seeded_model
from training.fold_job import RunData
from training.folds import Fold, loso_folds
from training.precision import PRECISIONS
from training.recipes import Recipe, load_recipe
from training.run_spec import RunSpec

_NETWORKS = ("mini_aorcnn", "off_tanet", "ststnet")
# As many as the honest recipes of the two largest have; the start of the workers, which a run pays once, hardly counts.
_EPOCHS = 80
_FOLDS = 4


def main() -> None:
    """Print one line a network and precision."""
    data, engine = read_megc2019(Path(sys.argv[1])), Engine()
    folds = loso_folds(data.samples)
    folds = folds if engine.stacks else folds[:_FOLDS]
    print(f"{num_cores()} cores, {_name(engine.torch_device)}, {len(folds)} folds; seconds per fold-epoch")
    for network in sys.argv[2:] or _NETWORKS:
        recipe = replace(load_recipe(network, "authors"), epochs=_EPOCHS)
        plain = _plain(network, recipe, data, engine.torch_device)
        memory = f"this process {_peak_mb(os.getpid()):.0f} MB"
        print(f"{network:12} plain loop, {torch.get_num_threads()} threads   {plain:7.4f}   {memory}", flush=True)
        for precision in PRECISIONS:
            spec = RunSpec(network, {}, "authors", recipe, "honest", 0, precision, ("maps",), data.digest, "")
            spent, peak = _ours(engine, spec, data, folds)
            line = f"{network:12} {'stacked' if engine.stacks else 'pool'}, {precision}               {spent:7.4f}"
            print(f"{line}   {plain / spent:.2f}x as fast; {peak}", flush=True)


def _plain(network: str, recipe: Recipe, data: LabelledMaps, device: torch.device) -> float:
    _forget_peak()
    inputs, labels = recipe.input_spec.from_planes(data.planes).to(device), torch.from_numpy(data.labels).to(device)
    started = time.perf_counter()
    for fold in loso_folds(data.samples)[:_FOLDS]:
        samples = TensorDataset(inputs[fold.train], labels[fold.train])
        _plain_loop(seeded_model(network, 0).to(device), samples, recipe)
    return (time.perf_counter() - started) / (_FOLDS * recipe.epochs)


def _plain_loop(model: nn.Module, samples: TensorDataset, recipe: Recipe) -> None:
    optimiser = torch.optim.Adam(model.parameters(), recipe.learning_rate, weight_decay=recipe.weight_decay)
    model.train()
    for _ in range(recipe.epochs):
        total = 0.0
        for inputs, labels in DataLoader(samples, recipe.batch_size, shuffle=True):
            loss = F.cross_entropy(model(inputs), labels)
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            total += loss.item()  # as published loops print it; a graphics processor has then done its work


def _ours(engine: Engine, spec: RunSpec, data: LabelledMaps, folds: Sequence[Fold]) -> tuple[float, str]:
    """Seconds a fold-epoch, the start of the workers included, and the most memory taken."""
    names = tuple(sample.sample_id for sample in data.samples)
    run = RunData(spec, data.planes, torch.from_numpy(data.labels), names)
    started, worker = time.perf_counter(), 0.0
    with tempfile.TemporaryDirectory() as folder:
        for _ in engine.run(run, folds, Path(folder)):
            worker = max(worker, _largest_worker_mb())
    spent = (time.perf_counter() - started) / (len(folds) * spec.recipe.epochs)
    if engine.torch_device.type != "cuda":
        return spent, f"largest of {num_cores()} workers {worker:.0f} MB"
    return spent, f"{torch.cuda.max_memory_allocated() / 2**20:.0f} MB on the graphics processor"


def _name(device: torch.device) -> str:
    return torch.cuda.get_device_name(device) if device.type == "cuda" else "no graphics processor"


def _largest_worker_mb() -> float:
    """The most memory that any other process of this group has taken so far, MB (Linux)."""
    others = (int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit())
    return max((_peak_mb(other) for other in others if other != os.getpid()), default=0.0)


def _forget_peak() -> None:
    """Let the peak of this process's memory begin anew (Linux)."""
    Path("/proc/self/clear_refs").write_text("5")


def _peak_mb(process: int) -> float:
    try:
        if os.getpgid(process) != os.getpgrp():
            return 0.0
        status = Path(f"/proc/{process}/status").read_text()
    except OSError:  # it has ended
        return 0.0
    peak = next((line for line in status.splitlines() if line.startswith("VmHWM")), "VmHWM: 0 kB")
    return int(peak.split()[1]) / 1024


if __name__ == "__main__":
    main()
