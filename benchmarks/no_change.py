"""Whether another engine or precision changes a run's UF1, beyond what the choice of subjects explains.

Usage: `python -m benchmarks.no_change PATH_TO_MEGC2019_MAPS NETWORK {engine,precision} RUNS_FOLDER [EPOCHS]`. Trains
the honest recipe (or fewer epochs of it) with three seeds each way and prints the difference of every seed and of their
mean with its 95 % interval by paired bootstrap over subjects; beside it, as a control, how far two seeds of one way lie
apart. "engine" compares the stacked engine with the pool, "precision" bfloat16 with float32. Finished folds are kept in
the folder: a killed benchmark goes on.
"""

import sys
from dataclasses import replace
from itertools import combinations
from pathlib import Path

from mer_core.scores import as_interval, as_score
from training.cli.common import read_data, software
from training.comparison import compare_runs, mean_difference
from training.datasets.maps import LabelledMaps
from training.engines import Engine
from training.loso import out_of_fold, run_loso
from training.predictions import Predictions
from training.recipes import load_recipe
from training.run_spec import RunSpec

_SEEDS = (0, 1, 2)
_WAYS = {
    "engine": (("stacked", "fp32"), ("pool", "fp32")),
    "precision": (("auto", "bf16"), ("auto", "fp32")),
}


def main() -> None:
    """Print one line a seed and one for their mean."""
    source, network, what, folder = f"megc2019:{sys.argv[1]}", sys.argv[2], sys.argv[3], Path(sys.argv[4])
    data = read_data([source])
    recipe = load_recipe(network, "honest")
    epochs = int(sys.argv[5]) if len(sys.argv) > 5 else recipe.epochs
    first, second = _WAYS[what]
    print(f"{network}, {epochs} epochs: {' '.join(first)} less {' '.join(second)}, UF1")
    pairs = []
    for seed in _SEEDS:
        spec = RunSpec(
            model=network,
            arguments={},
            recipe_name="honest",
            recipe=replace(recipe, epochs=epochs),
            protocol="honest",
            seed=seed,
            precision="fp32",
            data=(source,),
            data_digest=data.digest,
            software=software(),
        )
        pairs.append((_run(spec, data, folder, first), _run(spec, data, folder, second)))
        difference = compare_runs(*pairs[-1]).uf1
        print(f"seed {seed}: {as_interval(difference.estimate)}", flush=True)
    mean = mean_difference(pairs)
    verdict = "no change" if mean.within_noise else "a change"
    print(f"mean: {as_interval(mean.estimate)}, {verdict}; share of draws above 0: {as_score(mean.share_above)}")
    for way, runs in zip((first, second), zip(*pairs, strict=True), strict=True):
        apart = [as_score(abs(compare_runs(*two).uf1.value)) for two in combinations(runs, 2)]
        print(f"control, {' '.join(way)}: two seeds lie {', '.join(apart)} apart")


def _run(spec: RunSpec, data: LabelledMaps, folder: Path, way: tuple[str, str]) -> Predictions:
    kind, precision = way
    spec = replace(spec, precision=precision)
    name = f"{spec.model}-{kind}-{precision}-{spec.recipe.epochs}epochs-seed{spec.seed}"
    return out_of_fold(run_loso(spec, data, folder / name, Engine("auto", kind)), data)


if __name__ == "__main__":
    main()
