import gc
from dataclasses import dataclass
from types import SimpleNamespace

import pytest
import streamlit as st

from mer_core.interval import Interval
from ui import state
from ui.state import Source, Visit, current_visit, open_sample, open_uploads


@dataclass
class File:
    name: str
    content: bytes = b"content"

    def getbuffer(self):
        return memoryview(self.content)


@pytest.fixture
def visit(monkeypatch):
    monkeypatch.setattr(st, "session_state", {})
    return current_visit()


def test_a_visits_uploads_are_deleted_with_it():
    visit = Visit()
    (visit.folder / "clip.mp4").write_bytes(b"a face")
    folder = visit.folder
    del visit
    gc.collect()
    assert not folder.exists()


def test_every_call_in_one_session_gives_the_same_visit(visit):
    assert current_visit() is visit


def test_an_upload_is_written_into_the_visits_folder_at_once(visit):
    open_uploads([File("clip.mp4")])
    (path,) = visit.source.paths
    assert path.read_bytes() == b"content"
    assert path.is_relative_to(visit.folder)


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\films\\clip.mp4", "clip.mp4"),
        ("..", "clip"),
        ("a\x00\nb.mp4", "ab.mp4"),
        ("x" * 300 + ".mp4", "x" * 76 + ".mp4"),
        ("\N{GRINNING FACE}" * 70 + ".mp4", "\N{GRINNING FACE}" * 49 + ".mp4"),
    ],
)
def test_a_name_from_outside_cannot_leave_the_folder(visit, given, kept):
    open_uploads([File(given)])
    (path,) = visit.source.paths
    assert path.name == kept
    assert path.parent.parent == visit.folder


@pytest.mark.parametrize(
    ("given", "order"),
    [
        (("b.png", "a.png"), ["b.png", "a.png"]),
        (("apex.png", "onset.png"), ["onset.png", "apex.png"]),
        (("onset.png", "apex.png"), ["onset.png", "apex.png"]),
        (("S1 APEX.jpg", "S1 rest.jpg"), ["S1 rest.jpg", "S1 APEX.jpg"]),
        (("2.png", "1_Onset.png"), ["1_Onset.png", "2.png"]),
    ],
)
def test_two_pictures_are_onset_and_apex_as_their_names_say_or_as_given(visit, given, order):
    open_uploads([File(name) for name in given])
    assert [path.name for path in visit.source.paths] == order


def test_swapping_a_pair_makes_the_onset_the_apex(visit):
    open_uploads([File("b.png"), File("a.png")])
    assert [path.name for path in visit.source.swapped().paths] == ["a.png", "b.png"]


def test_more_pictures_are_the_frames_of_a_clip(visit):
    open_uploads([File(f"{number}.png") for number in range(5)])
    (folder,) = visit.source.paths
    assert len(list(folder.iterdir())) == 5


def test_two_files_of_one_name_both_stay(visit):
    open_uploads([File("a.png", b"1"), File("a.png", b"2")])
    assert sorted(path.read_bytes() for path in visit.source.paths) == [b"1", b"2"]


def test_a_clip_beside_a_picture_is_refused(visit):
    open_uploads([File("a.png"), File("b.mp4")])
    assert visit.source is None
    assert "not all are pictures" in visit.failure


def test_another_clip_erases_the_last_one(visit):
    open_uploads([File("first.mp4")])
    first = visit.source.paths[0]
    open_uploads([File("second.mp4")])
    visit.settle()
    assert not first.exists()
    assert visit.source.paths[0].exists()
    open_sample("surprise")
    visit.settle()
    assert visit.is_sample
    assert not list(visit.folder.iterdir())


def test_a_failure_erases_the_clip_and_stays_until_another_is_opened(visit):
    open_uploads([File("first.mp4")])
    visit.fail("It is broken.")
    assert visit.source is None
    assert not list(visit.folder.iterdir())
    assert visit.failure == "It is broken."
    open_sample("positive")
    assert visit.failure is None


def test_a_clip_that_fails_gives_way_to_the_one_before_it(visit):
    open_uploads([File("first.mp4")])
    visit.settle()
    visit.mark(Interval(1, 5, 9))
    first = visit.source
    open_uploads([File("second.mp4")])
    second = visit.source.paths[0]
    visit.fail("It is broken.")
    assert visit.source == first
    assert visit.interval == Interval(1, 5, 9)
    assert first.paths[0].exists()
    assert not second.exists()


def test_moves_of_one_marker_in_a_row_are_one_step_to_undo(visit):
    for apex in (5, 6, 7):
        visit.mark(Interval(1, apex, 9), mover="apex")
    visit.mark(Interval(2, 7, 9), mover="onset")
    visit.undo()
    assert visit.interval == Interval(1, 7, 9)
    visit.undo()
    assert visit.interval is None
    assert not visit.history


def test_a_move_that_changes_nothing_leaves_nothing_to_undo(visit):
    visit.mark(None)
    assert not visit.history


def test_undo_brings_back_marker_by_marker(visit):
    first, second = Interval(1, 5, 9), Interval(1, 6, 9)
    visit.mark(first)
    visit.mark(second)
    visit.undo()
    assert visit.interval == first
    visit.undo()
    visit.undo()
    assert visit.interval is None


def test_opening_a_clip_forgets_what_was_found_in_the_last(visit):
    visit.mark(Interval(1, 5, 9))
    visit.answered = 3
    visit.open(Source(()))
    assert (visit.interval, visit.frames, visit.answered, visit.history) == (None, None, 0, [])


def test_undo_is_bounded(visit):
    for frame in range(state._MOST_UNDO_STEPS + 20):
        visit.mark(Interval(0, frame + 1, 900))
    assert len(visit.history) == state._MOST_UNDO_STEPS


def test_the_clip_is_erased_when_the_visitor_does_not_come_back(visit, monkeypatch):
    monkeypatch.setattr(state, "SECONDS_TO_COME_BACK", 0.05)
    open_uploads([File("clip.mp4")])
    visit.leave()
    visit._erasure.join(30)
    assert visit.source is None
    assert not list(visit.folder.iterdir())


def test_a_visitor_whose_connection_came_back_keeps_the_clip_until_it_ends_again(visit, monkeypatch):
    monkeypatch.setattr(state, "SECONDS_TO_COME_BACK", 0.05)
    connected = {"session"}
    monkeypatch.setattr(state.runtime, "exists", lambda: True)
    monkeypatch.setattr(
        state.runtime, "get_instance", lambda: SimpleNamespace(is_active_session=connected.__contains__)
    )
    visit.session = "session"
    open_uploads([File("clip.mp4")])
    visit.leave()
    for _ in range(4):
        visit._erasure.join(30)
        assert visit.source.paths[0].exists()
    connected.clear()
    visit._erasure.join(30)
    visit._erasure.join(30)
    assert visit.source is None


def test_a_visitor_who_comes_back_finds_the_clip(visit, monkeypatch):
    monkeypatch.setattr(state, "SECONDS_TO_COME_BACK", 5)
    open_uploads([File("clip.mp4")])
    visit.leave()
    erasure = visit._erasure
    visit.stay()
    erasure.join(30)
    assert not erasure.is_alive()
    assert visit.source.paths[0].exists()
