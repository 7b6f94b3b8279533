import numpy as np
import pytest

from mer_core.errors import MerError
from mer_core.reliability.answer_sets import members, scores
from training.reliability.limits import fit_limits

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
        limits = fit_limits(*_drawn(rng), 0.9)
        probabilities, labels = _drawn(rng)
        hits = (scores(probabilities) <= limits)[np.arange(len(labels)), labels]
        covered.append([hits[labels == index].mean() for index in range(3)])
    # Exactly 90 % to 90 % plus one clip in n + 1, which is what split-conformal prediction promises.
    for share, count in zip(np.mean(covered, axis=0), _COUNTS, strict=True):
        assert 0.895 < share < 0.905 + 1 / (count + 1)


def test_the_promise_holds_whatever_the_mixture_of_classes() -> None:
    rng = np.random.default_rng(2)
    covered = []
    for _ in range(100):
        limits = fit_limits(*_drawn(rng), 0.9)
        probabilities, labels = _drawn(rng)
        mixed = np.concatenate([rng.choice(np.flatnonzero(labels == index), 60) for index in range(3)])
        covered.append(members(probabilities[mixed], limits)[np.arange(len(mixed)), labels[mixed]].mean())
    assert np.mean(covered) > 0.89


def test_the_top_class_that_always_belongs_only_adds_coverage() -> None:
    probabilities, labels = _drawn(np.random.default_rng(1))
    limits = fit_limits(probabilities, labels, 0.9)
    belong = members(probabilities, limits)
    assert (belong >= (scores(probabilities) <= limits)).all()
    assert belong[np.arange(len(labels)), labels].mean() >= 0.9


def test_the_limit_is_the_score_that_the_asked_share_keeps() -> None:
    labels = np.repeat(np.arange(3), 9)
    own = np.tile(np.linspace(0.5, 0.9, 9), 3)
    probabilities = np.where(np.eye(3, dtype=bool)[labels], own[:, None], (1 - own[:, None]) / 2)
    # ceil((9 + 1) 0.7) = 7: the seventh smallest of the scores .25 to .45
    assert fit_limits(probabilities, labels, 0.7) == pytest.approx([0.4] * 3)


def test_a_class_of_too_few_clips_belongs_to_every_answer() -> None:
    labels = np.array([0] * 30 + [1] * 30 + [2] * 8)
    probabilities = np.random.default_rng(0).dirichlet((1, 1, 1), 68)
    limits = fit_limits(probabilities, labels, 0.9)
    assert limits[2] == 1
    assert max(limits[:2]) < 1


def test_a_class_without_any_clip_is_named() -> None:
    with pytest.raises(MerError, match="no surprise clip"):
        fit_limits(np.full((4, 3), 1 / 3), np.array([0, 1, 0, 1]), 0.9)
