import pytest

from mer_core.interval import Interval
from mer_core.markers import move_marker
from mer_core.predictor import Predictor

PROPOSED = Interval(10, 20, 30, confidence=0.8)


@pytest.fixture
def predictor(small_checkpoint):
    return Predictor(small_checkpoint)


def frames(interval):
    return interval.onset, interval.apex, interval.offset


@pytest.mark.parametrize(
    ("name", "frame", "expected"),
    [
        ("onset", 5, (5, 20, 30)),
        ("apex", 25, (10, 25, 30)),
        ("offset", 40, (10, 20, 40)),
        ("apex", 35, (10, 35, 35)),  # proposed neighbours give way
        ("apex", 4, (3, 4, 30)),
        ("onset", 45, (45, 46, 46)),
        ("offset", 2, (1, 2, 2)),
        ("apex", 0, (0, 1, 30)),  # there must be room for the onset
        ("onset", 49, (48, 49, 49)),
        ("offset", 0, (0, 1, 1)),
        ("offset", 99, (10, 20, 49)),
    ],
)
def test_a_marker_goes_where_it_is_wanted_as_far_as_the_order_allows(name, frame, expected):
    assert frames(move_marker(PROPOSED, name, frame, 50)) == expected


def test_only_the_moved_marker_is_said_to_be_the_users():
    moved = move_marker(PROPOSED, "apex", 35, 50)
    assert moved.sources == ("proposed", "user", "proposed")
    assert moved.confidence is None


def test_markers_that_a_person_set_stay_and_stop_the_others():
    interval = move_marker(PROPOSED, "onset", 15, 50)
    assert frames(move_marker(interval, "apex", 3, 50)) == (15, 16, 30)
    assert frames(move_marker(interval, "offset", 3, 50)) == (15, 16, 16)


def test_imported_markers_stay_as_well():
    interval = Interval(10, 20, 30, sources=("proposed", "proposed", "imported"))
    assert frames(move_marker(interval, "apex", 40, 50)) == (10, 30, 30)


def test_a_marker_that_was_set_may_itself_be_moved_again():
    interval = move_marker(move_marker(PROPOSED, "apex", 22, 50), "apex", 18, 50)
    assert frames(interval) == (10, 18, 30)


def test_a_clip_of_two_frames_leaves_no_choice():
    assert frames(move_marker(Interval(0, 1, 1), "apex", 0, 2)) == (0, 1, 1)


def test_the_analysis_uses_exactly_the_given_markers(prepared_sample, predictor):
    interval = Interval(12, 22, 30, sources=("imported", "user", "proposed"))
    analysis = predictor.analyze_interval(prepared_sample, interval, "farneback", remove_head_motion=False)
    assert analysis.interval == interval
    assert analysis.prepared is prepared_sample
    assert analysis.motion.settings.method == "farneback"
    assert not analysis.motion.settings.remove_head_motion
