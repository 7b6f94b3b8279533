from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from mer_core.clips import ClipLimits, read_clip
from mer_core.errors import ClipError

SaveVideo = Callable[..., Path]


def _cut(path: Path, share: float, after: bytes = b"") -> Path:
    """Write a copy that ends after `share` of what follows the marker `after`."""
    data = path.read_bytes()
    start = data.index(after)
    short = path.with_name(f"cut_{path.name}")
    short.write_bytes(data[: start + int((len(data) - start) * share)])
    return short


@pytest.mark.parametrize(("name", "codec", "pixels"), [("m.avi", "mjpeg", "yuvj420p"), ("r.avi", "rawvideo", "bgr24")])
@pytest.mark.parametrize("share", [0.4, 0.6, 0.8])
def test_a_truncated_avi_gives_the_frames_before_the_break_and_says_so(
    name: str, codec: str, pixels: str, share: float, save_video: SaveVideo, moving_frames: np.ndarray
) -> None:
    whole = save_video(name, moving_frames, codec, pixels)
    clip = read_clip(_cut(whole, share, b"movi"))
    assert 2 <= clip.num_frames < 12
    assert clip.warnings[0] == f"The file ends early: {clip.num_frames} of 12 declared frames could be decoded."
    intact = clip.num_frames - 1  # the last one may be damaged
    np.testing.assert_array_equal(clip.frames[:intact], read_clip(whole).frames[:intact])


def test_a_truncated_mkv_is_noticed_by_its_duration(save_video: SaveVideo, moving_frames: np.ndarray) -> None:
    clip = read_clip(_cut(save_video("a.mkv", moving_frames, "ffv1", "bgr0"), 0.6))
    assert 2 <= clip.num_frames < 12
    declared = f"{40 * clip.num_frames} of 480 declared milliseconds"
    assert clip.warnings == (f"The file ends early: its frames last {declared}.",)


def test_a_truncated_mp4_with_its_index_in_front_gives_the_frames_before_the_break(
    save_video: SaveVideo, moving_frames: np.ndarray
) -> None:
    path = save_video("a.mp4", moving_frames, "mjpeg", "yuvj420p", container={"movflags": "+faststart"})
    clip = read_clip(_cut(path, 0.7))
    assert 2 <= clip.num_frames < 12
    assert clip.warnings[0].startswith(f"The file ends early: {clip.num_frames} of 12 declared frames")


def test_a_truncated_mp4_with_its_index_at_the_end_is_refused(save_video: SaveVideo, moving_frames: np.ndarray) -> None:
    path = _cut(save_video("a.mp4", moving_frames), 0.5)
    with pytest.raises(ClipError, match=r"^cut_a.mp4 is an MP4 or MOV file without its index, so it was cut off"):
        read_clip(path)


def test_a_file_cut_in_its_first_frame_is_refused(save_video: SaveVideo, moving_frames: np.ndarray) -> None:
    path = _cut(save_video("r.avi", moving_frames, "rawvideo", "bgr24"), 0.1)
    with pytest.raises(ClipError, match=r"is damaged or cut off: [01] of 12 frames can be decoded"):
        read_clip(path)


@pytest.mark.parametrize(
    ("name", "codec", "pixels"),
    [
        ("a.mp4", "libx264", "yuv420p"),
        ("a.mkv", "libx264", "yuv420p"),
        ("a.webm", "libvpx-vp9", "yuv420p"),
        ("mjpeg.avi", "mjpeg", "yuvj420p"),
        ("xvid.avi", "mpeg4", "yuv420p"),
    ],
)
def test_damage_anywhere_gives_a_clip_or_a_clip_error(
    name: str, codec: str, pixels: str, save_video: SaveVideo, moving_frames: np.ndarray
) -> None:
    path = save_video(name, moving_frames, codec, pixels)
    data = path.read_bytes()
    random = np.random.default_rng(3)
    outcomes = []
    for _ in range(25):
        damaged = np.frombuffer(data, np.uint8).copy()
        damaged[random.integers(0, len(data), 20)] = random.integers(0, 256, 20)
        path.write_bytes(damaged.tobytes()[: random.integers(len(data) // 2, len(data) + 1)])
        outcomes.append(_outcome(path))
    assert set(outcomes) <= {"read", "refused"}


def test_titles_in_another_encoding_do_not_stop_the_reading(save_video: SaveVideo, moving_frames: np.ndarray) -> None:
    path = save_video("a.avi", moving_frames, "mjpeg", "yuvj420p")
    data = path.read_bytes()
    assert b"Lavf" in data
    path.write_bytes(data.replace(b"Lavf", b"\xb1\xed\xc7\xe9"))  # a Chinese word in GBK
    assert read_clip(path).num_frames == 12


def _outcome(path: Path) -> str:
    try:
        clip = read_clip(path, limits=ClipLimits(max_frames=100, max_pixels=100_000))
    except ClipError:
        return "refused"
    assert clip.timestamps_ms is None or (np.diff(clip.timestamps_ms) > 0).all()
    return "read"
