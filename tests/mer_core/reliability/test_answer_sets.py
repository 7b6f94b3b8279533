import numpy as np
import pytest

from mer_core.reliability.answer_sets import members, scores
from tests.mer_core.made_up_reliability import made_up_sets

_LABELS = ("negative", "positive", "surprise")


def _answers(*shares: float, **limits: float) -> tuple[str, ...]:
    return made_up_sets(**limits).answers(dict(zip(_LABELS, shares, strict=True)))


def test_the_score_is_what_is_likelier_and_half_of_ones_own() -> None:
    assert scores(np.array([0.2, 0.3, 0.5])) == pytest.approx([0.9, 0.65, 0.25])


def test_equals_do_not_count_against_each_other() -> None:
    assert scores(np.array([0.4, 0.4, 0.2])) == pytest.approx([0.2, 0.2, 0.9])


def test_classes_that_keep_their_limit_belong_most_probable_first() -> None:
    assert _answers(0.2, 0.3, 0.5, negative=0.8, positive=0.7) == ("surprise", "positive")


def test_each_class_has_its_own_limit() -> None:
    assert _answers(0.2, 0.3, 0.5, negative=0.95, positive=0.6) == ("surprise", "negative")


def test_reaching_the_limit_exactly_is_enough() -> None:
    assert _answers(0.25, 0.0, 0.75, negative=0.875, positive=0.99) == ("surprise", "negative")


def test_an_answer_is_never_empty() -> None:
    assert _answers(0.4, 0.3, 0.3, negative=0.0, positive=0.0, surprise=0.0) == ("negative",)


def test_the_most_probable_class_belongs_even_beyond_its_limit() -> None:
    assert _answers(0.5, 0.4, 0.1, negative=0.1, positive=0.8, surprise=0.5) == ("negative", "positive")


@pytest.mark.parametrize("share", [1.0, 1.0000001])
def test_a_class_with_limit_1_belongs_to_every_answer(share: float) -> None:
    assert len(_answers(share, 0.0, 0.0, negative=1.0, positive=1.0, surprise=1.0)) == 3


def test_many_answers_at_once_agree_with_one_at_a_time() -> None:
    probabilities = np.random.default_rng(0).dirichlet((1, 1, 1), 50)
    limits = {"negative": 0.7, "positive": 0.6, "surprise": 0.8}
    for row, belong in zip(probabilities, members(probabilities, np.array(list(limits.values()))), strict=True):
        alone = made_up_sets(**limits).answers(dict(zip(_LABELS, row, strict=True)))
        assert {_LABELS[index] for index in np.flatnonzero(belong)} == set(alone)


def test_a_limit_beyond_1_is_refused() -> None:
    with pytest.raises(ValueError, match="between 0 and 1"):
        made_up_sets(negative=1.1)
