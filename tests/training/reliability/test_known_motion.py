import cv2
import numpy as np
import pytest

from mer_core.errors import MerError
from mer_core.reliability.known_motion import CANNOT_SAY_FROM
from training.reliability.known_motion import fit_known_motion

_PEOPLE, _CLIPS = 20, 6


def _maps(rng: np.random.Generator, count: int) -> np.ndarray:
    """Maps that are mixtures of the same eight blobs, each channel stretched to 0..255."""
    blobs = np.random.default_rng(99).normal(size=(8, 28, 28, 3))
    blobs = np.stack([cv2.GaussianBlur(blob, (0, 0), 3) for blob in blobs])
    mixed = np.einsum("nk,khwc->nhwc", rng.normal(size=(count, 8)), blobs)
    mixed += rng.normal(0, 0.01, mixed.shape)
    low, high = mixed.min(axis=(1, 2), keepdims=True), mixed.max(axis=(1, 2), keepdims=True)
    return np.round((mixed - low) / (high - low) * 255).astype(np.uint8)


@pytest.fixture(scope="module")
def people() -> list[tuple[str, str]]:
    return [("made_up", f"s{number // _CLIPS:02d}") for number in range(_PEOPLE * _CLIPS)]


@pytest.fixture(scope="module")
def maps() -> np.ndarray:
    return _maps(np.random.default_rng(0), _PEOPLE * _CLIPS)


@pytest.fixture(scope="module")
def known(maps: np.ndarray, people: list):
    return fit_known_motion(maps, people)


def test_new_clips_of_the_same_kind_are_called_strange_as_rarely_as_stated(known) -> None:
    shares = [known.familiarity(one).stranger_than for one in _maps(np.random.default_rng(1), 400)]
    assert np.mean(np.array(shares) >= CANNOT_SAY_FROM) < 0.08
    assert np.mean(np.array(shares) >= 0.5) == pytest.approx(0.5, abs=0.1)


def test_noise_a_blank_map_and_shuffled_pixels_are_strange(known, maps: np.ndarray) -> None:
    rng = np.random.default_rng(2)
    shuffled = maps[0].reshape(784, 3)[rng.permutation(784)].reshape(28, 28, 3)
    for strange in (rng.integers(0, 256, (28, 28, 3), np.uint8), np.zeros((28, 28, 3), np.uint8), shuffled):
        assert known.familiarity(strange).is_strange


def test_a_clip_is_the_stranger_the_more_noise_is_in_it(known, maps: np.ndarray) -> None:
    noise = np.random.default_rng(3).integers(0, 256, (28, 28, 3), np.uint8)
    mixed = np.stack([((1 - t) * maps[0] + t * noise).astype(np.uint8) for t in (0, 0.25, 0.5, 0.75, 1)])
    distances = known.distances_of(mixed)
    assert (np.diff(distances) > 0).all()


def test_a_persons_own_clips_do_not_make_them_familiar(maps: np.ndarray, people: list) -> None:
    """The distances kept are of each person from all others: one odd person lies beyond all the rest."""
    odd = maps.copy()
    odd[:_CLIPS] = np.random.default_rng(4).integers(0, 256, (28, 28, 3), np.uint8)
    distances = fit_known_motion(odd, people).distances
    assert distances[-_CLIPS] > 3 * distances[-_CLIPS - 1]


def test_the_order_of_the_clips_changes_nothing(known, maps: np.ndarray, people: list) -> None:
    order = np.random.default_rng(5).permutation(len(maps))
    again = fit_known_motion(maps[order], [people[index] for index in order])
    assert np.allclose(again.distances, known.distances, rtol=1e-3)


def test_it_takes_less_than_300_kilobytes(known) -> None:
    assert sum(array.nbytes for array in known.arrays().values()) < 60_000


def test_a_handful_of_clips_is_refused(maps: np.ndarray, people: list) -> None:
    with pytest.raises(MerError, match="it needs at least 4"):
        fit_known_motion(maps[: _CLIPS + 2], people[: _CLIPS + 2])
