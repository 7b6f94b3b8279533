import hashlib
import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from mer_core import clips
from mer_core.clip_sources.limits import check_decoded, check_frames, check_pixels
from mer_core.clips import Clip, ClipLimits, read_clip
from mer_core.errors import ClipError, MerError
from mer_core.video_writer import write_video


@pytest.fixture
def frames() -> np.ndarray:
    ramp = np.linspace(20, 200, 32 * 48).reshape(32, 48, 1) + np.zeros(3)
    return np.stack([ramp + 5 * index for index in range(6)]).astype(np.uint8)


@pytest.fixture
def video(tmp_path: Path, frames: np.ndarray) -> Path:
    path = tmp_path / "clip.mp4"
    write_video(path, frames, 100)
    return path


def test_a_clip_knows_its_sizes_and_times(frames: np.ndarray) -> None:
    clip = Clip(frames, np.array([0.0, 10, 20, 30, 45, 60]), "a", "0" * 64)
    assert (clip.num_frames, clip.height, clip.width) == (6, 32, 48)
    assert clip.fps == pytest.approx(100)
    assert clip.duration_ms == pytest.approx(70)
    assert clip.time_ms(4) == pytest.approx(45)
    assert clip.moment(4) == "45 ms (frame 4)"


def test_a_clip_without_times_has_no_rate_and_no_duration(frames: np.ndarray) -> None:
    clip = Clip(frames, None, "a", "0" * 64)
    assert clip.fps is None
    assert clip.duration_ms is None
    assert clip.time_ms(3) is None
    assert clip.moment(3) == "frame 3"


def test_grey_weighs_the_channels_as_the_eye_does() -> None:
    frames = np.zeros((2, 1, 3, 3), np.uint8)
    frames[1, 0] = np.diag([255, 255, 255])
    grey = Clip(frames, None, "a", "").grey(1)
    assert grey.dtype == np.uint8
    np.testing.assert_array_equal(grey, [[76, 150, 29]])


def test_the_hash_and_the_name_are_those_of_the_file(video: Path) -> None:
    clip = read_clip(str(video))
    assert clip.sha256 == hashlib.sha256(video.read_bytes()).hexdigest()
    assert clip.name == "clip.mp4"


def test_the_hash_of_a_folder_depends_on_names_and_content_alone(tmp_path: Path, frames: np.ndarray) -> None:
    def save(folder: str, names: tuple[str, ...]) -> str:
        (tmp_path / folder).mkdir()
        for name, frame in zip(names, frames, strict=False):
            Image.fromarray(frame).save(tmp_path / folder / name)
        return read_clip(tmp_path / folder).sha256

    first = save("a", ("1.png", "2.png", "10.png"))
    assert save("b", ("1.png", "2.png", "10.png")) == first
    assert save("c", ("1.png", "2.png", "3.png")) != first
    assert save("d", ("2.png", "1.png", "10.png")) != first


def test_a_given_frame_rate_replaces_the_times_of_a_video_and_says_so(video: Path) -> None:
    clip = read_clip(video, fps=200)
    np.testing.assert_allclose(clip.timestamps_ms, 5.0 * np.arange(6))
    assert clip.warnings == ("The frame rate was set to 200 per second in place of the file's own times (100).",)
    assert read_clip(video).warnings == ()


@pytest.mark.parametrize("fps", [0, -25, float("nan"), float("inf"), 1000001])
def test_a_frame_rate_that_no_camera_has_is_refused(fps: float, video: Path) -> None:
    with pytest.raises(ClipError, match=rf"^The frame rate must be a number above 0 and at most 100,000, got {fps}: "):
        read_clip(video, fps=fps)


def test_times_of_a_file_that_names_an_impossible_rate_are_not_used(
    video: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    read = clips.read_video

    def hostile(*arguments: Any) -> Any:
        decoded = read(*arguments)
        return replace(decoded, timestamps_ms=np.arange(len(decoded.frames)) * 1e-6)

    monkeypatch.setattr(clips, "read_video", hostile)
    clip = read_clip(video)
    assert clip.timestamps_ms is None
    assert "more than 100,000 frames per second" in clip.warnings[-1]
    assert read_clip(video, fps=50).fps == pytest.approx(50)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(ClipError, match=r"^There is no file or folder .*nothing.mp4: check the name\.$"):
        read_clip(tmp_path / "nothing.mp4")


@pytest.mark.parametrize("suffix", ["mp4", "zip", "png"])
def test_an_empty_file_is_refused(suffix: str, tmp_path: Path) -> None:
    path = tmp_path / f"a.{suffix}"
    path.touch()
    with pytest.raises(ClipError, match=rf"^a.{suffix} is empty \(0 bytes\): copy it again\.$"):
        read_clip(path)


def test_a_pipe_is_refused_and_not_waited_for(tmp_path: Path) -> None:
    path = tmp_path / "pipe"
    os.mkfifo(path)
    with pytest.raises(ClipError, match=r"^pipe is neither a file nor a folder"):
        read_clip(path)


@pytest.mark.parametrize("size", [1, 4, 11, 12, 100])
@pytest.mark.parametrize("start", [b"", b"PK\x03\x04", b"\x89PNG\r\n\x1a\n", b"RIFF", b"GIF89a", b"\x1a\x45\xdf\xa3"])
def test_any_short_file_is_refused_clearly(start: bytes, size: int, tmp_path: Path) -> None:
    path = tmp_path / "short"
    path.write_bytes((start + bytes(100))[:size])
    with pytest.raises(ClipError, match="^short is "):
        read_clip(path)


def test_no_memory_is_a_clip_error(video: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_memory(path: Path, limits: ClipLimits, tell: object) -> None:
        raise MemoryError

    monkeypatch.setattr("mer_core.clips.read_video", no_memory)
    with pytest.raises(MerError, match=r"^clip.mp4 needs more memory than is free"):
        read_clip(video)


@pytest.mark.parametrize(("num_frames", "width", "height"), [(6000, 640, 480), (900, 1920, 1080), (1800, 1920, 1080)])
def test_half_a_minute_of_the_usual_cameras_is_within_the_limits(num_frames: int, width: int, height: int) -> None:
    limits = ClipLimits()
    check_frames("a.mp4", num_frames, limits)
    check_pixels("a.mp4", width, height, limits)
    check_decoded("a.mp4", num_frames, width, height, limits)


def test_clips_that_take_over_a_gigabyte_go_to_the_disk_and_those_over_twelve_are_refused() -> None:
    limits = ClipLimits()
    assert limits.max_memory_bytes == 1_000_000_000
    with pytest.raises(
        ClipError, match=r"^a.mp4 needs 12\.1 GB for 1950 decoded frames of 1920 x 1080 pixels and may take 12"
    ):
        check_decoded("a.mp4", 1950, 1920, 1080, limits)
    with pytest.raises(ClipError, match=r"^a.mp4 has 8001 frames and at most 8000 can be read"):
        check_frames("a.mp4", 8001, limits)


def test_progress_is_told_from_file_to_clip(video: Path) -> None:
    shares: list[float] = []
    read_clip(video, progress=shares.append)
    assert len(shares) > 2
    assert shares == sorted(shares)
    assert shares[0] > 0
    assert shares[-1] == 1
