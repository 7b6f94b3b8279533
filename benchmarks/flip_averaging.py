"""What averaging the answers to a map and to its mirror image would change.

Usage: `python -m benchmarks.flip_averaging PATH_TO_MEGC2019_MAPS [CHECKPOINT ...]`. Asks, of each checkpoint with the
networks of the folds, the one that left a person out about that person's maps, as they are and averaged with their
mirror images, and prints both UF1 and their difference with its 95 % interval by paired bootstrap over subjects.
"""

import sys

import numpy as np
import torch

from mer_core.checkpoints import Checkpoint, load_checkpoint
from mer_core.ensemble import MAPS_AT_ONCE
from mer_core.scores import as_interval, as_score
from training.augment import mirrored
from training.cli.common import read_data
from training.comparison import compare_runs
from training.datasets.maps import LabelledMaps
from training.loso import predictions_of_logits
from training.metrics import SubjectCounts, uf1
from training.overlap import person_fingerprint


def main() -> None:
    """Print one line a checkpoint."""
    data = read_data([f"megc2019:{sys.argv[1]}"])
    for name in sys.argv[2:] or ("ststnet", "mini_aorcnn", "off_tanet"):
        checkpoint = load_checkpoint(name)
        plain, mirror = (_asked(checkpoint, data, planes) for planes in (data.planes, mirrored(data.planes)))
        once, both = (predictions_of_logits(np.log(answers), data) for answers in (plain, (plain + mirror) / 2))
        scores = [as_score(float(uf1(SubjectCounts.of(run).pooled))) for run in (once, both)]
        difference = as_interval(compare_runs(both, once).uf1.estimate)
        print(f"{name}: UF1 {scores[0]} as they are, {scores[1]} averaged, difference {difference}", flush=True)


def _asked(checkpoint: Checkpoint, data: LabelledMaps, planes: torch.Tensor) -> np.ndarray:
    """The probabilities (N, 3) of each map, by the network that left its person out."""
    ensemble = checkpoint.ensemble
    if ensemble is None:
        raise SystemExit(f"{checkpoint.name} does not hold the networks of the folds.")
    who = [ensemble.left_out.index(person_fingerprint(sample.dataset, sample.subject)) for sample in data.samples]
    each = [ensemble.logits(checkpoint.input_spec.from_planes(batch)) for batch in planes.split(MAPS_AT_ONCE)]
    logits = torch.cat(each, dim=1)
    return logits[who, torch.arange(len(who))].double().softmax(dim=1).numpy()


if __name__ == "__main__":
    main()
