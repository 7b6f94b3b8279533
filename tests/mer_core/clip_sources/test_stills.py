import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest
from PIL import Image

from mer_core.clip_sources.stills import natural_key
from mer_core.clips import ClipLimits, read_clip, read_image_pair
from mer_core.errors import ClipError

SaveFolder = Callable[..., Path]


@pytest.fixture
def save_folder(tmp_path: Path) -> SaveFolder:
    """Write frames as images into a folder: ``save_folder(frames, "img{}.png", first=1)``."""

    def save(frames: np.ndarray, pattern: str, first: int = 0, **options: object) -> Path:
        folder = tmp_path / "frames"
        folder.mkdir()
        for index, frame in enumerate(frames):
            Image.fromarray(frame).save(folder / pattern.format(first + index), **options)
        return folder

    return save


@pytest.mark.parametrize("suffix", ["png", "bmp", "tif", "tiff", "PNG"])
def test_lossless_frames_come_back_exactly(suffix: str, save_folder: SaveFolder, moving_frames: np.ndarray) -> None:
    clip = read_clip(save_folder(moving_frames, f"img{{}}.{suffix}"))
    np.testing.assert_array_equal(clip.frames, moving_frames)
    assert clip.timestamps_ms is None
    assert clip.name == "frames"
    assert clip.warnings == ()


def test_jpeg_frames_come_back_closely(save_folder: SaveFolder, moving_frames: np.ndarray) -> None:
    clip = read_clip(save_folder(moving_frames, "img{}.jpg", quality=95))
    assert np.abs(clip.frames.astype(int) - moving_frames).mean() < 2


def test_a_frame_rate_gives_the_times(save_folder: SaveFolder, moving_frames: np.ndarray) -> None:
    clip = read_clip(save_folder(moving_frames, "img{}.png"), fps=200)
    np.testing.assert_allclose(clip.timestamps_ms, 5.0 * np.arange(12))
    assert clip.warnings == ()


def test_natural_order_puts_nine_before_ten() -> None:
    names = ["img10.png", "img9.png", "IMG8.png", "img009b.png", "img1.png", "9.png", "a.png", "10.png"]
    assert sorted(names, key=natural_key) == [
        "9.png", "10.png", "a.png", "img1.png", "IMG8.png", "img9.png", "img009b.png", "img10.png",
    ]  # fmt: skip


# Numbering -------------------------------------------------------------------------------------------------


def test_a_gap_in_the_numbers_is_reported(save_folder: SaveFolder, moving_frames: np.ndarray) -> None:
    folder = save_folder(moving_frames, "img{}.png", first=40)
    (folder / "img45.png").unlink()
    clip = read_clip(folder)
    assert clip.num_frames == 11
    assert clip.warnings == (
        "The frames are not numbered evenly: img44.png (44) is followed by img46.png (46); frames may be missing "
        "or mixed.",
    )


def test_every_second_frame_is_an_even_numbering(save_folder: SaveFolder, moving_frames: np.ndarray) -> None:
    folder = save_folder(moving_frames, "img{}.png")
    for index in range(1, 12, 2):
        (folder / f"img{index}.png").unlink()
    clip = read_clip(folder)
    np.testing.assert_array_equal(clip.frames, moving_frames[::2])
    assert clip.warnings == ()


def test_names_without_numbers_are_reported(tmp_path: Path, moving_frames: np.ndarray) -> None:
    for name, frame in zip(["onset", "apex"], moving_frames, strict=False):
        Image.fromarray(frame).save(tmp_path / f"{name}.png")
    clip = read_clip(tmp_path)
    np.testing.assert_array_equal(clip.frames, moving_frames[[1, 0]])
    assert clip.warnings == ("Not all file names hold a number; the frames are in the order of the names.",)


# Pixel formats ---------------------------------------------------------------------------------------------


def _first_frame(tmp_path: Path, image: Image.Image, suffix: str = "png", **options: object) -> np.ndarray:
    for index in range(2):
        image.save(tmp_path / f"{index}.{suffix}", **options)
    return read_clip(tmp_path).frames[0]


def test_grey_images_have_three_equal_channels(tmp_path: Path) -> None:
    grey = np.arange(48, dtype=np.uint8).reshape(6, 8)
    np.testing.assert_array_equal(_first_frame(tmp_path, Image.fromarray(grey)), np.stack([grey] * 3, axis=2))


