"""One clip of a batch by itself, in this process."""

import errno
import re
from pathlib import Path

import pytest

from mer_core.batch import one_clip
from mer_core.batch.one_clip import Analyst, BatchSettings, Job
from mer_core.batch.tables import DONE, FAILED, SAME
from mer_core.marker_reading.found import FoundMarkers


@pytest.fixture(scope="module")
def analyst(model: str) -> Analyst:
    return Analyst(BatchSettings(model, with_reports=False))


def job(clip: Path, **changes: object) -> Job:
    return Job(**{"clip": f"s1/{clip.name}", "path": clip, "report": clip.with_suffix(".html"), **changes})


def test_a_clip_becomes_a_row_and_movements_under_its_name_in_the_batch(analyst: Analyst, brows: Path) -> None:
    outcome = analyst.outcome(job(brows))
    row = outcome.row
    assert (row.status, row.clip, row.frames, row.fps) == (DONE, "s1/brows.mp4", 24, 50.0)
    assert abs(row.apex - 14) <= 2
    assert row.apex_ms == row.apex * 20
    assert "moved" in row.moved
    assert row.markers == "proposed proposed proposed"
    assert row.report == ""
    assert row.seconds > 0
    rows = outcome.movements.splitlines()
    assert len(rows) > 2
    assert all(line.startswith(",s1/brows.mp4,") for line in rows[1:])


def test_markers_of_a_person_are_taken_and_wrong_ones_are_told(analyst: Analyst, brows: Path) -> None:
    marked = FoundMarkers("marks.csv, row 2", (None, None, None), (6, 13, None))
    row = analyst.outcome(job(brows, markers=marked)).row
    assert (row.onset, row.apex, row.markers) == (6, 13, "imported imported proposed")
    beyond = FoundMarkers("marks.csv, row 3", (None, None, None), (6, 99, None))
    row = analyst.outcome(job(brows, markers=beyond)).row
    assert row.status == FAILED
    assert row.sentence.startswith("marks.csv, row 3: the apex (frame 99) lies beyond the clip")


def test_a_finished_clip_is_known_by_its_bytes_markers_and_settings(
    analyst: Analyst, brows: Path, model: str, tmp_path: Path
) -> None:
    known = analyst.outcome(job(brows)).row.fingerprint
    assert analyst.outcome(job(brows, known=known)).row.status == SAME
    marked = FoundMarkers("marks.csv, row 2", (None, None, None), (6, 13, None))
    assert analyst.outcome(job(brows, known=known, markers=marked)).row.status == DONE
    farneback = Analyst(BatchSettings(model, method="farneback", with_reports=False))
    assert farneback.outcome(job(brows, known=known)).row.status == DONE
    other = tmp_path / "brows.mp4"
    other.write_bytes(brows.read_bytes() + b"\0")
    assert analyst.outcome(job(other, known=known)).row.status == DONE


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (MemoryError(), "brows.mp4 needs more memory than is free"),
        (ZeroDivisionError("by zero"), r"Unexpected ZeroDivisionError in .*\.py, line \d+: by zero"),
        (OSError(errno.EIO, "Input/output error"), "Input/output error"),
    ],
)
def test_whatever_goes_wrong_is_a_sentence(
    error: Exception, words: str, analyst: Analyst, brows: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*values: object, **named: object) -> None:
        raise error

    monkeypatch.setattr(one_clip, "read_clip", fail)
    row = analyst.outcome(job(brows)).row
    assert row.status == FAILED
    assert re.search(words, row.sentence)


def test_a_report_that_finds_no_room_is_told_to_whoever_runs_the_batch(model: str, brows: Path, tmp_path: Path) -> None:
    reporting = Analyst(BatchSettings(model))
    assert reporting.outcome(job(brows, report=tmp_path / "a.html")).no_room == ""
    assert (tmp_path / "a.html").read_text(encoding="utf-8").startswith("<!DOCTYPE html>")
    outcome = reporting.outcome(job(brows, report=tmp_path / "nowhere" / "a.html"))
    assert outcome.no_room == "No such file or directory"
