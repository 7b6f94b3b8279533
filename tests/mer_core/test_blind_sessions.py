"""Sessions that hold an own coding, before and after it was committed, and those of the version before."""

import json
from dataclasses import replace

import pytest

from mer_core.blind_coding import BlindCoding, ScoredUnit, ScoreSheet, commit
from mer_core.coded_events import Coding
from mer_core.errors import MarkerFileError
from mer_core.interval import Interval
from mer_core.marker_files import read_markers
from mer_core.session_file import blind_session_of, read_session, session_json, session_of

SHEET = ScoreSheet((ScoredUnit("AU12", "L", "C", 'a "note"'), ScoredUnit("AU45", "B")))
SO_FAR = Interval(14, 36, 71, ("user", "unset", "unset"))


@pytest.fixture(scope="session")
def uncommitted(sample_analysis):
    coding = Coding("S01", "ana", "", BlindCoding(SHEET, findings_seen=True))
    settings = sample_analysis.motion.settings
    return blind_session_of(sample_analysis.prepared, SO_FAR, sample_analysis.checkpoint, settings, coding)


@pytest.fixture(scope="session")
def committed(sample_analysis):
    mine = Interval(12, 26, 44, ("user", "user", "unset"))
    return session_of(sample_analysis, Coding("S01", "ana", "", commit(BlindCoding(SHEET), mine, "ana", False)))


def read(session, path=None, value=None):
    values = json.loads(session_json(session))
    if path is not None:
        *parents, last = path.split(".")
        place = values
        for name in parents:
            place = place[int(name) if name.isdigit() else name]
        place[last] = value
    return read_session(json.dumps(values).encode(), "work.mer.json")


def test_an_uncommitted_coding_is_read_back_equal_with_and_without_markers(uncommitted):
    assert read(uncommitted) == uncommitted
    assert read(uncommitted).is_coding_blind
    none_set = replace(uncommitted, interval=None)
    assert read(none_set) == none_set


def test_an_uncommitted_session_tells_nothing_that_was_found(uncommitted, sample_analysis):
    values = json.loads(session_json(uncommitted))
    assert values["candidates"] == []
    assert values["chosen_candidate"] is None
    assert values["settings"]["hash"] == ""
    assert values["interval"]["sources"] == ["user", "unset", "unset"]


def test_a_committed_coding_is_read_back_equal_beside_the_markers_in_use(committed, sample_analysis):
    assert read(committed) == committed
    assert not committed.is_coding_blind
    assert read(committed).interval == sample_analysis.interval


def test_a_file_of_the_first_version_is_read_as_before(sample_analysis):
    session = session_of(sample_analysis, Coding("S01", "ana", "speaks"))
    values = json.loads(session_json(session))
    values["version"] = 1
    del values["blind_coding"]
    assert read_session(json.dumps(values).encode(), "old.mer.json") == session


def test_markers_are_not_taken_from_an_uncommitted_session(uncommitted, sample_analysis):
    with pytest.raises(MarkerFileError, match="saved while coding blind"):
        read_markers(session_json(uncommitted).encode(), "b.mer.json", sample_analysis.clip, Interval(0, 1, 1))


@pytest.mark.parametrize(
    ("path", "value", "words"),
    [
        ("blind_coding", 3, "blind_coding is not a JSON object"),
        ("blind_coding.findings_seen", "no", "findings_seen is"),
        ("blind_coding.coder", 7, "coder is 7, not text"),
        ("blind_coding.committed", "", "committed and interval belong together"),
        ("blind_coding.interval", None, "committed and interval belong together"),
        ("blind_coding.interval.apex", 5, "apex is 5, not a whole number"),
        ("blind_coding.interval.sources", ["proposed"] * 3, "sources must be three of user, unset"),
        ("blind_coding.sheet.none_seen", True, "where no action unit was seen"),
        ("blind_coding.sheet.units.0.unit", "AU99", 'unit is "AU99"'),
        ("blind_coding.sheet.units.0.side", "left", 'side is "left"'),
        ("blind_coding.sheet.units.0.intensity", "F", 'intensity is "F"'),
        ("blind_coding.sheet.units.1.unit", "AU12", "scored twice"),
        ("blind_coding.sheet.units", [{}] * 99, "not a list of at most"),
        ("interval", None, "interval is not a JSON object"),
    ],
)
def test_every_value_of_a_coding_is_checked_and_named(committed, path, value, words):
    with pytest.raises(MarkerFileError) as error:
        read(committed, path, value)
    assert words in str(error.value)
    assert str(error.value).startswith("work.mer.json")


def test_markers_of_the_machine_in_an_uncommitted_session_are_refused(uncommitted):
    with pytest.raises(MarkerFileError, match="sources must be three of user, unset"):
        read(uncommitted, "interval.sources", ["proposed"] * 3)
