import re
from pathlib import Path

import pytest

from mer_core.batch.finding import find_clips
from mer_core.batch.run import report_name
from mer_core.errors import ClipError


def tree(folder: Path, *names: str) -> Path:
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).touch()
    return folder


def test_videos_zips_and_folders_of_frames_are_clips_and_the_rest_is_named(tmp_path: Path) -> None:
    folder = tree(
        tmp_path, "b.MP4", "a.gif", "c.zip", "s1/img1.png", "s1/img2.png", "s1/list.txt", "s2/deep/x.avi", "notes.txt"
    )
    found = find_clips(folder, tmp_path / "out")
    assert list(found.paths) == ["a.gif", "b.MP4", "c.zip", "s1", "s2/deep/x.avi"]
    assert found.passed_over == {"notes.txt": "no clip by its name"}


def test_a_picture_beside_clips_is_no_clip(tmp_path: Path) -> None:
    found = find_clips(tree(tmp_path, "a.mp4", "a.png", "s/b.mp4", "s/b.jpg"), tmp_path / "out")
    assert list(found.paths) == ["a.mp4", "s/b.mp4"]
    assert set(found.passed_over) == {"a.png", "s/b.jpg"}
    assert all("folder of their own" in reason for reason in found.passed_over.values())


def test_results_within_the_folder_hidden_files_and_links_to_folders_are_not_looked_into(tmp_path: Path) -> None:
    folder = tree(tmp_path, "a.mp4", "out/b.mp4", ".hidden.mp4", "__MACOSX/c.mp4", "s/d.mp4")
    (folder / "loop").symlink_to(folder)
    found = find_clips(folder, folder / "out")
    assert list(found.paths) == ["a.mp4", "s/d.mp4"]
    assert found.passed_over == {"loop": "a link to a folder; links are not followed"}


@pytest.mark.parametrize(
    ("names", "words"),
    [((), "holds no clip"), (("notes.txt",), "holds no clip"), (("1.png", "2.png"), "one clip needs no --batch")],
)
def test_a_folder_without_clips_is_refused(names: tuple[str, ...], words: str, tmp_path: Path) -> None:
    with pytest.raises(ClipError, match=words):
        find_clips(tree(tmp_path, *names), tmp_path / "out")


def test_a_folder_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ClipError, match="no folder .*nowhere"):
        find_clips(tmp_path / "nowhere", tmp_path)


def test_every_clip_has_a_report_of_its_own_with_a_name_that_every_system_takes() -> None:
    clips = ["a.mp4", "a.gif", "s/a.mp4", "s_a.mp4", "s a.mp4", "Ä.mp4", "x" * 300 + "1", "x" * 300 + "2", "..", "<b>"]
    names = [report_name(clip) for clip in clips]
    assert len(set(names)) == len(clips)
    assert names[:2] == ["a.mp4.html", "a.gif.html"]
    assert all(re.fullmatch(r"[\w.-]{1,100}", name) and not name.startswith(".") for name in names)
