import json
import struct
from pathlib import Path

import cv2
import numpy as np
import pytest

from mer_core.challenge import PARTS, draw_challenge, has_sides, is_place, render_challenge
from ui import challenge as ui_challenge
from ui.challenge import Round
from ui.challenge_player.payload import amplification, challenge_payload
from ui.deck.modules import joined_modules
from ui.deck.payload import WARP_SIDE
from ui.state import Visit

PLAYER = Path(__file__).resolve().parents[2] / "ui" / "challenge_player"


@pytest.fixture(scope="module")
def drawn():
    """A challenge and its payload's header and pictures."""
    challenge = draw_challenge(3)
    payload = challenge_payload(render_challenge(challenge), challenge, "a key")
    (length,) = struct.unpack("<I", payload[:4])
    return challenge, json.loads(payload[4 : 4 + length]), payload[4 + length :]


@pytest.fixture
def current(drawn, monkeypatch):
    """A round nothing was answered in, with a report from the browser as `report(*actions)`."""
    current = Round(drawn[0], b"", "a key")

    def report(*actions, key="a key", first=1):
        numbered = [{**action, "sequence": first + place} for place, action in enumerate(actions)]
        monkeypatch.setattr(ui_challenge, "challenge_actions", lambda: {"key": key, "list": numbered})
        ui_challenge._take(current)

    return current, report


def twin(app, kind, name):
    return next(each for each in getattr(app, kind) if each.key.startswith(f"challenge_{name}_"))


def started(app):
    app.button(key="challenge_start").click().run()
    assert not app.exception
    return app, app.session_state["challenge"]


def answered(app, part, side, ms):
    twin(app, "segmented_control", "part").set_value(part).run()
    if has_sides(part):
        twin(app, "segmented_control", "side").set_value(side).run()
    if ms is not None:
        twin(app, "slider", "ms").set_value(ms).run()
    app.button(key="challenge_reveal").click().run()
    assert not app.exception
    return "\n".join(element.value for element in app.markdown).replace("\\", "")


def test_before_it_is_asked_for_there_is_one_button_and_no_clip(app):
    assert "challenge" not in app.session_state
    assert app.button(key="challenge_start").label == "Can you see it?"
    assert any("No score is kept" in element.value for element in app.caption)


def test_a_right_guess_is_called_right_and_its_error_is_in_milliseconds(app):
    app, current = started(app)
    truth = current.challenge
    assert app.button(key="challenge_reveal").disabled
    said = answered(app, truth.part, truth.side, truth.apex_ms + 60)
    assert "Right place" in said
    assert f"You said {truth.apex_ms + 60} ms: 60 ms after the peak" in said
    assert f"{truth.px:.1f} px" in said
    assert "peak at" in said


def test_a_wrong_guess_without_a_moment_is_told_the_truth_too(app):
    app, current = started(app)
    truth = current.challenge
    wrong = next(part for part in PARTS if part not in truth.moved_parts)
    said = answered(app, wrong, "B", None)
    assert "Another place: you said" in said
    assert "You named no moment" in said
    assert truth.unit in said
    assert any("without playing it" in element.value for element in app.caption)


def test_another_one_moves_another_part_and_starts_afresh(app):
    app, first = started(app)
    answered(app, "nose", "B", 500)
    app.button(key="challenge_next").click().run()
    assert not app.exception
    second = app.session_state["challenge"]
    assert second.challenge.part != first.challenge.part
    assert second.key != first.key
    assert second.frames != first.frames
    assert second.guess is None
    assert second.ms is None
    assert app.button(key="challenge_reveal").disabled
    assert twin(app, "segmented_control", "part").value is None


def test_the_clip_opens_in_analyze_and_is_erased_with_the_visit(app):
    app, _ = started(app)
    answered(app, "chin", "B", 500)
    app.button(key="challenge_open").click().run()
    assert not app.exception
    visit = app.session_state["visit"]
    (path,) = visit.source.paths
    assert path.name == "synthetic-challenge.mp4"
    assert path.is_relative_to(visit.folder)
    assert any("1 What moved" in element.value for element in app.header)
    visit.close()
    assert not path.exists()


def test_a_full_disk_is_told_on_the_page_that_was_asked_for(app, monkeypatch):
    monkeypatch.setattr(Visit, "new_folder", lambda visit: visit.folder / "gone")
    app, _ = started(app)
    answered(app, "chin", "B", 500)
    app.button(key="challenge_open").click().run()
    assert not app.exception
    assert "choose a folder" in app.error[0].value


