import pytest

from mer_core.errors import MarkerFileError
from mer_core.exports.long_csv import COLUMNS
from mer_core.marker_reading.from_csv import csv_markers


def found(text, clip_name="clip.mp4"):
    return csv_markers(text, "scores.csv", clip_name)


def table(*rows, columns="clip,au,onset_ms,apex_ms,offset_ms"):
    return "\n".join([columns, *rows]) + "\n"


def test_the_row_of_the_whole_movement_comes_before_action_units():
    markers = found(table("clip.mp4,AU12,10,20,30", "clip.mp4,,11,21,31"))
    assert markers.times_ms == (11, 21, 31)
    assert markers.where == "scores.csv, row 3"
    assert markers.remarks == ("scores.csv also has other movements of this clip (row 2); row 3 was taken.",)


def test_without_one_the_first_row_with_an_apex_is_taken():
    markers = found(table("clip.mp4,AU1,,,", "clip.mp4,AU4,10,20,30", "clip.mp4,AU7,10,20,30"))
    assert markers.where == "scores.csv, row 3"
    assert markers.remarks == ()


def test_rows_of_other_clips_are_passed_over():
    markers = found(table("a.mp4,,1,2,3", "clip.mp4,,10,20,30"))
    assert markers.times_ms == (10, 20, 30)
    assert markers.remarks == ()


def test_a_table_of_several_clips_without_this_one_is_refused():
    with pytest.raises(MarkerFileError, match=r"scores\.csv has no rows of clip\.mp4; it is about a\.mp4, b\.mp4"):
        found(table("a.mp4,,1,2,3", "b.mp4,,10,20,30"))


@pytest.mark.parametrize(
    "text",
    [
        "onset_ms;apex_ms;offset_ms\n10,5;20,25;30\n",
        "\nonset_ms\tapex_ms\toffset_ms\n10.5\t20.25\t30\n".lstrip("\n"),
        "offset_ms,apex_ms,onset_ms,,\r\n30,20.25,10.5,,\r\n,,,,\r\n",
        '"onset_ms","apex_ms","offset_ms"\n"10.5","20.25","30"\n',
    ],
)
def test_spreadsheets_of_all_countries_are_understood(text):
    assert found(text).times_ms == (10.5, 20.25, 30)


def test_frames_counted_from_one_are_counted_from_nought():
    markers = found(table("15 29 41,1", columns="frames,frame_base"))
    assert markers.frames == (14, 28, 40)
    assert markers.times_ms == (None, None, None)


def test_a_spreadsheets_capital_true_is_true():
    assert found(table("10,20,TRUE", columns="onset_ms,apex_ms,blind")).times_ms == (10, 20, None)


def test_the_curves_markers_are_those_beside_their_frames():
    markers = found("frame,time_ms,marker\n0,0,\n3,30,onset\n7,70,apex offset\n")
    assert markers.frames == (3, 7, 7)
    assert markers.times_ms == (30, 70, 70)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("a,b\n1,2\n", "has no columns onset_ms and apex_ms, nor frames, nor frame and marker; it has a, b"),
        ("onset_ms,apex_ms\n", "no rows below its column names"),
        ("\n\n", "no rows below its column names"),
        ("onset_ms,apex_ms\n1,2,3\n", "row 2 has 3 cells, but there are 2 columns"),
        ("onset_ms,apex_ms\n1,soon\n", "row 2: apex_ms is 'soon'; write a number"),
        ("onset_ms,apex_ms\n1,nan\n", "apex_ms is 'nan'; write a number"),
        ("onset_ms,apex_ms\n1,inf\n", "apex_ms is 'inf'"),
        ("onset_ms,apex_ms\n1,1e300\n", "apex_ms is '1e300'"),
        ("onset_ms,apex_ms\n1,\x00\n", "row 2: apex_ms is '?'"),
        ('onset_ms,apex_ms\n1,"2\n', "not a readable CSV table"),
        ("onset_ms,apex_ms\n1," + "9" * 200_000 + "\n", "not a readable CSV table"),
        ("onset_ms,apex_ms,note\n,,x\n", "no row with an apex"),
        ("frames\n14\n", "row 2: frames is '14'; write onset, apex and offset, such as \"14 28 40\""),
        ("frames\n14 28 -4\n", "write frame numbers"),
        ("frames\n14 28 ４０\n", "write frame numbers"),
        ("onset_ms,apex_ms,side\n1,2,left\n", "side is 'left'; write one of L, R, B, A"),
        ("onset_ms,apex_ms,intensity\n1,2,F\n", "intensity is 'F'; write one of A, B, C, D, E"),
        ("onset_ms,apex_ms,source\n1,2,god\n", "source is 'god'; write one of machine, coder, imported, mixed"),
        ("onset_ms,apex_ms,blind\n1,2,perhaps\n", "blind is 'perhaps'; write one of true, false"),
        ("onset_ms,apex_ms,frame_base\n1,2,2\n", "frame_base is '2'; write one of 0, 1"),
        ("frame,marker\n1,onset\n2,onset\n", "row 3: marker is 'onset'; write onset, apex and offset once each"),
        ("frame,marker\n1,peak\n", "row 2: marker is 'peak'"),
        ("frame,marker\nx,apex\n", "row 2: frame is 'x'"),
        ("frame,marker\n,apex\n", "row 2: frame is ''; write one frame number"),
        ("frame,marker\n1,\n", "names no marker in its column marker"),
        ("onset_ms,apex_ms\n" + "1,2\n" * 20_001, "has more than 20000 rows; keep those of this clip"),
    ],
)
def test_a_bad_table_gets_a_sentence_that_names_row_and_column(text, words):
    with pytest.raises(MarkerFileError) as error:
        found(text)
    assert str(error.value).startswith("scores.csv")
    assert words in str(error.value)


def test_a_message_never_holds_a_whole_cell():
    with pytest.raises(MarkerFileError) as error:
        found(table("1," + "x" * 5000, columns="onset_ms,apex_ms"))
    assert len(str(error.value)) < 200


def test_every_column_that_is_written_is_read():
    row = dict.fromkeys(COLUMNS, "") | {"onset_ms": "10", "apex_ms": "20", "clip": "clip.mp4"}
    assert found(table(",".join(row.values()), columns=",".join(row))).times_ms == (10, 20, None)
