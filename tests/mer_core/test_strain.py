import numpy as np
import pytest

from mer_core.errors import MotionError
from mer_core.strain import strain_magnitude

_INTERIOR = (slice(2, -2), slice(2, -2))


def _field(matrix: list[list[float]], shift: tuple[float, float] = (0, 0), side: int = 40) -> np.ndarray:
    """The flow u = a x + b y + shift_x, v = c x + d y + shift_y."""
    y, x = np.mgrid[0:side, 0:side].astype(np.float32)
    (a, b), (c, d) = matrix
    return np.stack([a * x + b * y + shift[0], c * x + d * y + shift[1]], axis=-1).astype(np.float32)


def test_rigid_translation_has_no_strain() -> None:
    assert strain_magnitude(_field([[0, 0], [0, 0]], (3, -2))).max() == 0


def test_a_small_rotation_has_no_strain_to_first_order() -> None:
    angle = 0.01
    rotation = [[np.cos(angle) - 1, -np.sin(angle)], [np.sin(angle), np.cos(angle) - 1]]
    assert strain_magnitude(_field(rotation))[_INTERIOR].max() < angle**2


@pytest.mark.parametrize("matrix", [[[0.1, 0], [0, 0]], [[0, 0], [0, 0.1]]])
def test_a_uniform_stretch_of_a_tenth_has_strain_of_a_tenth(matrix: list[list[float]]) -> None:
    assert strain_magnitude(_field(matrix))[_INTERIOR] == pytest.approx(0.1, abs=1e-5)


def test_pure_shear_counts_twice_in_the_square() -> None:
    # e_xy = 0.05 and the magnitude is sqrt(2 e_xy^2)
    assert strain_magnitude(_field([[0, 0.1], [0, 0]]))[_INTERIOR] == pytest.approx(0.05 * np.sqrt(2), abs=1e-5)


def test_the_replicated_border_halves_a_stretch_across_it() -> None:
    strain = strain_magnitude(_field([[0.1, 0], [0, 0]]))
    assert strain[20, 0] == pytest.approx(0.05, abs=1e-5)


def test_the_legacy_mode_ignores_vertical_stretch_and_has_the_gain_of_eight() -> None:
    assert strain_magnitude(_field([[0, 0], [0, 0.1]]), "legacy_ecnu")[_INTERIOR].max() == pytest.approx(0, abs=1e-4)
    assert strain_magnitude(_field([[0.1, 0], [0, 0]]), "legacy_ecnu")[_INTERIOR] == pytest.approx(0.8, abs=1e-4)


def test_the_legacy_mode_squares_the_vertical_change_of_u_in_its_place() -> None:
    # u_y = 0.1: 64 (0 + 0.01 + 0.5 * 0.01) under the root
    expected = np.sqrt(64 * 0.015)
    assert strain_magnitude(_field([[0, 0.1], [0, 0]]), "legacy_ecnu")[_INTERIOR] == pytest.approx(expected, abs=1e-4)


def test_an_unknown_mode_is_refused() -> None:
    with pytest.raises(MotionError, match="standard, legacy_ecnu"):
        strain_magnitude(_field([[0, 0], [0, 0]]), "green")


def test_something_that_is_no_flow_is_refused() -> None:
    with pytest.raises(MotionError, match=r"\(H, W, 2\)"):
        strain_magnitude(np.zeros((10, 10), np.float32))
