import numpy as np
import pytest

from mer_core.colours import (
    CLASS_COLOURS,
    NEUTRAL_COLOUR,
    class_colour,
    class_shape,
    diverging_colours,
    diverging_lut,
    laid_over,
    magnitude_lut,
    opacity,
    rgb,
    sequential_colours,
    strain_lut,
    wheel_colours,
)
from mer_core.labels import LABELS


def luminance(colours: np.ndarray) -> np.ndarray:
    linear = (np.asarray(colours) / 255) ** 2.2
    return linear @ np.array([0.2126, 0.7152, 0.0722])


def contrast(one: str, other: str) -> float:
    low, high = sorted([float(luminance(np.array(rgb(one)))), float(luminance(np.array(rgb(other))))])
    return (high + 0.05) / (low + 0.05)


def test_every_class_has_a_colour_and_a_shape_of_its_own() -> None:
    assert tuple(CLASS_COLOURS) == LABELS
    assert len({class_shape(label) for label in LABELS}) == len(LABELS)
    assert class_colour("contempt") == NEUTRAL_COLOUR


@pytest.mark.parametrize("paper", ["#FFFFFF", "#14191C"])
def test_class_colours_keep_a_contrast_of_three_on_white_and_near_black(paper: str) -> None:
    assert all(contrast(colour, paper) >= 3 for colour in CLASS_COLOURS.values())


def test_zero_lies_in_the_neutral_middle_of_the_diverging_map() -> None:
    zero = diverging_colours(np.zeros(1), 2.0)[0].astype(int)
    assert np.ptp(zero) < 20 and zero.min() > 210


def test_positive_is_warm_and_negative_is_cold() -> None:
    low, high = diverging_colours(np.array([-1.0, 1.0]), 1.0).astype(int)
    assert low[2] > low[0] + 50
    assert high[0] > high[2] + 50


def test_the_diverging_map_is_equally_light_on_both_sides_of_zero() -> None:
    light = luminance(diverging_lut())
    assert np.abs(light[:128] - light[:127:-1]).max() < 0.12
    assert (np.diff(light[:125]) >= -1e-3).all()


@pytest.mark.parametrize("lut", [magnitude_lut(), strain_lut()])
def test_sequential_maps_only_get_lighter(lut: np.ndarray) -> None:
    assert (np.diff(luminance(lut)) > -0.003).all()
    assert luminance(lut)[-1] > 0.6 > 0.05 > luminance(lut)[0]


def test_values_beyond_the_limit_take_the_last_colour() -> None:
    lut = strain_lut()
    assert np.array_equal(sequential_colours(np.array([-1.0, 0.0, 5.0, 9.0]), 5.0, lut), lut[[0, 0, -1, -1]])


def test_no_motion_is_grey_on_the_wheel() -> None:
    grey = wheel_colours(np.zeros((2, 2, 2)), 1.0).astype(int)
    assert np.ptp(grey, axis=-1).max() <= 2


def test_the_four_directions_have_the_hues_that_are_documented() -> None:
    flow = np.array([[[1, 0], [0, 1], [-1, 0], [0, -1]]], float)
    right, down, left, up = wheel_colours(flow, 1.0)[0].astype(int)
    assert right[0] == right.max() and left[1] == left.max() and up[2] == up.max()
    assert down[2] == down.min() and abs(down[0] - down[1]) < 40  # yellow: red and green without blue


def test_longer_motion_is_more_saturated_up_to_the_limit() -> None:
    flow = np.array([[[0.2, 0], [0.6, 0], [1.0, 0], [3.0, 0]]])
    spread = np.ptp(wheel_colours(flow, 1.0)[0].astype(int), axis=-1)
    assert spread[0] < spread[1] < spread[2] == spread[3]


def test_an_overlay_is_invisible_at_zero_and_never_hides_the_face() -> None:
    values = np.array([[0.0, -2.0, 9.0]])
    alpha = opacity(values, 2.0)
    assert alpha[0, 0] == 0
    assert alpha[0, 1] == alpha[0, 2] < 1
    grey = np.full((1, 3), 90.0)
    shown = laid_over(grey, np.full((1, 3, 3), 250), alpha)
    assert (shown[0, 0] == 90).all()
    assert (shown[0, 1] > 90).all() and (shown[0, 1] < 250).all()
