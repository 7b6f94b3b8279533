import numpy as np
import pytest

from mer_core.errors import MerError
from mer_core.reliability.answer_sets import members
from training.reliability.thresholds import fit_thresholds

_COUNTS = (250, 109, 83)


def _drawn(rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """442 clips as unequal as the benchmark's, the rarest class the hardest, by a predictor that is often wrong."""
    labels = np.repeat(np.arange(3), _COUNTS)
    strength = np.array([3.0, 2.0, 1.0])[labels]
    weights = np.ones((len(labels), 3))
    weights[np.arange(len(labels)), labels] += strength
    draws = rng.gamma(weights)
    return draws / draws.sum(axis=1, keepdims=True), labels


def test_nine_in_ten_clips_of_every_class_are_covered_over_many_draws() -> None:
    rng = np.random.default_rng(0)
    covered = []
    for _ in range(300):
        thresholds = fit_thresholds(*_drawn(rng), 0.9)
        probabilities, labels = _drawn(rng)
        hits = (probabilities >= thresholds)[np.arange(len(labels)), labels]
        covered.append([hits[labels == index].mean() for index in range(3)])
    # Exactly 90 % to 90 % plus one clip in n + 1, which is what split-conformal prediction promises.
    for share, count in zip(np.mean(covered, axis=0), _COUNTS, strict=True):
        assert 0.895 < share < 0.905 + 1 / (count + 1)


def test_the_top_class_that_always_belongs_only_adds_coverage() -> None:
    probabilities, labels = _drawn(np.random.default_rng(1))
    thresholds = fit_thresholds(probabilities, labels, 0.9)
    rows = np.arange(len(labels))
    assert (members(probabilities, thresholds) >= (probabilities >= thresholds)).all()
    assert members(probabilities, thresholds)[rows, labels].mean() >= 0.9


def test_the_threshold_is_the_probability_that_the_asked_share_reached() -> None:
    labels = np.repeat(np.arange(3), 9)
    probabilities = np.tile(np.linspace(0.1, 0.9, 9), 3)[:, None].repeat(3, axis=1)
    # ceil((9 + 1) 0.7) = 7: the seventh largest of .9, .8, .7, .6, .5, .4, .3
    assert fit_thresholds(probabilities, labels, 0.7) == pytest.approx([0.3] * 3)


def test_a_class_of_too_few_clips_belongs_to_every_answer() -> None:
    labels = np.array([0] * 30 + [1] * 30 + [2] * 8)
    probabilities = np.random.default_rng(0).dirichlet((1, 1, 1), 68)
    thresholds = fit_thresholds(probabilities, labels, 0.9)
    assert thresholds[2] == 0
    assert min(thresholds[:2]) > 0


def test_a_class_without_any_clip_is_named() -> None:
    with pytest.raises(MerError, match="no surprise clip"):
        fit_thresholds(np.full((4, 3), 1 / 3), np.array([0, 1, 0, 1]), 0.9)
