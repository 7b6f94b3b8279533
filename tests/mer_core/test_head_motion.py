import numpy as np
import pytest

from mer_core.errors import MotionError
from mer_core.head_motion import HeadMotion, fit_head_motion

_FACE = np.ones((120, 120), bool)


def test_a_rigid_motion_is_recovered() -> None:
    true = HeadMotion(dx=1.2, dy=-0.7, rotation_deg=0.6, scale=1.004)
    found = fit_head_motion(true.flow(120, 120), _FACE)
    assert found.dx == pytest.approx(true.dx, abs=1e-3)
    assert found.dy == pytest.approx(true.dy, abs=1e-3)
    assert found.rotation_deg == pytest.approx(true.rotation_deg, abs=1e-3)
    assert found.scale == pytest.approx(true.scale, abs=1e-5)


def test_an_expression_on_a_quarter_of_the_face_does_not_disturb_the_fit() -> None:
    true = HeadMotion(dx=2.0, dy=1.0)
    flow = true.flow(120, 120)
    flow[60:, 60:, 1] -= 1.5
    found = fit_head_motion(flow, _FACE)
    assert found.dx == pytest.approx(2.0, abs=0.02)
    assert found.dy == pytest.approx(1.0, abs=0.02)


def test_rotation_is_clockwise_on_the_screen() -> None:
    flow = HeadMotion(rotation_deg=2.0).flow(121, 121)
    assert flow[60, 120, 1] > 0  # right of the centre moves down
    assert flow[0, 60, 0] > 0  # above the centre moves right


def test_the_centre_of_the_crop_moves_by_the_shift_alone() -> None:
    flow = HeadMotion(dx=0.5, dy=0.25, rotation_deg=3, scale=1.1).flow(121, 121)
    assert flow[60, 60] == pytest.approx([0.5, 0.25], abs=1e-6)


def test_the_same_flow_gives_the_same_answer() -> None:
    flow = HeadMotion(dx=0.5).flow(120, 120) + np.random.default_rng(1).normal(0, 0.2, (120, 120, 2))
    assert fit_head_motion(flow, _FACE) == fit_head_motion(flow, _FACE)


def test_too_few_face_pixels_are_refused() -> None:
    with pytest.raises(MotionError, match="too few"):
        fit_head_motion(HeadMotion().flow(120, 120), np.zeros((120, 120), bool))
