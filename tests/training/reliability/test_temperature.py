import numpy as np
import pytest
from scipy.special import softmax

from training.reliability.temperature import calibration_error, error_of_perfect, fit_temperature, nll


def calibrated(count: int, seed: int, spread: float = 1.5) -> tuple[np.ndarray, np.ndarray]:
    """Logits whose softmax is exactly true: each label is drawn from it."""
    rng = np.random.default_rng(seed)
    logits = rng.normal(0, spread, (count, 3))
    chosen = softmax(logits, axis=1).cumsum(axis=1) < rng.random((count, 1))
    return logits, chosen.sum(axis=1)


def test_a_calibrated_predictor_gets_temperature_1() -> None:
    assert fit_temperature(*calibrated(20_000, 0)) == pytest.approx(1, abs=0.03)


@pytest.mark.parametrize("factor", [0.5, 2.0, 5.0])
def test_a_predictor_too_sure_by_a_factor_gets_that_temperature(factor: float) -> None:
    logits, labels = calibrated(20_000, 1)
    assert fit_temperature(logits * factor, labels) == pytest.approx(factor, rel=0.03)


def test_no_other_temperature_makes_the_labels_likelier() -> None:
    logits, labels = calibrated(300, 2)
    best = fit_temperature(3 * logits, labels)
    others = [nll(3 * logits / t, labels) for t in (0.9 * best, 0.99 * best, 1.01 * best, 1.1 * best)]
    assert nll(3 * logits / best, labels) < min(others)


def test_a_predictor_that_is_always_right_gets_the_lowest_temperature_there_is() -> None:
    labels = np.arange(30) % 3
    assert fit_temperature(np.eye(3)[labels], labels) == pytest.approx(0.05, abs=0.01)


def test_calibrated_probabilities_have_next_to_no_error_and_doubled_logits_have_some() -> None:
    logits, labels = calibrated(20_000, 3)
    errors = [calibration_error(softmax(factor * logits, axis=1), logits.argmax(axis=1) == labels) for factor in (1, 2)]
    assert errors[0] < 0.02
    assert errors[1] > 0.1


def test_the_error_of_one_constant_claim_is_its_distance_from_the_truth() -> None:
    probabilities = np.tile([0.8, 0.1, 0.1], (100, 1))
    right = np.arange(100) % 2 == 0
    assert calibration_error(probabilities, right) == pytest.approx(0.3)


def test_few_clips_show_an_error_even_where_there_is_none() -> None:
    probabilities = softmax(calibrated(442, 4)[0], axis=1)
    assert 0.02 < error_of_perfect(probabilities) < 0.08
    many = softmax(calibrated(10_000, 4)[0], axis=1)
    assert error_of_perfect(many) < 0.5 * error_of_perfect(probabilities)