def test_it_can_be_put_away(app):
    app, _ = started(app)
    app.button(key="challenge_close").click().run()
    assert not app.exception
    assert "challenge" not in app.session_state
    assert app.button(key="challenge_start").label == "Can you see it?"


def test_another_part_keeps_a_side_only_where_it_has_one(drawn):
    current = Round(drawn[0], b"", "a key")
    current.choose_part("brow")
    assert current.guess is None
    current.side = "L"
    current.choose_part("cheek")
    assert (current.part, current.side) == ("cheek", "L")
    current.choose_part("nose")
    assert current.side == "B"
    current.choose_part("mouth")
    assert current.side is None
    current.choose_part(None)
    assert current.guess is None


def test_a_press_and_a_click_in_the_player_are_the_answer(current):
    current, report = current
    report({"do": "play", "ms": 640.0}, {"do": "place", "part": "brow", "side": "L"})
    assert (current.part, current.side, current.ms, current.plays) == ("brow", "L", 640, 1)
    report({"do": "play", "ms": None}, first=3)
    assert (current.ms, current.plays) == (640, 2)
    report({"do": "place", "part": None, "side": None}, first=4)
    assert current.guess is None


def test_an_action_reported_again_is_done_once_and_one_for_another_round_never(current):
    current, report = current
    report({"do": "play", "ms": 640})
    report({"do": "play", "ms": 640})
    assert current.plays == 1
    report({"do": "play", "ms": 640}, key="another", first=2)
    assert current.plays == 1


@pytest.mark.parametrize(
    "nonsense",
    [
        {"do": "place", "part": "ear", "side": "L"},
        {"do": "place", "part": "nose", "side": "L"},
        {"do": "place", "part": ["brow"], "side": "L"},
        {"do": "place", "part": "brow", "side": 3},
        {"do": "place", "part": "brow", "side": "LR"},
        {"do": "erase"},
        {},
    ],
)
def test_nonsense_from_the_browser_changes_nothing(current, nonsense):
    current, report = current
    report(nonsense)
    assert (current.part, current.side, current.ms, current.plays) == (None, None, None, 0)
    assert current.answered == 1


@pytest.mark.parametrize("ms", ["now", -20, 1e9, float("nan"), [1]])
def test_a_moment_outside_the_clip_is_none(current, ms):
    current, report = current
    report({"do": "play", "ms": ms})
    assert current.ms is None
    assert current.plays == 1


def test_after_the_truth_no_answer_is_taken(current):
    current, report = current
    report({"do": "place", "part": "brow", "side": "L"})
    current.reveal()
    report({"do": "place", "part": "chin", "side": "B"}, first=2)
    assert current.part == "brow"
    assert current.answered == 2


def test_the_player_is_sent_every_frame_its_time_and_the_truth(drawn):
    challenge, header, files = drawn
    assert header["frames"] == list(range(90))
    assert np.diff(header["timesMs"]).tolist() == [20.0] * 89
    assert sum(header["lengths"]) == len(files)
    first = cv2.imdecode(np.frombuffer(files[: header["lengths"][0]], np.uint8), cv2.IMREAD_COLOR)
    assert list(first.shape[1::-1]) == header["size"]
    truth, scenario = header["truth"], challenge.scenario
    assert truth["marks"] == [scenario.onset, scenario.apex, scenario.offset]
    assert truth["strengths"][scenario.apex] == max(truth["strengths"]) == 1
    assert truth["strengths"][scenario.onset] == truth["strengths"][scenario.offset] == 0
    assert truth["warp"]["side"] == WARP_SIDE
    assert truth["factor"] == amplification(challenge) >= 2


def test_every_region_lies_on_the_shown_picture(drawn):
    _, header, _ = drawn
    points = np.concatenate([region["points"] for region in header["regions"]])
    assert points.min() >= 0
    assert points.max() <= 1
    assert all(is_place(region["part"], region["side"]) for region in header["regions"])
    assert header["regions"][0]["label"] == "the left brow (right in the picture)"


def test_the_player_asks_nothing_of_the_network():
    used = joined_modules(PLAYER / "js" / "challenge.js") + (PLAYER / "challenge.css").read_text()
    assert "import {" not in used
    assert not any(sign in used for sign in ("https:", "fetch(", "XMLHttpRequest", "@import", "url("))
