from pathlib import Path

import pytest

from mer_core.whole_files import whole_file


def test_a_file_appears_once_it_is_whole_and_nothing_else_stays(tmp_path: Path) -> None:
    with whole_file(tmp_path / "a.txt") as part:
        part.write_text("whole")
        assert not (tmp_path / "a.txt").exists()
    assert (tmp_path / "a.txt").read_text() == "whole"
    assert [path.name for path in tmp_path.iterdir()] == ["a.txt"]


def test_a_failure_keeps_the_earlier_file_and_leaves_no_rubbish(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("earlier")
    with pytest.raises(OSError, match="full"), whole_file(tmp_path / "a.txt") as part:
        part.write_text("ha")
        raise OSError("disk full")
    assert (tmp_path / "a.txt").read_text() == "earlier"
    assert [path.name for path in tmp_path.iterdir()] == ["a.txt"]
