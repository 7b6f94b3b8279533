from pathlib import Path

import av
import numpy as np
import pytest

from mer_core.clips import read_clip
from mer_core.errors import ClipError
from mer_core.video_writer import write_video


@pytest.fixture
def frames() -> np.ndarray:
    x, y = np.meshgrid(np.arange(64), np.arange(48))
    drift = [np.stack([128 + 90 * np.sin((x + i) / 9), 2 * x + y, 200 - y], axis=2) for i in range(8)]
    return np.clip(drift, 0, 255).astype(np.uint8)


@pytest.mark.parametrize("fps", [25, 29.97, 30000 / 1001, 200])
def test_what_is_written_is_read_back(fps: float, tmp_path: Path, frames: np.ndarray) -> None:
    path = tmp_path / "a.mp4"
    write_video(path, frames, fps)
    clip = read_clip(path)
    assert clip.frames.shape == frames.shape
    np.testing.assert_allclose(clip.timestamps_ms, 1000 / fps * np.arange(8), rtol=1e-4)
    assert clip.warnings == ()
    error = clip.frames.astype(float) - frames
    assert np.abs(error).mean() < 3
    assert np.abs(error.mean(axis=(0, 1, 2))).max() < 0.5


def test_a_lower_crf_is_closer_to_the_frames(tmp_path: Path, frames: np.ndarray) -> None:
    errors = []
    for crf in (1, 40):
        write_video(tmp_path / "a.mp4", frames, 25, crf=crf)
        errors.append(np.abs(read_clip(tmp_path / "a.mp4").frames.astype(float) - frames).mean())
    assert errors[0] < 1.6 < errors[1]


@pytest.mark.parametrize("width", [64, 50])
def test_the_same_frames_give_the_same_bytes(width: int, tmp_path: Path, frames: np.ndarray) -> None:
    contents = set()
    for attempt in range(8):
        _unused = [np.full(10_000 + 7_000 * index, attempt, np.uint8) for index in range(30)]
        del _unused  # leaves other bytes in the memory that the encoder is given
        write_video(tmp_path / "a.mp4", frames[:, :, ::-1][:, :, :width], 25)
        contents.add((tmp_path / "a.mp4").read_bytes())
    assert len(contents) == 1


def test_a_browser_can_play_and_stream_the_file(tmp_path: Path, frames: np.ndarray) -> None:
    path = tmp_path / "a.mp4"
    write_video(path, frames, 25)
    data = path.read_bytes()
    assert data.index(b"moov") < data.index(b"mdat")
    with av.open(str(path)) as container:
        context = container.streams.video[0].codec_context
        assert (context.name, context.pix_fmt, context.profile) == ("h264", "yuv420p", "High")
        assert context.colorspace == 1  # ITU-R BT.709 in the numbers of H.273


@pytest.mark.parametrize(("height", "width"), [(47, 64), (48, 63), (47, 63), (1, 1)])
def test_odd_sides_gain_a_copy_of_the_last_row_or_column(
    height: int, width: int, tmp_path: Path, frames: np.ndarray
) -> None:
    path = tmp_path / "a.mp4"
    odd = frames[:, :height, :width]
    write_video(path, odd, 25, crf=1)
    clip = read_clip(path)
    even = np.pad(odd, ((0, 0), (0, height % 2), (0, width % 2), (0, 0)), mode="edge")
    assert clip.frames.shape == even.shape
    assert np.abs(clip.frames.astype(int) - even).mean() < 2


def test_an_earlier_file_is_replaced_and_nothing_else_is_left(tmp_path: Path, frames: np.ndarray) -> None:
    path = tmp_path / "a.mp4"
    path.write_bytes(b"earlier")
    write_video(path, frames, 25)
    assert read_clip(path).num_frames == 8
    assert list(tmp_path.iterdir()) == [path]


def test_a_failure_leaves_the_earlier_file_and_no_part(
    tmp_path: Path, frames: np.ndarray, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full_disk(*arguments: object) -> None:
        raise OSError(28, "No space left on device")

    path = tmp_path / "a.mp4"
    path.write_bytes(b"earlier")
    monkeypatch.setattr("mer_core.video_writer._to_bt709", full_disk)
    with pytest.raises(ClipError, match=r"^Cannot write the video .*a.mp4 \(No space left on device\)"):
        write_video(path, frames, 25)
    assert path.read_bytes() == b"earlier"
    assert list(tmp_path.iterdir()) == [path]


def test_frames_in_any_memory_order_are_written(tmp_path: Path, frames: np.ndarray) -> None:
    write_video(tmp_path / "a.mp4", frames[:, :, ::-1], 25)
    write_video(tmp_path / "b.mp4", np.ascontiguousarray(frames[:, :, ::-1]), 25)
    assert (tmp_path / "a.mp4").read_bytes() == (tmp_path / "b.mp4").read_bytes()


@pytest.mark.parametrize("fps", [0, -1, float("nan"), float("inf"), 1e6])
def test_an_impossible_frame_rate_is_refused(fps: float, tmp_path: Path, frames: np.ndarray) -> None:
    with pytest.raises(ClipError, match=r"^Cannot write a.mp4: fps must be from 0.01 to 10000, got"):
        write_video(tmp_path / "a.mp4", frames, fps)


@pytest.mark.parametrize("crf", [0, 52, -1])
def test_an_impossible_crf_is_refused(crf: int, tmp_path: Path, frames: np.ndarray) -> None:
    with pytest.raises(ClipError, match=rf"^Cannot write a.mp4: crf must be from 1 to 51, got {crf}\.$"):
        write_video(tmp_path / "a.mp4", frames, 25, crf=crf)


def test_frames_of_another_kind_are_refused(tmp_path: Path, frames: np.ndarray) -> None:
    for wrong in (frames[0], frames[..., 0], frames.astype(float), frames[:0], frames[..., :2]):
        with pytest.raises(ClipError, match=r"^Cannot write a.mp4: frames must be uint8 RGB of shape \(T, H, W, 3\)"):
            write_video(tmp_path / "a.mp4", wrong, 25)


def test_another_suffix_is_refused(tmp_path: Path, frames: np.ndarray) -> None:
    with pytest.raises(ClipError, match=r"a.avi: its name must end in .mp4\.$"):
        write_video(tmp_path / "a.avi", frames, 25)


def test_a_missing_folder_is_named(tmp_path: Path, frames: np.ndarray) -> None:
    with pytest.raises(ClipError, match=r"none/a.mp4 \(No such file or directory\): choose a folder you may write to"):
        write_video(tmp_path / "none" / "a.mp4", frames, 25)
