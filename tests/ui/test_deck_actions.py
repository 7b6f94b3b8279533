import pytest

from mer_core.preview import make_preview
from ui.analyze import markers
from ui.analyze.markers import take_actions
from ui.deck.payload import DeckFrames
from ui.state import Visit


@pytest.fixture
def visit(prepared_sample):
    visit = Visit()
    visit.frames = DeckFrames.of(make_preview(prepared_sample), prepared_sample.clip)
    return visit


@pytest.fixture
def report(visit, prepared_sample, monkeypatch):
    """Lets the browser report actions, numbered from `first`."""

    def report(*actions, first=1, key=None):
        numbered = [{**action, "sequence": first + place} for place, action in enumerate(actions)]
        monkeypatch.setattr(markers, "deck_actions", lambda: {"key": key or visit.frames.key, "list": numbered})
        take_actions(visit, prepared_sample)

    return report


def move(marker, frame, **more):
    return {"do": "move", "marker": marker, "frame": frame, **more}


def test_a_marker_moves_and_undo_brings_it_back(visit, report, prepared_sample):
    report(move("apex", 20))
    assert visit.interval.apex == 20
    assert visit.interval.sources == ("proposed", "user", "proposed")
    report({"do": "undo"}, first=2)
    assert visit.interval is None


def test_an_action_that_is_reported_again_is_done_once(visit, report):
    report(move("apex", 20), move("apex", 22))
    report(move("apex", 20), move("apex", 22), {"do": "undo"})
    assert visit.interval.apex == 20
    assert visit.answered == 3


def test_actions_for_another_clip_are_passed_over(visit, report):
    report(move("apex", 20), key="another")
    assert visit.interval is None


def test_every_setting_is_a_step_to_undo_but_a_run_of_nudges_is_one(visit, report):
    report(move("apex", 20), move("apex", 21))
    assert len(visit.history) == 2
    report(*(move("onset", frame, isNudge=True) for frame in (8, 7, 6)), first=3)
    assert len(visit.history) == 3


def test_a_found_movement_is_taken_and_left_again(visit, report, prepared_sample):
    report(move("apex", 20), {"do": "take", "movement": 0})
    assert visit.interval == prepared_sample.candidates[0]
    report({"do": "reset"}, first=3)
    assert visit.interval is None


@pytest.mark.parametrize(
    "nonsense",
    [
        {"do": "move", "marker": "sources", "frame": 3},
        {"do": "move", "marker": "apex", "frame": "3"},
        {"do": "take", "movement": 99},
        {"do": "erase"},
        {},
    ],
)
def test_what_is_no_action_changes_nothing(visit, report, nonsense):
    report(nonsense)
    assert visit.interval is None


def test_a_frame_beyond_the_clip_becomes_its_last(visit, report, prepared_sample):
    report(move("offset", 10**9))
    assert visit.interval.offset == prepared_sample.clip.num_frames - 1
