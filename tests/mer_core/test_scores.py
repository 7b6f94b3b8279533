import pytest

from mer_core.scores import Estimate, as_interval, as_score


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.7371, ".737"), (1.0, "1.000"), (0.0, ".000"), (-0.0122, "-.012"), (-0.0001, ".000"), (-1.0, "-1.000")],
)
def test_scores_are_written_as_the_field_does(value: float, text: str) -> None:
    assert as_score(value) == text


def test_an_interval_follows_its_score() -> None:
    assert as_interval(Estimate(0.737, 0.681, 0.7899)) == ".737 (.681 to .790)"
