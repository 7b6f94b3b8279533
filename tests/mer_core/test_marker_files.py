"""Markers from files: what this program wrote comes back to the frame, whatever the frame rate."""

from dataclasses import replace

import numpy as np
import pytest

from mer_core.clips import Clip
from mer_core.coded_events import coded_events
from mer_core.errors import MarkerFileError
from mer_core.exports import curve_csv, elan_eaf, long_csv
from mer_core.interval import Interval
from mer_core.marker_files import read_markers, read_small
from mer_core.marker_reading import text as small_text

PROPOSED = Interval(3, 10, 20)


def clip_of(num_frames=72, frame_ms=10.0, name="clip.mp4"):
    times = None if frame_ms is None else np.arange(num_frames) * frame_ms
    return Clip(np.zeros((num_frames, 4, 4, 3), np.uint8), times, name, "0" * 64)


def taken(content, name, clip=None, proposed=PROPOSED):
    content = content if isinstance(content, bytes) else content.encode()
    return read_markers(content, name, clip or clip_of(), proposed)


def csv_of(*rows, columns="onset_ms,apex_ms,offset_ms"):
    return "\n".join([columns, *rows]) + "\n"


@pytest.mark.parametrize("fps", [25, 29.97, 59.94, 100, 120, 200, 240, 1000])
@pytest.mark.parametrize("kind", ["long.csv", "curve.csv", "eaf"])
def test_what_was_written_comes_back_on_the_same_frames(sample_analysis, fps, kind):
    clip = replace(sample_analysis.clip, timestamps_ms=np.arange(sample_analysis.clip.num_frames) * 1000 / fps)
    analysis = replace(
        sample_analysis,
        prepared=replace(sample_analysis.prepared, clip=clip),
        interval=Interval(13, 29, 47, ("user", "proposed", "imported")),
    )
    written = {
        "long.csv": lambda: long_csv(coded_events(analysis)),
        "curve.csv": lambda: curve_csv(analysis),
        "eaf": lambda: elan_eaf(coded_events(analysis), clip),
    }[kind]()
    imported = taken(written, f"saved.{kind}", clip)
    assert imported.interval == Interval(13, 29, 47, ("imported",) * 3)
    assert imported.warnings == ()


def test_without_times_the_frames_come_back(sample_analysis):
    clip = replace(sample_analysis.clip, timestamps_ms=None)
    analysis = replace(sample_analysis, prepared=replace(sample_analysis.prepared, clip=clip))
    for written in (long_csv(coded_events(analysis)), curve_csv(analysis)):
        assert taken(written, "saved.csv", clip).interval.apex == analysis.interval.apex


def test_a_time_goes_to_the_nearest_frame_and_the_distance_is_told():
    imported = taken(csv_of("101.2,198,304.9"), "scores.csv")
    assert imported.interval == Interval(10, 20, 30, ("imported",) * 3)
    assert imported.found == (
        "Taken from scores.csv, row 2: onset 100 ms (frame 10), apex 200 ms (frame 20), offset 300 ms (frame 30); "
        "at most 4.9 ms from the times in the file."
    )
    assert imported.warnings == ()


def test_more_than_half_a_frame_is_warned_of():
    clip = clip_of()
    times = clip.timestamps_ms.copy()
    times[20:] += 30  # frames were dropped: 190 ms, then 230 ms
    imported = taken(csv_of("100,205,330"), "scores.csv", replace(clip, timestamps_ms=times))
    assert imported.interval.apex == 19
    assert imported.warnings == (
        "scores.csv, row 2: the apex lies 15.0 ms from the nearest frame, more than half a frame; check it.",
    )


def test_an_end_one_frame_after_the_last_is_the_last_frame():
    imported = taken(csv_of("100,200,720"), "scores.csv")
    assert imported.interval.offset == 71
    assert "more than half a frame" in imported.warnings[0]


@pytest.mark.parametrize("row", ["100,200,732", "-12,200,300", "100,1e6,"])
def test_a_time_outside_the_clip_is_refused(row):
    with pytest.raises(MarkerFileError, match=r"scores\.csv, row 2: the \w+ at .* ms lies outside the clip.* 0 to 710"):
        taken(csv_of(row), "scores.csv")


def test_an_offset_that_is_not_there_stays_as_proposed():
    imported = taken(csv_of("50,150,"), "scores.csv")
    assert imported.interval == Interval(5, 15, 20, ("imported", "imported", "proposed"))
    assert "offset 200 ms (frame 20), as proposed" in imported.found


def test_a_proposed_offset_gives_way_to_a_later_apex():
    assert taken(csv_of("50,400,"), "scores.csv").interval.offset == 40


def test_another_clips_name_is_warned_of():
    imported = taken(csv_of("b.mp4,50,150", columns="clip,onset_ms,apex_ms"), "scores.csv", clip_of(name="a.mp4"))
    assert imported.warnings == ("The file is about b.mp4, and the open clip is a.mp4; check it.",)


@pytest.mark.parametrize(
    ("content", "name", "words"),
    [
        ("", "a.csv", "a.csv is empty"),
        ("\ufeff \n", "a.eaf", "a.eaf is empty"),
        (b"\xff\xfe\x00o", "a.csv", "not text in UTF-8 \\(byte 0\\)"),
        ("x", "a.txt", "a.txt is no file of markers; give a .csv"),
        ("x", "nothing", "nothing is no file of markers"),
        ("x\nonset", "a\x1b[31m.txt", "a\\?\\[31m.txt is no file"),
    ],
)
def test_files_that_are_none_of_ours_get_one_sentence(content, name, words):
    with pytest.raises(MarkerFileError, match=words):
        taken(content, name)


def test_a_file_over_the_limit_is_refused_unread(tmp_path, monkeypatch):
    monkeypatch.setattr(small_text, "_MOST_BYTES", 100)
    (tmp_path / "long.csv").write_bytes(b"x" * 1000)
    content = read_small(tmp_path / "long.csv")
    assert len(content) == 101
    with pytest.raises(MarkerFileError, match="more than 10 MB"):
        taken(content, "long.csv")


def test_a_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(MarkerFileError, match="There is no file .*gone.csv"):
        read_small(tmp_path / "gone.csv")


def test_times_need_a_frame_rate():
    with pytest.raises(MarkerFileError, match=r"scores\.csv, row 2 gives times in ms.*frame rate is unknown; give it"):
        taken(csv_of("50,150,300"), "scores.csv", clip_of(frame_ms=None))


def test_markers_that_fall_on_one_frame_are_refused_with_their_row():
    with pytest.raises(MarkerFileError, match=r"scores\.csv, row 2: the apex \(frame 5\) must come after the onset"):
        taken(csv_of("50,52,80"), "scores.csv")
