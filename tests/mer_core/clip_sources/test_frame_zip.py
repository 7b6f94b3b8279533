import hashlib
import stat
import struct
import zipfile
import zlib
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from mer_core.clips import ClipLimits, read_clip
from mer_core.errors import ClipError


def _png(pixels: np.ndarray) -> bytes:
    file = BytesIO()
    Image.fromarray(pixels).save(file, "PNG")
    return file.getvalue()


def _zip(path: Path, members: dict[str, bytes], compression: int = zipfile.ZIP_DEFLATED) -> Path:
    with zipfile.ZipFile(path, "w", compression) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return path


@pytest.fixture
def frames(moving_frames: np.ndarray) -> dict[str, bytes]:
    return {f"img{index}.png": _png(image) for index, image in enumerate(moving_frames)}


def test_a_zip_of_png_frames_equals_the_folder_and_the_frames(
    tmp_path: Path, frames: dict[str, bytes], moving_frames: np.ndarray
) -> None:
    folder = tmp_path / "frames"
    folder.mkdir()
    for name, data in frames.items():
        (folder / name).write_bytes(data)
    from_zip = read_clip(_zip(tmp_path / "frames.zip", frames), fps=200)
    from_folder = read_clip(folder, fps=200)
    np.testing.assert_array_equal(from_zip.frames, moving_frames)
    np.testing.assert_array_equal(from_folder.frames, moving_frames)
    np.testing.assert_array_equal(from_zip.timestamps_ms, from_folder.timestamps_ms)
    assert from_zip.warnings == from_folder.warnings == ()


@pytest.mark.parametrize("compression", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
@pytest.mark.parametrize("folder", ["", "EP02_01f/", "deep/er/", "windows\\"])
def test_frames_may_lie_in_one_folder_of_the_zip(
    compression: int, folder: str, tmp_path: Path, frames: dict[str, bytes], moving_frames: np.ndarray
) -> None:
    members = {folder + name: data for name, data in frames.items()}
    np.testing.assert_array_equal(read_clip(_zip(tmp_path / "a.zip", members, compression)).frames, moving_frames)


def test_system_clutter_is_ignored_without_a_word(tmp_path: Path, frames: dict[str, bytes]) -> None:
    clutter = {"__MACOSX/._img0.png": b"x", "c/.DS_Store": b"x", "c/Thumbs.db": b"x", "c/desktop.ini": b"x"}
    members = {f"c/{name}": data for name, data in frames.items()}
    clip = read_clip(_zip(tmp_path / "a.zip", {**clutter, **members}))
    assert clip.num_frames == 12
    assert clip.warnings == ()


def test_other_files_are_ignored_with_a_warning(tmp_path: Path, frames: dict[str, bytes]) -> None:
    inner = _zip(tmp_path / "inner.zip", frames).read_bytes()
    clip = read_clip(_zip(tmp_path / "a.zip", {**frames, "labels.csv": b"a,b", "more.zip": inner}))
    assert clip.num_frames == 12
    assert clip.warnings == ("Ignored what is no image: labels.csv, more.zip.",)


def test_the_hash_is_that_of_the_file(tmp_path: Path, frames: dict[str, bytes]) -> None:
    path = _zip(tmp_path / "a.zip", frames)
    assert read_clip(path).sha256 == hashlib.sha256(path.read_bytes()).hexdigest()


@pytest.mark.parametrize(
    ("members", "message"),
    [
        ({}, r"^a.zip holds no image: put the numbered frames into the zip\.$"),
        ({"a.txt": b"x", "b.mp4": b"y"}, r"^a.zip holds no image, only a.txt, b.mp4: put"),
        ({"inner.zip": b"PK\x03\x04"}, r"^a.zip holds no image, only inner.zip: put"),
        ({"img0.png": _png(np.zeros((4, 4, 3), np.uint8))}, r"^a.zip holds 1 image and a clip needs at least 2"),
        ({"img0.png": b"x", "img1.png": b"y"}, r"^img0.png is damaged or no image"),
    ],
)
def test_a_zip_without_a_clip_is_refused(members: dict[str, bytes], message: str, tmp_path: Path) -> None:
    with pytest.raises(ClipError, match=message):
        read_clip(_zip(tmp_path / "a.zip", members))


def test_images_in_several_folders_are_refused(tmp_path: Path, frames: dict[str, bytes]) -> None:
    members = {f"{clip}/{name}": data for clip in ("EP01", "EP02") for name, data in frames.items()}
    with pytest.raises(ClipError, match=r"^a.zip holds images in 2 folders \(EP01, EP02\): make one zip for each"):
        read_clip(_zip(tmp_path / "a.zip", members))


@pytest.mark.parametrize("share", [0.02, 0.5, 0.99])
def test_a_truncated_zip_is_refused(share: float, tmp_path: Path, frames: dict[str, bytes]) -> None:
    path = _zip(tmp_path / "a.zip", frames)
    path.write_bytes(path.read_bytes()[: int(path.stat().st_size * share)])
    with pytest.raises(ClipError, match=r"^a.zip is a damaged or cut off zip"):
        read_clip(path)


def test_a_damaged_member_is_named(tmp_path: Path, frames: dict[str, bytes]) -> None:
    path = _zip(tmp_path / "a.zip", frames, zipfile.ZIP_STORED)
    data = bytearray(path.read_bytes())
    data[data.index(frames["img3.png"]) + 60] ^= 0xFF
    path.write_bytes(bytes(data))
    with pytest.raises(ClipError, match=r"^a.zip is damaged at img3.png: copy it again"):
        read_clip(path)


# Hostile archives ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name", ["../img0.png", "a/../../img0.png", "/etc/img0.png", "C:/img0.png", "c:\\img0.png", "..\\img0.png"]
)
def test_members_outside_of_the_archive_are_refused(name: str, tmp_path: Path, frames: dict[str, bytes]) -> None:
    with pytest.raises(ClipError, match=r"^a.zip is unsafe: its member .* points outside of the archive"):
        read_clip(_zip(tmp_path / "a.zip", {**frames, name: b"x"}))


