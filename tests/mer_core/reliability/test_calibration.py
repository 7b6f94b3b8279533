import pytest
import torch

from tests.mer_core.made_up_reliability import made_up_calibration


def test_a_temperature_of_1_changes_nothing() -> None:
    logits = torch.randn(5, 3)
    assert torch.equal(made_up_calibration(1.0).probabilities(logits), logits.softmax(dim=1))


def test_a_higher_temperature_is_less_sure_of_the_same_class() -> None:
    logits = torch.tensor([[2.0, 0.0, -1.0]])
    sure, softer = (made_up_calibration(t).probabilities(logits) for t in (1.0, 3.0))
    assert softer.max() < sure.max()
    assert softer.argmax() == sure.argmax()
    assert softer.sum() == pytest.approx(1)


@pytest.mark.parametrize("temperature", [0.0, -1.0, float("nan"), float("inf")])
def test_a_temperature_that_is_no_positive_number_is_refused(temperature: float) -> None:
    with pytest.raises(ValueError, match="positive number"):
        made_up_calibration(temperature)
