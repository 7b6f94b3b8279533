import json
from dataclasses import replace

import pytest

from mer_core.coded_events import Coding
from mer_core.errors import MarkerFileError
from mer_core.interval import Interval
from mer_core.marker_files import read_markers
from mer_core.session_file import check_clip, clip_remarks, read_session, session_json, session_of


@pytest.fixture(scope="session")
def session(sample_analysis):
    return session_of(sample_analysis, Coding("S01", "ana", 'said "ü"\nand smiled'))


@pytest.fixture
def damaged(session):
    """A session file in which one entry was replaced; `...` takes it out."""

    def damage(path, value):
        values = json.loads(session_json(session))
        *parents, last = path.split(".")
        place = values
        for name in parents:
            place = place[name]
        if value is ...:
            del place[last]
        else:
            place[last] = value
        return json.dumps(values).encode()

    return damage


def read(content):
    return read_session(content if isinstance(content, bytes) else content.encode(), "work.mer.json")


def test_a_session_is_read_back_equal(session):
    assert read(session_json(session)) == session


def test_a_session_without_a_frame_rate_is_read_back_equal(session):
    without = replace(session, clip=replace(session.clip, fps=None))
    assert read(session_json(without)) == without
    assert without.clip.length == "72 frames"


def test_a_session_of_before_given_rates_were_told_apart_does_not_tell(damaged, sample_analysis):
    earlier = read(damaged("clip.fps_given", ...)).clip
    assert earlier.fps_given is None
    assert earlier.has_times_of(sample_analysis.clip)
    assert earlier.fps_to_give == earlier.fps


def test_times_of_the_file_and_of_a_rate_that_was_given_are_not_the_same(session, sample_analysis):
    clip = sample_analysis.clip
    assert session.clip.fps_given is False
    assert session.clip.has_times_of(clip)
    assert not session.clip.has_times_of(replace(clip, fps_given=True))
    assert session.clip.fps_to_give is None


def test_a_session_holds_what_is_needed_and_no_frame(session, sample_analysis):
    assert session.clip.sha256 == sample_analysis.clip.sha256
    assert session.interval == sample_analysis.interval
    assert session.candidates == sample_analysis.prepared.candidates
    assert session.clip.length == "72 frames, 720 ms"
    assert json.loads(session_json(session))["chosen_candidate"] == 0
    assert len(session_json(session)) < 5000


def test_markers_keep_who_had_set_them(session, sample_analysis):
    mine = replace(session, interval=Interval(10, 20, 30, ("user", "imported", "proposed")))
    clip = sample_analysis.clip
    imported = read_markers(session_json(mine).encode(), "work.mer.json", clip, Interval(0, 1, 1))
    assert imported.interval == mine.interval
    assert imported.warnings == ()
    assert json.loads(session_json(mine))["chosen_candidate"] is None


def test_a_clip_is_known_by_its_hash_whatever_its_name(session, sample_analysis):
    check_clip(session, replace(sample_analysis.clip, name="renamed.mov"))


def test_another_clip_is_refused_with_both_hashes_shortened(session, sample_analysis):
    other = replace(sample_analysis.clip, name="other.mp4", sha256="beef" * 16)
    own = session.clip.sha256[:8]
    with pytest.raises(MarkerFileError, match=rf"\(hash {own}\), and other\.mp4 is another file \(hash beefbeef\)"):
        check_clip(session, other)


def test_a_clip_that_is_read_with_other_frames_is_refused(session, sample_analysis):
    with pytest.raises(MarkerFileError, match="made with 72 frames, but .* is read as 60 here"):
        check_clip(session, replace(sample_analysis.clip, frames=sample_analysis.clip.frames[:60]))


