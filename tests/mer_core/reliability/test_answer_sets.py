import numpy as np
import pytest

from mer_core.reliability.answer_sets import members
from tests.mer_core.made_up_reliability import made_up_sets

_LABELS = ("negative", "positive", "surprise")


def _answers(*shares: float, **thresholds: float) -> tuple[str, ...]:
    return made_up_sets(**thresholds).answers(dict(zip(_LABELS, shares, strict=True)))


def test_classes_that_reach_their_threshold_belong_most_probable_first() -> None:
    assert _answers(0.2, 0.3, 0.5, negative=0.25, positive=0.25, surprise=0.25) == ("surprise", "positive")


def test_reaching_the_threshold_exactly_is_enough() -> None:
    assert _answers(0.25, 0.25, 0.5, negative=0.25, positive=0.26) == ("surprise", "negative")


def test_an_answer_is_never_empty() -> None:
    assert _answers(0.4, 0.3, 0.3, negative=1.0, positive=1.0, surprise=1.0) == ("negative",)


def test_the_most_probable_class_belongs_even_below_its_threshold() -> None:
    assert _answers(0.5, 0.4, 0.1, negative=0.6, positive=0.3) == ("negative", "positive")


def test_every_class_with_threshold_nought_belongs_to_every_answer() -> None:
    assert len(_answers(1.0, 0.0, 0.0, negative=0.0, positive=0.0, surprise=0.0)) == 3


def test_many_answers_at_once_agree_with_one_at_a_time() -> None:
    probabilities = np.random.default_rng(0).dirichlet((1, 1, 1), 50)
    thresholds = np.array([0.3, 0.4, 0.2])
    sets = made_up_sets(negative=0.3, positive=0.4, surprise=0.2)
    for row, belong in zip(probabilities, members(probabilities, thresholds), strict=True):
        alone = sets.answers(dict(zip(_LABELS, row, strict=True)))
        assert {_LABELS[index] for index in np.flatnonzero(belong)} == set(alone)


def test_a_threshold_beyond_1_is_refused() -> None:
    with pytest.raises(ValueError, match="between 0 and 1"):
        made_up_sets(negative=1.1)
