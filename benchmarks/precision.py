"""Whether a network learns in bfloat16: its training loss after a few epochs, beside float32.

Usage: `python -m benchmarks.precision PATH_TO_MEGC2019_MAPS [NETWORK ...]`. Trains on all maps by the honest recipe on
one thread and prints the mean loss of the last epoch and the seconds an epoch took. Saying nothing but the class
counts gives a loss of .98.
"""

import sys
import time
from dataclasses import replace
from pathlib import Path

import torch

from training.datasets.maps import LabelledMaps
from training.datasets.megc2019 import read_megc2019
from training.fit import fit, seeded_model
from training.fold_job import quick_to_train
from training.precision import PRECISIONS, autocast
from training.recipes import load_recipe

_NETWORKS = ("mini_aorcnn", "off_tanet", "sssnet")
_EPOCHS = 8


def main() -> None:
    """Print one line a network and precision."""
    torch.set_num_threads(1)
    data = read_megc2019(Path(sys.argv[1]))
    print(f"after {_EPOCHS} epochs")
    for network in sys.argv[2:] or _NETWORKS:
        for precision in PRECISIONS:
            print(f"{network:12} {precision}  {_learn(network, precision, data)}", flush=True)


def _learn(network: str, precision: str, data: LabelledMaps) -> str:
    recipe = replace(load_recipe(network), epochs=_EPOCHS)
    model = quick_to_train(seeded_model(network, 0), recipe.size)
    started = time.perf_counter()
    with autocast(precision):
        losses = fit(model, data.planes, torch.from_numpy(data.labels), recipe, 0)
    return f"loss {losses[-1]:.3f}, {(time.perf_counter() - started) / _EPOCHS:.2f} s an epoch"


if __name__ == "__main__":
    main()
