import cv2
import numpy as np
import pytest

from mer_core.errors import MotionError
from mer_core.flow import FLOW_METHODS, compute_flow


def _texture(side: int = 96) -> np.ndarray:
    noise = np.random.default_rng(0).normal(size=(side, side)).astype(np.float32)
    smooth = cv2.GaussianBlur(noise, (0, 0), 2.0)
    return cv2.normalize(smooth, None, 0, 255, cv2.NORM_MINMAX).astype(np.uint8)


def _shifted(picture: np.ndarray, dx: float, dy: float) -> np.ndarray:
    matrix = np.array([[1, 0, dx], [0, 1, dy]], np.float32)
    return cv2.warpAffine(picture, matrix, picture.shape[::-1], flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REFLECT)


@pytest.mark.parametrize("method", FLOW_METHODS)
def test_a_shift_to_the_right_and_down_is_positive_u_and_v(method: str) -> None:
    onset = _texture()
    flow = compute_flow(onset, _shifted(onset, 1.0, 0.5), method)
    centre = flow[24:72, 24:72]
    assert flow.shape == (96, 96, 2)
    assert flow.dtype == np.float32
    assert np.median(centre[..., 0]) == pytest.approx(1.0, abs=0.15)
    assert np.median(centre[..., 1]) == pytest.approx(0.5, abs=0.15)


@pytest.mark.parametrize("method", FLOW_METHODS)
def test_the_same_pair_gives_the_same_flow_bit_by_bit(method: str) -> None:
    onset = _texture(64)
    apex = _shifted(onset, 0.7, -0.3)
    assert np.array_equal(compute_flow(onset, apex, method), compute_flow(onset, apex, method))


@pytest.mark.parametrize("method", FLOW_METHODS)
def test_two_equal_frames_have_no_flow(method: str) -> None:
    onset = _texture(64)
    assert np.abs(compute_flow(onset, onset, method)).mean() < 0.01


def test_dis_is_the_default() -> None:
    onset = _texture(64)
    apex = _shifted(onset, 0.5, 0.5)
    assert np.array_equal(compute_flow(onset, apex), compute_flow(onset, apex, "dis"))


def test_an_unknown_method_is_refused_with_the_choices() -> None:
    with pytest.raises(MotionError, match=r"'lucas'.*dis, tvl1, farneback"):
        compute_flow(_texture(32), _texture(32), "lucas")


def test_frames_of_different_size_are_refused() -> None:
    with pytest.raises(MotionError, match="differ in size"):
        compute_flow(_texture(32), _texture(48))


def test_colour_frames_are_refused() -> None:
    with pytest.raises(MotionError, match=r"onset frame must be a grey uint8"):
        compute_flow(np.zeros((32, 32, 3), np.uint8), np.zeros((32, 32), np.uint8))


def test_tiny_frames_are_refused() -> None:
    with pytest.raises(MotionError, match="too small"):
        compute_flow(np.zeros((8, 8), np.uint8), np.zeros((8, 8), np.uint8))


def test_an_opencv_without_tvl1_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(cv2.optflow, "DualTVL1OpticalFlow_create")
    with pytest.raises(MotionError, match="opencv-contrib-python-headless"):
        compute_flow(_texture(32), _texture(32), "tvl1")
