from dataclasses import replace

import numpy as np
import pytest

from mer_core.analysis import Analysis, PreparedClip
from mer_core.drawing.curve_view import LANE_LABELS, curve_summary, curve_view
from mer_core.interval import Interval
from mer_core.noise import measure_noise
from mer_core.regions import REGIONS


def test_the_curve_is_the_motion_since_the_onset_in_px(sample_analysis: Analysis) -> None:
    view, interval = curve_view(sample_analysis), sample_analysis.interval
    assert view.in_ms
    assert np.array_equal(view.at, sample_analysis.clip.timestamps_ms)
    assert view.level[interval.onset] == 0
    assert view.level[interval.apex] == pytest.approx(sample_analysis.noise.apex_px, rel=1e-4)
    assert view.noise_px == pytest.approx(sample_analysis.noise.noise_px, rel=1e-4)


def test_a_prepared_clip_is_seen_in_px_of_its_native_crop(prepared_sample: PreparedClip) -> None:
    interval = Interval(16, 26, 40, ("user", "user", "user"))
    view = curve_view(prepared_sample, interval)
    noise = measure_noise(prepared_sample.curve, interval, prepared_sample.clip.timestamps_ms)
    assert view.noise_px == pytest.approx(noise.noise_px)
    assert view.level[26] == pytest.approx(noise.apex_px)


def test_unknown_noise_stays_unknown(prepared_sample: PreparedClip) -> None:
    view = curve_view(prepared_sample, Interval(1, 26, 40))
    assert view.noise_px is None
    assert "noise unknown" in curve_summary(view)


def test_the_markers_lie_at_their_times_with_who_set_them(sample_analysis: Analysis) -> None:
    clip, interval = sample_analysis.clip, sample_analysis.interval
    for mark, name, source in zip(
        curve_view(sample_analysis).marks, ("onset", "apex", "offset"), interval.sources, strict=True
    ):
        frame = getattr(interval, name)
        assert (mark.name, mark.frame, mark.at, mark.source) == (name, frame, clip.time_ms(frame), source)


def test_without_a_frame_rate_the_axis_counts_frames(sample_analysis: Analysis) -> None:
    timeless = replace(sample_analysis.prepared, clip=replace(sample_analysis.clip, timestamps_ms=None))
    view = curve_view(timeless, sample_analysis.interval)
    assert not view.in_ms
    assert view.marks[1].at == sample_analysis.interval.apex
    assert view.unit == "frame, counted from 0"


def test_other_candidates_are_named_and_the_shown_one_is_not(prepared_sample: PreparedClip) -> None:
    first, other = prepared_sample.candidates[0], Interval(2, 8, 12)
    view = curve_view(replace(prepared_sample, candidates=(first, other)), first)
    times = prepared_sample.clip.timestamps_ms
    assert view.others == ((times[2], times[12]),)


def test_a_proposal_for_the_movement_that_is_shown_is_no_other_movement(prepared_sample: PreparedClip) -> None:
    first = prepared_sample.candidates[0]
    moved = Interval(first.onset + 1, first.apex + 1, first.offset, ("user", "user", "proposed"))
    assert curve_view(prepared_sample, moved).others == ()


def test_the_curve_can_be_told_in_a_sentence(sample_analysis: Analysis) -> None:
    said = curve_summary(curve_view(sample_analysis))
    assert f"apex {sample_analysis.clip.time_ms(sample_analysis.interval.apex):.0f} ms" in said
    assert f"noise {sample_analysis.noise.noise_px:.2f} px" in said


def test_every_region_has_a_lane_and_all_share_one_scale(sample_analysis: Analysis) -> None:
    view = curve_view(sample_analysis)
    assert view.lanes.shape == (len(REGIONS), sample_analysis.clip.num_frames) == (len(LANE_LABELS), len(view.at))
    assert {"brow L", "brow R", "nose", "chin"} <= set(LANE_LABELS)
    assert view.lanes_top_px >= np.nanmax(view.lanes)


def test_lanes_of_a_face_at_rest_look_at_rest(prepared_sample: PreparedClip) -> None:
    curve = replace(prepared_sample.curve, displacement=prepared_sample.curve.displacement * 0.01)
    view = curve_view(replace(prepared_sample, curve=curve))
    assert np.nanmax(view.lanes) < 0.1 * view.lanes_top_px