def test_another_version_or_frame_rate_is_remarked(session, sample_analysis):
    clip = sample_analysis.clip
    assert clip_remarks(session, clip) == ()
    assert "saved by MER Studio 0.0.1" in clip_remarks(replace(session, app_version="0.0.1"), clip)[0]
    slow = replace(clip, timestamps_ms=clip.timestamps_ms * 2)
    assert clip_remarks(session, slow) == (
        "The session was made at 100 fps, the clip is read at 50 fps: times in ms differ.",
    )
    assert "an unknown frame rate" in clip_remarks(session, replace(clip, timestamps_ms=None))[0]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("", "work.mer.json is empty"),
        (b"\xff\xfe{}", "not text in UTF-8"),
        ("{", "not readable JSON"),
        ("[1, 2]", "work.mer.json is not a JSON object"),
        ("{}", "is JSON but no session; sessions are saved as NAME.mer.json"),
        ('{"format": "mer-studio-session"}', "has no entry 'version'"),
        ('{"format": NaN}', "not readable JSON (NaN is no number)"),
        ('{"format": -Infinity}', "-Infinity is no number"),
        ("[" * 100_000, "nests its values too deeply"),
        ('{"a": ' * 100_000, "nests its values too deeply"),
        ('{"version": ' + "9" * 10_000 + "}", "not readable JSON"),
    ],
)
def test_a_file_that_is_no_session_gets_one_sentence(content, words):
    with pytest.raises(MarkerFileError) as error:
        read(content)
    assert words in str(error.value)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    ("path", "value", "words"),
    [
        ("version", 3, "saved by a later MER Studio (session version 3, this one reads 2); update it"),
        ("version", 0, "version is 0, not a whole number from 1"),
        ("version", True, "version is true"),
        ("version", "1", 'version is "1"'),
        ("clip", [], "clip is not a JSON object"),
        ("clip", ..., "no entry 'clip'"),
        ("clip.sha256", "abc", "sha256 is not 64 hexadecimal digits"),
        ("clip.sha256", "../../etc/passwd", "sha256 is not 64"),
        ("clip.num_frames", 72.0, "num_frames is 72.0, not a whole number"),
        ("clip.num_frames", 10**30, "num_frames is 1000"),
        ("clip.num_frames", 1, "num_frames is 1,"),
        ("clip.num_frames", 5, "not a whole number from"),
        ("clip.name", 7, "clip: name is 7, not text"),
        ("clip.name", "x" * 301, "not text of at most 300 letters"),
        ("clip.name", "\ud800", "clip: name is"),
        ("clip.fps", 0, "fps is 0, not a number from"),
        ("clip.fps", float("nan"), "NaN is no number"),
        ("clip.fps", 10**400, "fps is 1000"),
        ("clip.fps", "fast", 'fps is "fast"'),
        ("interval.onset", -1, "interval: onset is -1"),
        ("interval.apex", 72, "interval: apex is 72, not a whole number from"),
        ("interval.offset", 0, "interval: offset is 0"),
        ("interval.sources", ["god"] * 3, "sources must be three of proposed, user, imported"),
        ("interval.sources", [["user"]] * 3, "sources must be three of"),
        ("interval.sources", None, "sources must be three of"),
        ("interval.confidence", 1.5, "confidence is 1.5"),
        ("candidates", {}, "candidates is {}, not a list"),
        ("candidates", [{}] * 1001, "candidates is"),
        ("candidates", [3], "candidates 0 is not a JSON object"),
        ("settings.flow_method", "magic", 'flow_method is "magic", not one of dis'),
        ("settings.flow_method", ["dis"], "flow_method is"),
        ("settings.remove_head_motion", 1, "remove_head_motion is 1, not true or false"),
        ("settings.crop", {}, "settings: crop has no entry 'side_in_eye_distances'"),
        ("model.name", None, "model: name is null"),
        ("coding.notes", "x" * 20_001, "not text of at most 20000 letters"),
    ],
)
def test_every_value_is_checked_and_named(damaged, path, value, words):
    with pytest.raises(MarkerFileError) as error:
        read(damaged(path, value))
    assert str(error.value).startswith("work.mer.json")
    assert words in str(error.value)
    assert len(str(error.value)) < 300


def test_a_number_too_large_for_any_computer_is_refused(session):
    with pytest.raises(MarkerFileError, match="fps is Infinity, not a number from"):
        read(session_json(session).replace('"fps": 100.0', '"fps": 1e999'))


def test_entries_of_a_later_program_are_passed_over(damaged, session):
    assert read(damaged("colour", "green")) == session
