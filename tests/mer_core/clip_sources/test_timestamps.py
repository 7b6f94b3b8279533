from fractions import Fraction

import numpy as np

from mer_core.clip_sources.timestamps import frame_times_ms

MS = Fraction(1, 1000)


def test_times_are_exact_and_start_at_zero() -> None:
    times, warnings = frame_times_ms([90_000, 93_003, 96_006], Fraction(1, 90_000), Fraction(30))
    np.testing.assert_array_equal(times, [0, 3003 / 90, 6006 / 90])
    assert warnings == ()


def test_hours_of_ticks_lose_no_precision() -> None:
    start = 2**40
    times, _ = frame_times_ms([start, start + 1, start + 2], Fraction(1, 1_000_000), None)
    np.testing.assert_array_equal(times, [0, 0.001, 0.002])


def test_a_repeated_or_backward_time_is_interpolated_and_reported() -> None:
    times, warnings = frame_times_ms([0, 40, 40, 120, 100, 200], MS, Fraction(25))
    np.testing.assert_allclose(times, [0, 40, 80, 120, 160, 200])
    assert warnings == (
        "The times of 2 of 6 frames (the first is frame 2) are missing or do not increase; they are interpolated.",
    )


def test_missing_times_at_both_ends_continue_at_the_median_interval() -> None:
    times, warnings = frame_times_ms([None, 40, 80, 120, 170, None], MS, Fraction(25))
    np.testing.assert_allclose(times, [0, 40, 80, 120, 170, 210])
    assert warnings[0].startswith("The times of 2 of 6 frames (the first is frame 0)")


def test_missing_times_are_built_from_the_average_rate() -> None:
    times, warnings = frame_times_ms([None] * 4, MS, Fraction(200))
    np.testing.assert_allclose(times, [0, 5, 10, 15])
    assert warnings == (
        "The file gives no usable frame times; the times are computed from its average rate of 200 frames per second.",
    )


def test_mostly_unusable_times_are_built_from_the_average_rate() -> None:
    times, _ = frame_times_ms([5, 5, 5, 5, 6], MS, Fraction(100))
    np.testing.assert_allclose(times, [0, 10, 20, 30, 40])


def test_no_times_and_no_rate_give_none() -> None:
    for rate in (None, Fraction(0)):
        times, warnings = frame_times_ms([None, None], MS, rate)
        assert times is None
        assert warnings == (
            "The file gives neither usable frame times nor a frame rate; set the frame rate to get times.",
        )
