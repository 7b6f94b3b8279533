"""Frames of long clips lie in a temporary file: the same frames, gone with the clip; a full disk is one sentence."""

import errno
import gc
import os
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from PIL import Image

from mer_core.clip_sources import frame_stores
from mer_core.clips import ClipLimits, read_clip
from mer_core.errors import ClipError

FRAME_BYTES = 64 * 48 * 3
ON_DISK = ClipLimits(max_memory_bytes=5 * FRAME_BYTES)
_NOT_ON_LINUX = not Path("/proc/self/fd").exists()


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The temporary folder, empty, and one to be searched for in what the process holds open."""
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(temporary))
    return temporary


def maker(kind: str, frames: np.ndarray, save_video: Callable[..., Path], tmp_path: Path) -> Path:
    """A clip of one of the kinds of source; those of a video compress with loss, and always to the same."""
    if kind in ("counted.mp4", "uncounted.mkv"):
        return save_video(kind, frames)
    pictures = [Image.fromarray(frame) for frame in frames]
    if kind == "animation.png":
        pictures[0].save(tmp_path / kind, save_all=True, append_images=pictures[1:], duration=40)
        return tmp_path / kind
    (tmp_path / kind).mkdir()
    for index, picture in enumerate(pictures):
        picture.save(tmp_path / kind / f"{index}.png")
    return tmp_path / kind


def held_in(folder: Path) -> list[str]:
    """Files in a folder that this process holds open or maps, also those without a name."""
    maps = Path("/proc/self/maps").read_text(encoding="utf-8")
    links = []
    for entry in Path("/proc/self/fd").iterdir():
        try:
            links.append(str(entry.readlink()))
        except FileNotFoundError:  # the one that lists the others
            continue
    return [line for line in [*maps.splitlines(), *links] if str(folder) in line]


def let_go(folder: Path) -> bool:
    """Whether this process soon holds nothing in a folder: a store that is given up does not wait for its writer."""
    until = time.monotonic() + 30
    while held_in(folder) and time.monotonic() < until:
        time.sleep(0.01)
    return not held_in(folder)


@pytest.mark.parametrize("kind", ["counted.mp4", "uncounted.mkv", "animation.png", "pictures"])
def test_frames_from_disk_equal_frames_from_memory(
    kind: str, moving_frames: np.ndarray, save_video: Callable[..., Path], tmp_path: Path
) -> None:
    path = maker(kind, moving_frames, save_video, tmp_path)
    memory, disk = read_clip(path), read_clip(path, limits=ON_DISK)
    assert memory.frames.flags.writeable
    assert not disk.frames.flags.writeable
    assert disk.frames.shape == (12, 48, 64, 3)
    assert disk.frames.tobytes() == memory.frames.tobytes()
    assert disk.sha256 == memory.sha256


def test_a_clip_of_just_the_limit_stays_in_memory(moving_frames: np.ndarray, save_video: Callable[..., Path]) -> None:
    path = save_video("a.mkv", moving_frames)
    assert read_clip(path, limits=ClipLimits(max_memory_bytes=12 * FRAME_BYTES)).frames.flags.writeable
    assert not read_clip(path, limits=ClipLimits(max_memory_bytes=12 * FRAME_BYTES - 1)).frames.flags.writeable


def test_blocks_are_claimed_step_by_step(
    moving_frames: np.ndarray, save_video: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    path = save_video("a.mp4", moving_frames)
    claimed: list[tuple[int, int]] = []
    monkeypatch.setattr(frame_stores, "_STEP_BYTES", 5 * FRAME_BYTES)
    monkeypatch.setattr(os, "posix_fallocate", lambda file, start, length: claimed.append((start, length)))
    clip = read_clip(path, limits=ON_DISK)
    step = 5 * FRAME_BYTES
    assert claimed == [(0, step), (step, step), (2 * step, step)]
    assert clip.frames.tobytes() == read_clip(path).frames.tobytes()


def test_where_blocks_cannot_be_claimed_the_frames_are_the_same(
    moving_frames: np.ndarray, save_video: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    path = save_video("a.mp4", moving_frames)
    monkeypatch.delattr(os, "posix_fallocate")
    assert read_clip(path, limits=ON_DISK).frames.tobytes() == read_clip(path).frames.tobytes()


@pytest.mark.skipif(_NOT_ON_LINUX, reason="/proc tells which files are open")
def test_the_file_has_no_name_and_goes_with_the_last_array_over_it(
    folder: Path, moving_frames: np.ndarray, save_video: Callable[..., Path]
) -> None:
    clip = read_clip(save_video("a.mp4", moving_frames), limits=ON_DISK)
    assert not list(folder.iterdir())
    assert held_in(folder)
    one = clip.frames[3]
    expected = moving_frames[3].mean()
    del clip
    gc.collect()
    assert held_in(folder)
    assert one.mean() == pytest.approx(expected, abs=2)
    del one
    gc.collect()
    assert not held_in(folder)


@pytest.mark.skipif(_NOT_ON_LINUX, reason="/proc tells which files are open")
def test_an_erased_clip_gives_its_room_back_while_somebody_still_holds_it(
    folder: Path, moving_frames: np.ndarray, save_video: Callable[..., Path]
) -> None:
    clip = read_clip(save_video("a.mp4", moving_frames), limits=ON_DISK)
    clip.erase()
    gc.collect()
    assert not held_in(folder)
    assert clip.num_frames == 0
    assert (clip.height, clip.width) == (48, 64)


@pytest.mark.skipif(_NOT_ON_LINUX, reason="/proc tells which files are open")
def test_a_clip_that_is_refused_half_way_leaves_no_file(
    folder: Path, moving_frames: np.ndarray, save_video: Callable[..., Path]
) -> None:
    limits = ClipLimits(max_memory_bytes=5 * FRAME_BYTES, max_decoded_bytes=9 * FRAME_BYTES)
    with pytest.raises(ClipError, match=r"^a.mkv needs 92,160 bytes for 10 decoded frames"):
        read_clip(save_video("a.mkv", moving_frames), limits=limits)
    gc.collect()
    assert not list(folder.iterdir())
    assert let_go(folder)


@pytest.mark.skipif(_NOT_ON_LINUX, reason="/proc tells which files are open")
def test_a_store_that_is_given_up_waits_for_nothing(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # It may happen within the locks of `threading`: whatever waits for a thread there waits for ever.
    begun, go_on, write = threading.Event(), threading.Event(), os.pwrite

    def slow_write(file: int, data: memoryview, offset: int) -> int:
        begun.set()
        go_on.wait(10)
        return write(file, data, offset)

    monkeypatch.setattr(os, "pwrite", slow_write)
    store = frame_stores.DiskFrames("a.mkv", (48, 64, 3), expected=2)
    store.slot(0)[:] = 7
    store.slot(1)
    assert begun.wait(10)
    del store
    assert held_in(folder), "the write under way must not find its file closed, or its number given to another file"
    go_on.set()
    assert let_go(folder)


def no_space(*_: object) -> None:
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


@pytest.mark.parametrize("call", ["posix_fallocate", "pwrite", "dup"])
@pytest.mark.parametrize("kind", ["counted.mp4", "uncounted.mkv", "animation.png", "pictures"])
def test_a_disk_that_fills_up_is_one_sentence(
    kind: str,
    call: str,
    folder: Path,
    moving_frames: np.ndarray,
    save_video: Callable[..., Path],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    path = maker(kind, moving_frames, save_video, tmp_path)
    monkeypatch.setattr(os, call, no_space)
    with pytest.raises(ClipError) as caught:
        read_clip(path, limits=ON_DISK)
    message = str(caught.value)
    assert message.startswith(f"The decoded frames of {kind} cannot be kept in {folder} (No space left")
    assert message.endswith("or cut out the part around the expression.")


def test_a_disk_that_is_too_full_is_told_before_any_frame_is_kept(
    folder: Path,
    moving_frames: np.ndarray,
    save_video: Callable[..., Path],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    path = maker("pictures", moving_frames, save_video, tmp_path)
    monkeypatch.setattr("shutil.disk_usage", lambda of: SimpleNamespace(free=500_050_000))
    shares: list[float] = []
    with pytest.raises(ClipError) as caught:
        read_clip(path, limits=ON_DISK, progress=shares.append)
    assert str(caught.value) == (
        f"pictures needs 110,592 bytes of disk space in {folder} for its decoded frames and 50,000 bytes can be used: "
        "make room there, set TMPDIR to another folder, or cut out the part around the expression."
    )
    assert not shares


def test_no_temporary_folder_is_a_clip_error(
    moving_frames: np.ndarray, save_video: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    path = save_video("a.mp4", moving_frames)
    monkeypatch.setattr(tempfile, "tempdir", str(path.parent / "nowhere"))
    with pytest.raises(ClipError, match="cannot be kept in .*nowhere .No such file or directory.: make room"):
        read_clip(path, limits=ON_DISK)