@pytest.mark.parametrize("suffix", ["png", "tif"])
def test_sixteen_bit_grey_spans_the_whole_range(suffix: str, tmp_path: Path) -> None:
    grey = np.array([[0, 257, 128 * 257 + 100, 65535]], np.uint16)
    frame = _first_frame(tmp_path, Image.fromarray(grey), suffix)
    np.testing.assert_array_equal(frame[0, :, 0], [0, 1, 128, 255])


def test_transparent_parts_become_black(tmp_path: Path) -> None:
    colours = np.array([[(200, 100, 50, 255), (200, 100, 50, 0)]], np.uint8)
    frame = _first_frame(tmp_path, Image.fromarray(colours))
    np.testing.assert_array_equal(frame, [[(200, 100, 50), (0, 0, 0)]])


def test_palette_images_show_their_colours(tmp_path: Path) -> None:
    image = Image.new("P", (2, 1))
    image.putpalette([10, 20, 30, 200, 100, 50])
    image.putpixel((1, 0), 1)
    np.testing.assert_array_equal(_first_frame(tmp_path, image), [[(10, 20, 30), (200, 100, 50)]])


def test_black_and_white_images_are_read(tmp_path: Path) -> None:
    image = Image.fromarray(np.array([[True, False]]))
    np.testing.assert_array_equal(_first_frame(tmp_path, image, "bmp")[0, :, 1], [255, 0])


def test_print_colours_are_read(tmp_path: Path) -> None:
    frame = _first_frame(tmp_path, Image.new("CMYK", (16, 16), (0, 255, 255, 0)), "jpg")
    assert frame[8, 8, 0] > 200
    assert frame[8, 8, 1:].max() < 60


def test_the_camera_orientation_is_applied(tmp_path: Path) -> None:
    stored = np.arange(18, dtype=np.uint8).reshape(2, 3, 3)
    exif = Image.Exif()
    exif[0x0112] = 6  # to be shown turned clockwise by a quarter
    np.testing.assert_array_equal(_first_frame(tmp_path, Image.fromarray(stored), exif=exif), np.rot90(stored, -1))


def test_pixels_of_unknown_range_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ClipError, match=r"^0.tif has 32-bit pixels, whose range is not known: save it as 8-bit"):
        _first_frame(tmp_path, Image.fromarray(np.zeros((4, 4), np.float32)), "tif")


# Folders that are no clip ----------------------------------------------------------------------------------


def test_the_first_image_of_another_size_is_named(save_folder: SaveFolder, moving_frames: np.ndarray) -> None:
    folder = save_folder(moving_frames, "img{}.png")
    Image.new("RGB", (64, 50)).save(folder / "img3.png")
    with pytest.raises(
        ClipError, match=r"^frames: frame 3 \(img3.png\) is 64 x 50 pixels but frame 0 is 64 x 48: all frames must"
    ):
        read_clip(folder)


@pytest.mark.parametrize("content", [b"", b"no picture", None])
def test_a_damaged_image_is_named(content: bytes | None, save_folder: SaveFolder, moving_frames: np.ndarray) -> None:
    folder = save_folder(moving_frames, "img{}.png")
    damaged = folder / "img7.png"
    damaged.write_bytes(damaged.read_bytes()[:-400] if content is None else content)
    with pytest.raises(ClipError, match=r"^img7.png is damaged or no image: copy it again or leave it out\.$"):
        read_clip(folder)


def test_an_image_under_a_wrong_suffix_is_a_frame(save_folder: SaveFolder, moving_frames: np.ndarray) -> None:
    folder = save_folder(moving_frames, "img{}.png")
    (folder / "img5.png").rename(folder / "img5.dat")
    np.testing.assert_array_equal(read_clip(folder).frames, moving_frames)


def test_what_is_no_image_is_ignored_with_a_warning(save_folder: SaveFolder, moving_frames: np.ndarray) -> None:
    folder = save_folder(moving_frames, "img{}.png")
    for name in ("au.csv", "notes.txt", "BMW.txt", "z.json", ".DS_Store", "Thumbs.db"):
        (folder / name).write_bytes(b"BM is no bitmap here")
    (folder / "old").mkdir()
    clip = read_clip(folder)
    np.testing.assert_array_equal(clip.frames, moving_frames)
    assert clip.warnings == ("Ignored what is no image: BMW.txt, au.csv, notes.txt and 2 more.",)


def test_an_empty_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ClipError, match=r"^The folder .* holds no image: choose the folder with the numbered frames"):
        read_clip(tmp_path)


def test_a_folder_of_folders_says_to_choose_one(save_folder: SaveFolder, moving_frames: np.ndarray) -> None:
    folder = save_folder(moving_frames, "img{}.png")
    with pytest.raises(ClipError, match=r"holds no image itself: choose one of the folders in it, such as frames\.$"):
        read_clip(folder.parent)


