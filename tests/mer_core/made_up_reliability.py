"""A reliability with known numbers, for networks of any kind."""

from typing import Any

import numpy as np

from mer_core.checkpoints import Checkpoint, config_of, network_of
from mer_core.inputs import MAP_SIDE
from mer_core.reliability import AnswerSets, Baseline, Calibration, KnownMotion, Record, Reliability
from mer_core.scores import Estimate

_SHAPE = 3 * (MAP_SIDE // 2) ** 2


def made_up_record() -> Record:
    """442 clips of 68 people; 52 of 83 surprise clips are called so, and 50 of 77 calls of positive are right."""
    return Record(
        num_subjects=68,
        confusion=((200, 20, 30), (39, 50, 20), (24, 7, 52)),
        uf1=Estimate(0.64, 0.59, 0.69),
        uar=Estimate(0.63, 0.58, 0.68),
        accuracy=Estimate(0.68, 0.63, 0.73),
        baseline=Baseline("negative", 0.241, 0.333, 0.566),
    )


def made_up_calibration(temperature: float = 1.0) -> Calibration:
    return Calibration(temperature, 0.09, 0.05, 0.04, 0.9, 0.8)


def made_up_sets(**limits: float) -> AnswerSets:
    """Sets with these limits, 0.9 for classes that are not named."""
    names = ("negative", "positive", "surprise")
    return AnswerSets(
        target=0.9,
        limits={name: limits.get(name, 0.9) for name in names},
        coverage=Estimate(0.91, 0.88, 0.94),
        mean_size=1.6,
        class_coverage=dict.fromkeys(names, 0.91),
        class_mean_size=dict.fromkeys(names, 1.6),
        sizes=(220, 180, 42),
    )


def made_up_motion(least_distance: float = 1e6) -> KnownMotion:
    """Laboratory maps none of which lies nearer than this: by default every motion is familiar, with 0 none is."""
    return KnownMotion(
        mean=np.zeros(_SHAPE, np.float32),
        directions=np.eye(2, _SHAPE, dtype=np.float32),
        variances=np.ones(2, np.float32),
        residual=np.ones(1, np.float32),
        contrast_mean=np.zeros(6, np.float32),
        contrast_precision=np.eye(6, dtype=np.float32),
        distances=np.linspace(least_distance, least_distance + 1, 442, dtype=np.float32),
    )


def made_up_reliability(checkpoint: Checkpoint, **parts: Any) -> Reliability:
    """The reliability of a checkpoint's network; `parts` replace `calibration`, `sets` or `known_motion`."""
    whole = {
        "record": made_up_record(),
        "calibration": made_up_calibration(),
        "sets": made_up_sets(),
        "known_motion": made_up_motion(),
    }
    return Reliability(run=network_of(config_of(checkpoint)), **{**whole, **parts})
