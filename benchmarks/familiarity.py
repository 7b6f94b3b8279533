"""How often a motion is called too strange for a class: laboratory maps, altered ones, noise, and synthetic clips.

Usage: `python -m benchmarks.familiarity PATH_TO_MEGC2019_MAPS`. Each data set of the
benchmark is also judged by what the other two look like.
"""

import sys
from pathlib import Path

import cv2
import numpy as np

from mer_core.checkpoints import load_checkpoint
from mer_core.inputs import motion_map
from mer_core.predictor import Predictor
from mer_core.reliability import KnownMotion
from mer_core.reliability.known_motion import CANNOT_SAY_FROM, UNUSUAL_FROM
from mer_core.synthetic import emotion_scenario, render
from training.datasets.megc2019 import read_megc2019
from training.reliability.known_motion import fit_known_motion

_EVERY = 3  # of the laboratory maps that are altered
_SEEDS = range(1, 5)


def main() -> None:
    """Print one line a kind of map."""
    data = read_megc2019(Path(sys.argv[1]))
    people = [(sample.dataset, sample.subject) for sample in data.samples]
    known = fit_known_motion(data.maps, people)
    print(f"{'':24} maps  median  unusual (from {UNUSUAL_FROM})  no class (from {CANNOT_SAY_FROM})")
    for name, maps in {**_altered(data.maps[::_EVERY]), "synthetic clips": _synthetic()}.items():
        _line(name, _shares(known, maps))
    for left_out in sorted({dataset for dataset, _ in people}):
        own = np.array([dataset == left_out for dataset, _ in people])
        others = [person for person in people if person[0] != left_out]
        from_others = fit_known_motion(data.maps[~own], others)
        _line(f"{left_out}, left out", _shares(from_others, data.maps[own]))


def _shares(known: KnownMotion, maps: np.ndarray) -> np.ndarray:
    return np.array([known.familiarity(one).stranger_than for one in maps])


def _altered(maps: np.ndarray) -> dict[str, np.ndarray]:
    rng = np.random.default_rng(0)
    mirrored = maps[:, :, ::-1].copy()
    mirrored[..., 0] = 255 - mirrored[..., 0]
    return {
        "mirrored, u negated": mirrored,
        "shifted by 3 px": np.roll(maps, 3, axis=2),
        "shifted by 7 px": np.roll(maps, 7, axis=2),
        "lowered by 7 px": np.roll(maps, 7, axis=1),
        "upside down": maps[:, ::-1],
        "u and v exchanged": maps[..., [1, 0, 2]],
        "pixels shuffled": np.stack([rng.permutation(one.reshape(784, 3)) for one in maps]).reshape(maps.shape),
        "white noise": rng.integers(0, 256, (50, 28, 28, 3), np.uint8),
        "smooth noise (2 px)": np.stack([_smooth(rng, 2) for _ in range(50)]),
        "smooth noise (8 px)": np.stack([_smooth(rng, 8) for _ in range(50)]),
        "no motion at all": np.zeros((1, 28, 28, 3), np.uint8),
    }


def _smooth(rng: np.random.Generator, sigma: float) -> np.ndarray:
    noise = cv2.GaussianBlur(rng.normal(size=(28, 28, 3)), (0, 0), sigma)
    low, high = noise.min(axis=(0, 1)), noise.max(axis=(0, 1))
    return np.round((noise - low) / (high - low) * 255).astype(np.uint8)


def _synthetic() -> np.ndarray:
    predictor = Predictor(load_checkpoint("off_tanet"))
    scenarios = [emotion_scenario(emotion, seed) for emotion in ("negative", "positive", "surprise") for seed in _SEEDS]
    return np.stack([motion_map(predictor.analyze(render(scenario).clip).motion) for scenario in scenarios])


def _line(name: str, shares: np.ndarray) -> None:
    unusual, none = (float((shares >= limit).mean()) for limit in (UNUSUAL_FROM, CANNOT_SAY_FROM))
    print(f"{name:24} {len(shares):4}  {np.median(shares):6.3f}  {unusual:19.3f}  {none:20.3f}", flush=True)


if __name__ == "__main__":
    main()