def test_a_folder_with_one_image_is_refused(save_folder: SaveFolder, moving_frames: np.ndarray) -> None:
    with pytest.raises(ClipError, match=r"^frames holds 1 image and a clip needs at least 2\.$"):
        read_clip(save_folder(moving_frames[:1], "img{}.png"))


def test_limits_hold_for_folders(save_folder: SaveFolder, moving_frames: np.ndarray) -> None:
    folder = save_folder(moving_frames, "img{}.bmp")
    with pytest.raises(ClipError, match=r"^frames has 12 frames and at most 11 can be read"):
        read_clip(folder, limits=ClipLimits(max_frames=11))
    with pytest.raises(ClipError, match=r"^img0.bmp is 64 x 48 pixels and at most 3,000 pixels can be read"):
        read_clip(folder, limits=ClipLimits(max_pixels=3000))
    with pytest.raises(ClipError, match=r"^frames needs 110,592 bytes for 12 decoded frames"):
        read_clip(folder, limits=ClipLimits(max_decoded_bytes=110_591))
    with pytest.raises(ClipError, match=r"^img0.bmp has more than 9,000 bytes, the most for an image"):
        read_clip(folder, limits=ClipLimits(max_expanded_bytes=9000))


@pytest.fixture
def shared_folder() -> Iterator[Path]:
    """Return a folder that another user may enter, unlike `tmp_path`."""
    with TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)


@contextmanager
def _without_privilege() -> Iterator[None]:
    """Give up root's right to read everything."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(0)


def test_an_image_without_read_permission_is_named(shared_folder: Path, moving_frames: np.ndarray) -> None:
    for index, frame in enumerate(moving_frames):
        Image.fromarray(frame).save(shared_folder / f"img{index}.png")
        (shared_folder / f"img{index}.png").chmod(0 if index == 2 else 0o644)
    with (
        _without_privilege(),
        pytest.raises(ClipError, match=r"^img2.png cannot be read \(Permission denied\): check its permissions"),
    ):
        read_clip(shared_folder)


@pytest.mark.parametrize("name", ["", "clip.mp4"])
def test_a_locked_folder_is_named(name: str, shared_folder: Path) -> None:
    locked = shared_folder / "locked"
    locked.mkdir(mode=0o000)
    expected = rf"^{name or 'locked'} cannot be read \(Permission denied\): check its permissions\.$"
    with _without_privilege(), pytest.raises(ClipError, match=expected):
        read_clip(locked / name)


# Onset and apex --------------------------------------------------------------------------------------------


def test_an_image_pair_is_a_clip_of_two_frames_without_times(
    save_folder: SaveFolder, moving_frames: np.ndarray
) -> None:
    folder = save_folder(moving_frames, "img{}.png")
    clip = read_image_pair(folder / "img9.png", folder / "img2.png")
    np.testing.assert_array_equal(clip.frames, moving_frames[[9, 2]])
    assert clip.timestamps_ms is None
    assert clip.name == "img9.png + img2.png"
    swapped = read_image_pair(folder / "img2.png", folder / "img9.png")
    assert clip.sha256 != swapped.sha256


def test_an_image_pair_of_unequal_sizes_is_refused(save_folder: SaveFolder, moving_frames: np.ndarray) -> None:
    folder = save_folder(moving_frames, "img{}.png")
    Image.new("RGB", (10, 10)).save(folder / "apex.png")
    with pytest.raises(ClipError, match=r"frame 1 \(apex.png\) is 10 x 10 pixels but frame 0 is 64 x 48"):
        read_image_pair(folder / "img0.png", folder / "apex.png")


def test_a_missing_image_of_a_pair_is_named(save_folder: SaveFolder, moving_frames: np.ndarray) -> None:
    folder = save_folder(moving_frames, "img{}.png")
    with pytest.raises(ClipError, match=r"^apex.png cannot be read \(No such file or directory\)"):
        read_image_pair(folder / "img0.png", folder / "apex.png")


def test_a_video_in_place_of_an_image_of_a_pair_is_refused(save_folder: SaveFolder, moving_frames: np.ndarray) -> None:
    folder = save_folder(moving_frames, "img{}.png")
    (folder / "apex.mp4").write_bytes(b"\0\0\0\x18ftypmp42" + bytes(100))
    with pytest.raises(ClipError, match=r"^apex.mp4 is damaged or no image"):
        read_image_pair(folder / "img0.png", folder / "apex.mp4")
