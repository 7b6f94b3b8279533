from pathlib import Path

import pytest

from mer_core.batch.intervals import read_intervals
from mer_core.errors import MarkerFileError

CLIPS = ("a.mp4", "b.mp4", "s1/c.mp4", "s2/c.mp4")


def table(folder: Path, text: str) -> Path:
    (folder / "marks.csv").write_text(text, encoding="utf-8")
    return folder / "marks.csv"


def test_clips_are_named_by_path_by_file_or_without_ending(tmp_path: Path) -> None:
    path = table(tmp_path, "clip;onset;apex;offset\na;3;7;\nb.mp4;1;5;9\ns2/c.mp4;0;2;4\n")
    found, notes = read_intervals(path, CLIPS)
    assert {clip: markers.frames for clip, markers in found.items()} == {
        "a.mp4": (3, 7, None),
        "b.mp4": (1, 5, 9),
        "s2/c.mp4": (0, 2, 4),
    }
    assert notes == ()
    assert found["b.mp4"].where == "marks.csv, row 3"


def test_a_row_that_names_no_clip_is_told_and_passed_over(tmp_path: Path) -> None:
    found, notes = read_intervals(table(tmp_path, "clip,onset,apex\nz.mp4,1,2\na,1,2\n"), CLIPS)
    assert list(found) == ["a.mp4"]
    assert notes == ("marks.csv, row 2 names 'z.mp4', which is no clip of this folder; it was passed over.",)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("clip,onset\na,1\n", "no column apex"),
        ("clip,onset,apex\na,1,2\na.mp4,3,4\n", "row 3: marks.csv, row 2 is about 'a.mp4' already"),
        ("clip,onset,apex\nc,1,2\n", "'c' may be s1/c.mp4 and s2/c.mp4"),
        ("clip,onset,apex\na,,2\n", "row 2: onset is ''"),
        ("clip,onset,apex\na,soon,2\n", "row 2: onset is 'soon'"),
        ("clip,onset,apex\na,1.5,2\n", "row 2: onset is '1.5'"),
        ("clip,onset,apex\na,1 4,2\n", "row 2: onset is '1 4'; write a frame counted from 0"),
        ("clip,onset,apex\n", "no rows"),
    ],
)
def test_a_table_that_cannot_be_meant_is_refused(text: str, words: str, tmp_path: Path) -> None:
    with pytest.raises(MarkerFileError, match=words):
        read_intervals(table(tmp_path, text), CLIPS)
