from dataclasses import replace

import numpy as np
import pytest

from mer_core.reliability import Familiarity, KnownMotion
from tests.mer_core.made_up_reliability import made_up_motion


def _map(seed: int) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 256, (28, 28, 3), np.uint8)


def test_the_share_counts_the_laboratory_clips_that_are_less_strange() -> None:
    distance = made_up_motion().distances_of(_map(0)[None])[0]
    known = replace(made_up_motion(), distances=np.linspace(0, 2 * distance, 100, dtype=np.float32))
    assert known.familiarity(_map(0)).stranger_than == pytest.approx(0.5, abs=0.01)


def test_a_motion_nearer_than_all_laboratory_clips_is_not_strange_and_one_beyond_all_is() -> None:
    near, far = made_up_motion(1e6).familiarity(_map(0)), made_up_motion(0).familiarity(_map(0))
    assert (near.stranger_than, near.is_strange, near.is_unusual) == (0, False, False)
    assert (far.stranger_than, far.is_strange, far.is_unusual) == (1, True, True)


def test_what_lies_further_from_the_mean_is_stranger() -> None:
    flat = np.full((28, 28, 3), 128, np.uint8)
    flat[:14] = 100
    known = made_up_motion()
    mean = replace(known, mean=_shape_of(flat), contrast_mean=_contrast_of(flat))
    noise = _map(1).astype(float)
    distances = [mean.distances_of(((1 - t) * flat + t * noise).astype(np.uint8)[None])[0] for t in (0, 0.2, 0.5, 1)]
    assert distances[0] < 1
    assert distances == sorted(distances)


def _shape_of(map_uvs: np.ndarray) -> np.ndarray:
    from mer_core.reliability.known_motion import shapes

    return shapes(map_uvs[None])[0].astype(np.float32)


def _contrast_of(map_uvs: np.ndarray) -> np.ndarray:
    from mer_core.reliability.known_motion import contrasts

    return contrasts(map_uvs[None])[0].astype(np.float32)


def test_a_map_without_any_variation_has_a_finite_distance() -> None:
    assert np.isfinite(made_up_motion().distances_of(np.zeros((1, 28, 28, 3), np.uint8))).all()


def test_the_share_in_words_is_never_rounded_up() -> None:
    assert "stranger than 97 % of the 442" in Familiarity(0.9799, 442).sentence()
    assert "stranger than 99 %" in Familiarity(441 / 442, 442).sentence()
    assert "stranger than each of the 442" in Familiarity(1.0, 442).sentence()


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"mean": np.full(588, np.nan, np.float32)}, "mean holds values that are not finite"),
        ({"mean": np.zeros(5, np.float32)}, r"mean has shape \(5,\)"),
        ({"directions": np.zeros((3, 588), np.float32)}, r"directions has shape \(3, 588\)"),
        ({"variances": np.zeros(2, np.float32)}, "variances must be positive"),
        ({"distances": np.array([2, 1], np.float32)}, "distances ascending"),
        ({"distances": np.zeros(0, np.float32)}, "distances has shape"),
    ],
)
def test_arrays_that_cannot_be_are_refused(changes: dict, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        replace(made_up_motion(), **changes)


def test_missing_arrays_are_named() -> None:
    arrays = made_up_motion().arrays()
    del arrays["residual"]
    with pytest.raises(ValueError, match="residual"):
        KnownMotion.from_arrays(arrays)
