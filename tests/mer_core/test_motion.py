import numpy as np
import pytest

from mer_core.crop import crop_around
from mer_core.head_motion import HeadMotion
from mer_core.motion import Motion, MotionSettings, measure_motion, without_head_motion
from mer_core.regions import face_mask
from mer_core.stopwatch import Stopwatch
from mer_core.synthetic import ActiveUnit, RenderedClip, Scenario, render, true_flow


def _rendered(head_motion_px: float, amplitude_px: float = 2.0) -> RenderedClip:
    units = (ActiveUnit("AU12", "B", amplitude_px),) if amplitude_px else ()
    return render(Scenario("positive", units, 0, 2, 4, num_frames=5, head_motion_px=head_motion_px, noise=0.5, seed=4))


def _measured(rendered: RenderedClip, settings: MotionSettings) -> tuple[Motion, np.ndarray]:
    """The motion on the crop, and the exact expression flow sampled on the same crop."""
    landmarks = rendered.landmarks[0]
    crop = crop_around(landmarks)
    face = face_mask(crop.to_crop(landmarks), crop.size)
    frames = rendered.clip.frames
    motion = measure_motion(crop.apply(frames[0]), crop.apply(frames[2]), face, settings)
    y, x = np.mgrid[0 : crop.size, 0 : crop.size]
    points = np.rint(crop.to_frame(np.column_stack([x.ravel(), y.ravel()]))).astype(int)
    exact = true_flow(rendered.scenario, 0, 2, head_motion=False)[points[:, 1], points[:, 0]]
    scaled = exact @ crop.matrix[:, :2].T
    return motion, scaled.reshape(crop.size, crop.size, 2)


def _error_px(motion: Motion, exact: np.ndarray) -> float:
    return float(np.linalg.norm(motion.flow - exact, axis=-1)[motion.face].mean())


def test_motion_agrees_with_the_exact_flow_when_the_head_is_still() -> None:
    motion, exact = _measured(_rendered(0.0), MotionSettings())
    assert _error_px(motion, exact) < 0.15


def test_head_motion_is_removed_and_reported() -> None:
    rendered = _rendered(3.0)
    removed, exact = _measured(rendered, MotionSettings())
    kept, _ = _measured(rendered, MotionSettings(remove_head_motion=False))
    assert _error_px(removed, exact) < 0.25
    assert _error_px(kept, exact) > 2 * _error_px(removed, exact)
    assert np.hypot(removed.removed.dx, removed.removed.dy) > 0.5
    assert kept.removed == HeadMotion()


def test_nothing_is_subtracted_from_a_still_head() -> None:
    flow = HeadMotion(dx=0.05).flow(100, 100)
    kept, removed = without_head_motion(flow, np.ones((100, 100), bool))
    assert np.array_equal(kept, flow)
    assert removed == HeadMotion()


def test_largest_and_mean_motion_are_taken_over_the_face_alone() -> None:
    flow = np.zeros((50, 50, 2), np.float32)
    flow[:10] = 100.0
    flow[20:40, 20:40, 0] = 2.0
    face = np.zeros((50, 50), bool)
    face[20:40, 20:40] = True
    motion = Motion(flow, np.zeros((50, 50), np.float32), face, HeadMotion(), MotionSettings())
    assert motion.max_px == pytest.approx(2.0)
    assert motion.mean_px == pytest.approx(2.0)
    assert motion.crop_px == 50


def test_the_steps_are_timed() -> None:
    stopwatch = Stopwatch()
    picture = np.random.default_rng(0).integers(0, 255, (64, 64, 3), np.uint8)
    measure_motion(picture, picture, np.ones((64, 64), bool), MotionSettings(), stopwatch)
    assert set(stopwatch.milliseconds) == {"flow", "strain"}
