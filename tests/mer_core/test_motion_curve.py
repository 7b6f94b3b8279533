import numpy as np
import pytest

from mer_core.analysis import PreparedClip
from mer_core.motion_curve import GRID
from mer_core.predictor import prepare_clip
from mer_core.regions import REGIONS
from mer_core.synthetic import ActiveUnit, RenderedClip, Scenario, render


def _region(name: str) -> int:
    return [region.name for region in REGIONS].index(name)


def test_the_curve_peaks_at_the_true_apex(sample: RenderedClip, prepared_sample: PreparedClip) -> None:
    level = prepared_sample.curve.level_from(sample.scenario.onset)
    assert level.shape == (sample.clip.num_frames,)
    assert abs(int(np.argmax(level)) - sample.scenario.apex) <= 2


def test_the_curve_is_zero_at_its_reference(prepared_sample: PreparedClip) -> None:
    assert prepared_sample.curve.level_from(20)[20] == 0


def test_the_curve_recovers_most_of_the_true_amplitude_in_crop_pixels(
    sample: RenderedClip, prepared_sample: PreparedClip
) -> None:
    amplitude = max(unit.amplitude_px for unit in sample.scenario.action_units)
    reached = prepared_sample.curve.level_from(sample.scenario.onset)[sample.scenario.apex]
    assert 0.3 * amplitude < reached < 1.2 * amplitude


def test_what_was_measured_last_is_kept_and_nothing_else(prepared_sample: PreparedClip) -> None:
    curve = prepared_sample.curve
    kept, regions = curve.level_from(20), curve.region_levels_from(20)
    assert curve.level_from(20) is kept
    assert curve.region_levels_from(20) is regions
    assert not kept.flags.writeable
    other = curve.level_from(30)
    assert not np.array_equal(other, kept)
    assert np.array_equal(curve.level_from(20), kept)
    assert np.array_equal(curve.level_at(np.arange(10), 20), kept[:10])


def test_cells_leave_the_eyes_out_and_every_region_has_cells(prepared_sample: PreparedClip) -> None:
    curve = prepared_sample.curve
    assert curve.cells.shape == (GRID, GRID)
    assert curve.regions.shape == (len(REGIONS), GRID, GRID)
    assert curve.regions.reshape(len(REGIONS), -1).any(axis=1).all()
    for name in ("eye_left", "eye_right"):
        assert not (curve.cells & curve.regions[_region(name)]).any()


def test_a_smile_moves_the_mouth_more_than_the_brows() -> None:
    scenario = Scenario("positive", (ActiveUnit("AU12", "B", 2.5),), 2, 8, 14, num_frames=16, head_motion_px=0.5)
    levels = prepare_clip(render(scenario).clip).curve.region_levels_from(2)
    for mouth, brow in (("mouth_left", "brow_left"), ("mouth_right", "brow_right")):
        assert levels[_region(mouth), 8] > 2 * levels[_region(brow), 8]


def test_a_blink_hardly_shows_in_the_curve() -> None:
    blinking = Scenario("positive", (), 2, 8, 14, num_frames=24, blink_frames=(10,), head_motion_px=0)
    smiling = Scenario("positive", (ActiveUnit("AU12", "B", 2.5),), 2, 10, 18, num_frames=24, head_motion_px=0)
    blink = prepare_clip(render(blinking).clip).curve.level_from(0)[10]
    smile = prepare_clip(render(smiling).clip).curve.level_from(0)[10]
    assert blink < 0.5 * smile


def test_progress_ends_at_one(sample: RenderedClip) -> None:
    shares: list[float] = []
    prepare_clip(sample.clip, progress=shares.append)
    assert shares == sorted(shares)
    assert shares[-1] == pytest.approx(1.0)
