"""Which crop puts the face where the benchmark's maps have it.

Usage: `python -m benchmarks.crop_geometry PATH_TO_MEGC2019_MAPS`. For each crop it prints the correlation between the
mean map of 16 synthetic clips and the mean benchmark map, averaged over 3 classes x 3 channels.
"""

import sys
from pathlib import Path

import numpy as np

from mer_core.crop import CropGeometry, crop_around
from mer_core.inputs import motion_map
from mer_core.labels import LABELS
from mer_core.motion import MotionSettings, measure_motion
from mer_core.regions import face_mask
from mer_core.synthesis.scenarios import Scenario
from mer_core.synthetic import emotion_scenario, render_frame, true_landmarks
from training.datasets.megc2019 import read_megc2019

_SIDES = (2.0, 2.2, 2.4, 2.6)
_EYE_LINES = (0.25, 0.28, 0.31, 0.38)
_CLIPS = 16


def _map(scenario: Scenario, frames: tuple[np.ndarray, np.ndarray], geometry: CropGeometry) -> np.ndarray:
    landmarks = true_landmarks(scenario, scenario.onset)
    crop = crop_around(landmarks, geometry)
    face = face_mask(crop.to_crop(landmarks), crop.size)
    return motion_map(measure_motion(crop.apply(frames[0]), crop.apply(frames[1]), face, MotionSettings()))


def _correlation(one: np.ndarray, other: np.ndarray) -> float:
    channels = [np.corrcoef(one[..., c].ravel(), other[..., c].ravel())[0, 1] for c in range(3)]
    return float(np.mean(channels))


def main() -> None:
    """Print the table."""
    data = read_megc2019(Path(sys.argv[1]))
    real = [data.maps[data.labels == label].mean(axis=0) for label in range(3)]
    clips = [[emotion_scenario(name, seed, head_motion_px=0.5) for seed in range(_CLIPS)] for name in LABELS]
    drawn = [[(s, (render_frame(s, s.onset), render_frame(s, s.apex))) for s in group] for group in clips]
    print("rows: side in eye distances; columns: eye line", *_EYE_LINES)
    for side in _SIDES:
        row = []
        for eye_line in _EYE_LINES:
            geometry = CropGeometry(side, eye_line)
            means = [np.mean([_map(s, frames, geometry) for s, frames in group], axis=0) for group in drawn]
            row.append(np.mean([_correlation(mean, target) for mean, target in zip(means, real, strict=True)]))
        print(side, *(f"{value:.3f}" for value in row))


if __name__ == "__main__":
    main()