def test_symbolic_links_are_refused(tmp_path: Path, frames: dict[str, bytes]) -> None:
    path = _zip(tmp_path / "a.zip", frames)
    link = zipfile.ZipInfo("img12.png")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr(link, "/etc/passwd")
    with pytest.raises(ClipError, match=r"^a.zip is unsafe: its member img12.png points outside"):
        read_clip(path)


def test_a_bomb_is_refused_by_its_directory(tmp_path: Path, frames: dict[str, bytes]) -> None:
    path = _zip(tmp_path / "a.zip", {**frames, "img12.png": bytes(20_000_000)})
    assert path.stat().st_size < 200_000
    with pytest.raises(ClipError, match=r"^a.zip expands to at least 20 MB and at most 10 MB can be read"):
        read_clip(path, limits=ClipLimits(max_expanded_bytes=10_000_000))


def test_a_bomb_with_a_lying_directory_is_not_expanded(tmp_path: Path, frames: dict[str, bytes]) -> None:
    path = _zip(tmp_path / "a.zip", {**frames, "img12.png": bytes(20_000_000)})
    true, lie = struct.pack("<I", 20_000_000), struct.pack("<I", 500)
    data = path.read_bytes()
    assert data.count(true) == 2
    path.write_bytes(data.replace(true, lie))
    with pytest.raises(ClipError, match=r"^a.zip is damaged at img12.png"):
        read_clip(path, limits=ClipLimits(max_expanded_bytes=10_000_000))


def test_members_that_share_their_data_are_counted_each_time(tmp_path: Path, moving_frames: np.ndarray) -> None:
    frame = _png(moving_frames[0])
    path = _zip(tmp_path / "a.zip", {"img0.png": frame, "img1.png": frame})
    with pytest.raises(ClipError, match="expands to at least"):
        read_clip(path, limits=ClipLimits(max_expanded_bytes=2 * len(frame) - 1))
    assert read_clip(path, limits=ClipLimits(max_expanded_bytes=2 * len(frame))).num_frames == 2


@pytest.mark.parametrize("compression", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_compression_that_cannot_be_bounded_is_refused(
    compression: int, tmp_path: Path, frames: dict[str, bytes]
) -> None:
    with pytest.raises(ClipError, match=r"^a.zip uses an unusual compression for img0.png: make the zip anew"):
        read_clip(_zip(tmp_path / "a.zip", frames, compression))


def test_a_password_is_named_as_the_reason(tmp_path: Path, frames: dict[str, bytes]) -> None:
    path = _zip(tmp_path / "a.zip", frames)
    data = bytearray(path.read_bytes())
    for marker, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.index(marker) + offset] |= 1
    path.write_bytes(bytes(data))
    with pytest.raises(ClipError, match=r"^a.zip is protected by a password: unpack it and choose the folder"):
        read_clip(path)


def test_a_name_of_thousands_of_digits_neither_fails_nor_fills_the_message(tmp_path: Path) -> None:
    names = ["9" * 6000 + ".png", "1" * 6000 + "\n.png"]
    with pytest.raises(ClipError) as caught:
        read_clip(_zip(tmp_path / "a.zip", dict.fromkeys(names, b"x")))
    assert len(str(caught.value)) < 300
    assert "\n" not in str(caught.value)


def test_a_picture_bomb_inside_is_refused_before_decoding(tmp_path: Path) -> None:
    header = b"IHDR" + struct.pack(">IIBBBBB", 20_000, 20_000, 8, 2, 0, 0, 0)
    bomb = b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + header + struct.pack(">I", zlib.crc32(header))
    bomb += struct.pack(">I", 8) + b"IDAT" + bytes(12)
    path = _zip(tmp_path / "a.zip", {"img0.png": bomb, "img1.png": bomb})
    with pytest.raises(ClipError, match=r"^img0.png has far too many pixels"):
        read_clip(path)


def test_limits_on_frames_pixels_and_memory_hold_for_zips(tmp_path: Path, frames: dict[str, bytes]) -> None:
    path = _zip(tmp_path / "a.zip", frames)
    with pytest.raises(ClipError, match=r"^a.zip has 12 frames and at most 11 can be read"):
        read_clip(path, limits=ClipLimits(max_frames=11))
    with pytest.raises(ClipError, match=r"^img0.png is 64 x 48 pixels and at most 3,000 pixels can be read"):
        read_clip(path, limits=ClipLimits(max_pixels=3000))
    with pytest.raises(ClipError, match=r"^a.zip needs 110,592 bytes for 12 decoded frames of 64 x 48"):
        read_clip(path, limits=ClipLimits(max_decoded_bytes=110_591))


def test_more_pictures_than_can_be_read_are_refused_before_any_is_decoded(
    tmp_path: Path, frames: dict[str, bytes]
) -> None:
    path = _zip(tmp_path / "a.zip", {**frames, "img99.png": b"no picture at all"})
    with pytest.raises(ClipError, match=rf"a\.zip has {len(frames) + 1} frames and at most 2 can be read"):
        read_clip(path, limits=ClipLimits(max_frames=2))
