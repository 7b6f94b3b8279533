"""Seconds per fold-epoch of the pool of processes against a plain loop over the folds.

Usage: `python -m benchmarks.loso PATH_TO_MEGC2019_MAPS [NETWORK ...]`. Both train the same folds of the same network
with batches of the same size for the same epochs in one run of this program. The plain loop is what published code
does: one fold after another, a `DataLoader`, PyTorch's default optimiser, number of threads and memory layout; its maps
are resized beforehand, so that only training is timed.
"""

import os
import sys
import time
from dataclasses import replace
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

from mer_core.cores import num_cores
from training.datasets.megc2019 import read_megc2019
from training.fit import seeded_model
from training.fold_job import RunData
from training.folds import loso_folds
from training.pool import run_in_pool
from training.recipes import Recipe, load_recipe
from training.run_spec import RunSpec

_NETWORKS = ("mini_aorcnn", "off_tanet", "ststnet")
# As many as the honest recipes of the two largest have; the start of the workers, which a run pays once, hardly counts.
_EPOCHS = 80
_FOLDS = 4


def main() -> None:
    """Print one line a network and precision."""
    data = read_megc2019(Path(sys.argv[1]))
    planes = data.planes
    labels = torch.from_numpy(data.labels)
    names = tuple(sample.sample_id for sample in data.samples)
    folds = loso_folds(data.samples)[:_FOLDS]
    print(f"{num_cores()} cores, {_FOLDS} folds; seconds per fold-epoch")
    for network in sys.argv[2:] or _NETWORKS:
        recipe = replace(load_recipe(network, "authors"), epochs=_EPOCHS)
        steps = _FOLDS * recipe.epochs
        inputs = recipe.input_spec.from_planes(planes)
        started = time.perf_counter()
        for fold in folds:
            _plain_loop(seeded_model(network, 0), TensorDataset(inputs[fold.train], labels[fold.train]), recipe)
        plain = time.perf_counter() - started
        print(f"{network:12} plain loop, {torch.get_num_threads()} threads   {plain / steps:7.3f}", flush=True)
        for precision in ("fp32", "bf16"):
            spec = RunSpec(network, {}, "authors", recipe, "honest", 0, precision, ("maps",), data.digest, "")
            pooled, peak = _pooled(RunData(spec, planes, labels, names), folds)
            line = f"{network:12} pool, {precision}               {pooled / steps:7.3f}"
            print(f"{line}   {plain / pooled:.2f}x as fast; largest worker {peak:.0f} MB", flush=True)


def _plain_loop(model: nn.Module, samples: TensorDataset, recipe: Recipe) -> None:
    optimiser = torch.optim.Adam(model.parameters(), recipe.learning_rate, weight_decay=recipe.weight_decay)
    model.train()
    for _ in range(recipe.epochs):
        for inputs, labels in DataLoader(samples, recipe.batch_size, shuffle=True):
            loss = F.cross_entropy(model(inputs), labels)
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()


def _pooled(data: RunData, folds: tuple) -> tuple[float, float]:
    """Time of all folds, the start of the workers included, and the most memory that a worker took, MB."""
    started, peak = time.perf_counter(), 0.0
    for _ in run_in_pool(data, folds, num_cores()):
        peak = max(peak, _largest_worker_mb())
    return time.perf_counter() - started, peak


def _largest_worker_mb() -> float:
    """The most memory that any other process of this group has taken so far, MB (Linux)."""
    others = (int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit())
    return max((_peak_mb(other) for other in others if other != os.getpid()), default=0.0)


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
