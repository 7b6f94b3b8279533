import cv2
import numpy as np
import pytest

from mer_core.analysis import PreparedClip
from mer_core.apex import propose_intervals
from mer_core.errors import MotionError
from mer_core.interval import Interval, with_markers
from mer_core.motion_curve import GRID, MotionCurve
from mer_core.noise import measure_noise
from mer_core.synthetic import RenderedClip

_PROPOSED = Interval(10, 20, 30, confidence=0.8)


def _curve(course: np.ndarray, noise: float = 0.02, seed: int = 0) -> MotionCurve:
    """A face whose mouth cells move up by `course` px, with measurement noise."""
    rng = np.random.default_rng(seed)
    displacement = rng.normal(0, noise, (len(course), GRID, GRID, 2)).astype(np.float32)
    displacement[:, 18:23, 8:20, 1] -= course[:, None, None]
    cells = np.zeros((GRID, GRID), bool)
    cells[3:26, 4:24] = True
    return MotionCurve(displacement, cells, cells[None])


def _bump(num_frames: int, onset: int, apex: int, offset: int, height: float = 1.0) -> np.ndarray:
    return height * np.interp(np.arange(num_frames), [onset, apex, offset], [0, 1, 0])


def _times(num_frames: int, fps: float) -> np.ndarray:
    return np.arange(num_frames) * 1000 / fps


def test_onset_apex_and_offset_of_a_clean_movement_are_found() -> None:
    best = propose_intervals(_curve(_bump(72, 15, 30, 50)), _times(72, 100))[0]
    assert best.onset == pytest.approx(15, abs=2)
    assert best.apex == pytest.approx(30, abs=1)
    assert best.offset == pytest.approx(50, abs=2)
    assert best.confidence is not None
    assert best.confidence > 0.5


def test_the_sample_clip_is_marked_where_it_was_made_to_move(
    sample: RenderedClip, prepared_sample: PreparedClip
) -> None:
    best = prepared_sample.candidates[0]
    assert abs(best.apex - sample.scenario.apex) <= 2
    assert best.onset < best.apex < best.offset


def test_both_movements_of_a_long_clip_are_candidates_the_larger_first() -> None:
    course = _bump(600, 100, 115, 130, 0.8) + _bump(600, 400, 415, 430, 1.2)
    found = propose_intervals(_curve(course), _times(600, 100))
    assert [found[0].apex, found[1].apex] == pytest.approx([415, 115], abs=3)


def test_a_held_movement_is_marked_at_its_rise() -> None:
    course = np.interp(np.arange(300), [100, 115, 299], [0, 1, 1])
    best = propose_intervals(_curve(course), _times(300, 100))[0]
    assert best.onset == pytest.approx(100, abs=4)
    assert best.apex == pytest.approx(115, abs=5)


def test_without_a_frame_rate_the_peak_is_still_found() -> None:
    assert propose_intervals(_curve(_bump(72, 15, 30, 50)), None)[0].apex == pytest.approx(30, abs=1)


def test_frames_without_a_face_are_never_onset_or_apex() -> None:
    curve = _curve(_bump(72, 15, 30, 50))
    curve.displacement[28:33] = np.nan
    best = propose_intervals(curve, _times(72, 100))[0]
    assert best.apex not in range(28, 33)
    assert best.onset < best.apex


def test_a_frame_rate_beyond_measure_takes_no_more_room_than_the_clip(monkeypatch: pytest.MonkeyPatch) -> None:
    sigmas: list[float] = []
    blur = cv2.GaussianBlur

    def watched(rows: np.ndarray, size: tuple[int, int], *arguments: float, **named: float) -> np.ndarray:
        sigmas.append(named["sigmaY"])
        return blur(rows, size, *arguments, **named)

    monkeypatch.setattr(cv2, "GaussianBlur", watched)
    propose_intervals(_curve(_bump(30, 8, 15, 22)), np.arange(30) * 1e-6)
    assert sigmas == [30]


def test_two_frames_are_enough() -> None:
    found = propose_intervals(_curve(np.array([0.0, 1.0])), None)
    assert (found[0].onset, found[0].apex, found[0].offset) == (0, 1, 1)


def test_one_frame_with_a_face_is_too_few() -> None:
    curve = _curve(np.zeros(5))
    curve.displacement[1:] = np.nan
    with pytest.raises(MotionError, match="Fewer than two frames"):
        propose_intervals(curve, None)


def test_a_movement_stands_above_the_noise_and_stillness_does_not() -> None:
    times = _times(72, 100)
    moving, still = _curve(_bump(72, 15, 30, 50)), _curve(np.zeros(72))
    above = measure_noise(moving, propose_intervals(moving, times)[0], times)
    within = measure_noise(still, Interval(15, 30, 50), times)
    assert above.at_noise_level is False
    assert above.apex_px == pytest.approx(1.0, abs=0.1)
    assert within.at_noise_level is True


def test_a_movement_under_the_accuracy_of_flow_is_nothing_even_in_a_clip_without_noise() -> None:
    quiet = _curve(_bump(72, 15, 30, 50, height=0.1), noise=0.0)
    assert measure_noise(quiet, Interval(15, 30, 50), _times(72, 100)).at_noise_level is True
    assert measure_noise(quiet, Interval(1, 30, 50), None).at_noise_level is True


def test_an_earlier_movement_is_not_taken_for_noise() -> None:
    course = _bump(100, 5, 15, 25) + _bump(100, 50, 60, 70)
    noise = measure_noise(_curve(course), Interval(50, 60, 70), _times(100, 100))
    assert noise.noise_px is not None
    assert noise.noise_px < 0.2
    assert noise.at_noise_level is False


def test_noise_is_unknown_without_rest_before_the_onset() -> None:
    noise = measure_noise(_curve(_bump(40, 0, 15, 30)), Interval(1, 15, 30), None)
    assert noise.noise_px is None
    assert noise.at_noise_level is None


def test_a_set_marker_keeps_the_others_and_says_who_set_it() -> None:
    moved = with_markers(_PROPOSED, None, 25, None)
    assert (moved.onset, moved.apex, moved.offset) == (10, 25, 30)
    assert moved.sources == ("proposed", "user", "proposed")
    assert moved.confidence is None


def test_without_markers_the_proposal_stays_as_it_is() -> None:
    assert with_markers(_PROPOSED, None, None, None) is _PROPOSED


def test_proposed_markers_give_way_to_a_set_apex() -> None:
    assert with_markers(_PROPOSED, None, 5, None).onset == 4
    assert with_markers(_PROPOSED, None, 40, None).offset == 40


@pytest.mark.parametrize(
    ("markers", "message"),
    [
        ((20, 15, None), "apex (frame 15) must come after the onset (frame 20)"),
        ((15, 15, None), "must come after"),
        ((25, None, None), "set both"),
        ((None, 0, None), "must come after the onset (frame -1)"),
        ((10, 20, 15), "offset (frame 15) must not come before the apex (frame 20)"),
    ],
)
def test_markers_out_of_order_are_refused(markers: tuple, message: str) -> None:
    with pytest.raises(MotionError) as raised:
        with_markers(_PROPOSED, *markers)
    assert message in str(raised.value)
