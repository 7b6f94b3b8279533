import csv
import errno
from pathlib import Path

import pytest

from mer_core.batch.tables import DONE, FAILED, FILE_COLUMNS, FileRow, Tables
from mer_core.coded_events import CodedEvent
from mer_core.errors import MerError
from mer_core.exports.long_csv import COLUMNS, long_csv

CLIPS = ("a.mp4", "=b.mp4", "c.mp4")


def row(clip: str, **values: object) -> FileRow:
    return FileRow(clip, DONE, "Said.", onset=3, onset_ms=30.5, fingerprint=f"print of {clip}", **values)


def movements(clip: str) -> str:
    return long_csv([CodedEvent(clip=clip, onset_ms=30.5), CodedEvent(clip=clip, region="chin", side="B")])


def read(path: Path) -> list[list[str]]:
    return list(csv.reader(path.read_text(encoding="utf-8").splitlines(keepends=True)))


def test_tables_are_written_at_once_in_the_clips_order_whatever_came_first(tmp_path: Path) -> None:
    tables = Tables(tmp_path / "new" / "out", CLIPS)
    for clip in reversed(CLIPS):
        tables.put(row(clip), movements(clip))
    files, moved = read(tables.folder / "files.csv"), read(tables.folder / "movements.csv")
    assert tuple(files[0]) == FILE_COLUMNS
    assert tuple(moved[0]) == COLUMNS
    assert [cells[0] for cells in files[1:]] == ["a.mp4", "'=b.mp4", "c.mp4"]
    assert [cells[1] for cells in moved[1:]] == ["a.mp4", "a.mp4", "'=b.mp4", "'=b.mp4", "c.mp4", "c.mp4"]
    assert sorted(path.name for path in tables.folder.iterdir()) == ["files.csv", "movements.csv", "reports"]


def test_a_later_run_takes_up_what_is_finished_just_as_it_was(tmp_path: Path) -> None:
    before = Tables(tmp_path, CLIPS)
    for clip in CLIPS[:2]:
        before.put(row(clip, notes="two\nlines", seconds=1.25, frames=24), movements(clip))
    before.put(FileRow("c.mp4", FAILED, "Broken."), "")
    content = [(tmp_path / name).read_text() for name in ("files.csv", "movements.csv")]
    after = Tables(tmp_path, CLIPS)
    assert [after.known(clip) for clip in CLIPS] == ["print of a.mp4", "print of =b.mp4", ""]
    assert after.rows["=b.mp4"] == before.rows["=b.mp4"]
    after.put(FileRow("c.mp4", FAILED, "Broken."), "")
    assert [(tmp_path / name).read_text() for name in ("files.csv", "movements.csv")] == content


def test_a_clip_whose_report_is_gone_is_not_finished(tmp_path: Path) -> None:
    tables = Tables(tmp_path, CLIPS)
    tables.put(row("a.mp4", report="reports/a.html"), movements("a.mp4"))
    assert tables.known("a.mp4") == ""
    (tmp_path / "reports" / "a.html").touch()
    assert tables.known("a.mp4") == "print of a.mp4"


def test_rows_of_clips_that_are_gone_are_left_out(tmp_path: Path) -> None:
    tables = Tables(tmp_path, CLIPS)
    tables.put(row("a.mp4"), movements("a.mp4"))
    fewer = Tables(tmp_path, ("c.mp4",))
    fewer.put(row("c.mp4"), movements("c.mp4"))
    assert {cells[1] for cells in read(tmp_path / "movements.csv")[1:]} == {"c.mp4"}


def test_a_clip_that_now_fails_loses_the_movements_it_had(tmp_path: Path) -> None:
    tables = Tables(tmp_path, CLIPS)
    tables.put(row("a.mp4"), movements("a.mp4"))
    tables.put(FileRow("a.mp4", FAILED, "Broken."), "")
    assert len(read(tmp_path / "movements.csv")) == 1


@pytest.mark.parametrize("name", ["files.csv", "movements.csv"])
@pytest.mark.parametrize("content", [b"a,b\n1,2\n", b"\xff\xfe", b"", b'"never ends'])
def test_a_table_from_elsewhere_is_not_overwritten(name: str, content: bytes, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(MerError, match=rf"{name} was not written by a batch of this version"):
        Tables(tmp_path, CLIPS)
    assert (tmp_path / name).read_bytes() == content


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(MerError, match="file/out cannot be made .*: choose a folder"):
        Tables(tmp_path / "file" / "out", CLIPS)


def test_a_full_disk_is_one_sentence_that_says_how_to_go_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tables = Tables(tmp_path, CLIPS)

    def full(path: Path, content: bytes) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(MerError, match=r"movements.csv cannot be written \(No space left on device\); make room and"):
        tables.put(row("a.mp4"), movements("a.mp4"))
