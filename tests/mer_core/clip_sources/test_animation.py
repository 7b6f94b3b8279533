from pathlib import Path

import numpy as np
import pytest
from PIL import Image, TiffImagePlugin

from mer_core.clips import ClipLimits, read_clip
from mer_core.errors import ClipError

DURATIONS_MS = [40] * 6 + [100] * 6
STARTS_MS = np.cumsum([0, *DURATIONS_MS[:-1]])


def _save(path: Path, frames: np.ndarray, **options: object) -> Path:
    first, *rest = (Image.fromarray(frame) for frame in frames)
    first.save(path, save_all=True, append_images=rest, **options)
    return path


@pytest.mark.parametrize("suffix", ["webp", "png"])
def test_lossless_animations_come_back_exactly_with_their_durations(
    suffix: str, tmp_path: Path, moving_frames: np.ndarray
) -> None:
    clip = read_clip(_save(tmp_path / f"a.{suffix}", moving_frames, duration=DURATIONS_MS, lossless=True))
    np.testing.assert_array_equal(clip.frames, moving_frames)
    np.testing.assert_allclose(clip.timestamps_ms, STARTS_MS)
    assert clip.warnings == ()


def test_a_gif_keeps_its_own_durations(tmp_path: Path, moving_frames: np.ndarray) -> None:
    clip = read_clip(_save(tmp_path / "a.gif", moving_frames, duration=DURATIONS_MS))
    assert clip.frames.shape == moving_frames.shape
    assert np.abs(clip.frames.astype(int) - moving_frames).mean() < 12  # 256 colours
    np.testing.assert_allclose(clip.timestamps_ms, STARTS_MS)
    assert clip.warnings == ()


def test_a_gif_of_ten_milliseconds_a_frame_keeps_them(tmp_path: Path, moving_frames: np.ndarray) -> None:
    clip = read_clip(_save(tmp_path / "fast.gif", moving_frames, duration=10))
    assert clip.fps == pytest.approx(100)


def test_frames_without_a_duration_last_as_long_as_in_a_browser(tmp_path: Path, moving_frames: np.ndarray) -> None:
    clip = read_clip(_save(tmp_path / "a.gif", moving_frames))
    np.testing.assert_allclose(clip.timestamps_ms, 100 * np.arange(12))
    assert clip.warnings == ("11 frames have no duration; each is taken to last 100 ms.",)


def test_a_gif_that_stores_only_changes_gives_whole_frames(tmp_path: Path) -> None:
    frames = np.zeros((3, 32, 32, 3), np.uint8)
    frames[:, :16] = (250, 0, 0)
    frames[1, 20:24, 20:24] = (0, 0, 250)
    frames[2, 24:28, 4:8] = (0, 250, 0)
    clip = read_clip(_save(tmp_path / "a.gif", frames, duration=50, optimize=True))
    np.testing.assert_array_equal(clip.frames, frames)


def test_the_poster_of_an_animated_png_is_no_frame(tmp_path: Path, moving_frames: np.ndarray) -> None:
    poster = np.full((1, 48, 64, 3), 255, np.uint8)
    frames = np.concatenate([poster, moving_frames])
    clip = read_clip(_save(tmp_path / "a.png", frames, duration=20, default_image=True))
    np.testing.assert_array_equal(clip.frames, moving_frames)


def test_a_tiff_stack_has_no_times(tmp_path: Path, moving_frames: np.ndarray) -> None:
    path = _save(tmp_path / "a.tif", moving_frames)
    clip = read_clip(path)
    np.testing.assert_array_equal(clip.frames, moving_frames)
    assert clip.timestamps_ms is None
    assert clip.fps is None
    assert clip.duration_ms is None
    assert read_clip(path, fps=50).duration_ms == pytest.approx(240)


def test_a_truncated_gif_gives_the_frames_before_the_break_and_says_so(
    tmp_path: Path, moving_frames: np.ndarray
) -> None:
    path = _save(tmp_path / "a.gif", moving_frames, duration=40)
    whole = read_clip(path)
    path.write_bytes(path.read_bytes()[: int(path.stat().st_size * 0.6)])
    clip = read_clip(path)
    assert 2 <= clip.num_frames < 12
    assert "ends early" in clip.warnings[0]
    np.testing.assert_array_equal(clip.frames, whole.frames[: clip.num_frames])


@pytest.mark.parametrize("suffix", ["webp", "gif", "png"])
def test_an_animation_cut_at_its_start_is_refused(suffix: str, tmp_path: Path, moving_frames: np.ndarray) -> None:
    path = _save(tmp_path / f"a.{suffix}", moving_frames, duration=40)
    path.write_bytes(path.read_bytes()[:60])
    with pytest.raises(ClipError, match=rf"^a.{suffix} is a (damaged|single) image"):
        read_clip(path)


@pytest.mark.parametrize("suffix", ["jpg", "png", "bmp", "tif", "gif", "webp"])
def test_a_single_image_is_refused(suffix: str, tmp_path: Path, moving_frames: np.ndarray) -> None:
    path = tmp_path / f"face.{suffix}"
    Image.fromarray(moving_frames[0]).save(path)
    with pytest.raises(ClipError, match=rf"^face.{suffix} is a single image and a clip needs at least 2 frames"):
        read_clip(path)


@pytest.mark.parametrize("suffix", ["gif", "webp"])
def test_limits_hold_for_animations(suffix: str, tmp_path: Path, moving_frames: np.ndarray) -> None:
    path = _save(tmp_path / f"a.{suffix}", moving_frames, duration=40)
    with pytest.raises(ClipError, match=rf"^a.{suffix} has 12 frames and at most 11 can be read"):
        read_clip(path, limits=ClipLimits(max_frames=11))
    with pytest.raises(ClipError, match=rf"^a.{suffix} is 64 x 48 pixels"):
        read_clip(path, limits=ClipLimits(max_pixels=3000))
    with pytest.raises(ClipError, match=rf"^a.{suffix} needs 110,592 bytes for 12 decoded frames"):
        read_clip(path, limits=ClipLimits(max_decoded_bytes=110_591))


def test_pages_of_a_tiff_are_counted_up_to_the_limit_only(tmp_path: Path, moving_frames: np.ndarray) -> None:
    path = _save(tmp_path / "a.tiff", np.concatenate([moving_frames] * 4))
    sought: list[int] = []
    seek = TiffImagePlugin.TiffImageFile.seek

    def counted(self: TiffImagePlugin.TiffImageFile, frame: int) -> None:
        sought.append(frame)
        seek(self, frame)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TiffImagePlugin.TiffImageFile, "seek", counted)
        with pytest.raises(ClipError, match=r"a\.tiff has at least 4 frames and at most 3 can be read"):
            read_clip(path, limits=ClipLimits(max_frames=3))
    assert max(sought) <= 4


def test_a_later_page_that_is_too_large_is_refused_before_it_is_decoded(tmp_path: Path) -> None:
    pages = [Image.fromarray(np.zeros((side, side, 3), np.uint8)) for side in (20, 200)]
    pages[0].save(tmp_path / "a.tiff", save_all=True, append_images=pages[1:])
    with pytest.raises(ClipError, match=r"a\.tiff is 200 x 200 pixels and at most"):
        read_clip(tmp_path / "a.tiff", limits=ClipLimits(max_pixels=1000))
