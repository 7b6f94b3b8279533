import re
import struct
import wave
from collections.abc import Callable
from fractions import Fraction
from io import BytesIO
from pathlib import Path

import av
import numpy as np
import pytest
from PIL import Image

from mer_core.clips import ClipLimits, read_clip
from mer_core.errors import ClipError
from mer_core.video_writer import write_video

SaveVideo = Callable[..., Path]

CONTAINERS = [
    ("a.mp4", "libx264", "yuv420p"),
    ("a.mov", "libx264", "yuv420p"),
    ("a.mkv", "libx264", "yuv420p"),
    ("a.webm", "libvpx-vp9", "yuv420p"),
    ("mjpeg.avi", "mjpeg", "yuvj420p"),
    ("xvid.avi", "mpeg4", "yuv420p"),
    ("huff.avi", "huffyuv", "yuv422p"),
    ("ten_bits.mp4", "libx264", "yuv420p10le"),
    ("raw_yuv.avi", "rawvideo", "yuv420p"),
    ("prores.mov", "prores_ks", "yuv422p10le"),
]


def _most_similar(frame: np.ndarray, candidates: np.ndarray) -> int:
    error = np.abs(candidates.astype(int) - frame).mean(axis=(1, 2, 3))
    assert error.min() < 9
    return int(error.argmin())


@pytest.mark.parametrize(("name", "codec", "pixels"), CONTAINERS)
def test_every_container_gives_all_frames_in_order_with_their_times(
    name: str, codec: str, pixels: str, save_video: SaveVideo, moving_frames: np.ndarray
) -> None:
    clip = read_clip(save_video(name, moving_frames, codec, pixels))
    assert clip.frames.dtype == np.uint8
    assert clip.frames.shape == moving_frames.shape
    assert clip.timestamps_ms is not None
    np.testing.assert_allclose(clip.timestamps_ms, 40.0 * np.arange(12), atol=1e-9)
    assert clip.fps == pytest.approx(25)
    assert clip.duration_ms == pytest.approx(480)
    assert [_most_similar(frame, moving_frames) for frame in clip.frames] == list(range(12))
    assert clip.warnings == ()


@pytest.mark.parametrize(
    ("name", "codec", "pixels"),
    [("raw.avi", "rawvideo", "bgr24"), ("ffv1.mkv", "ffv1", "bgr0"), ("png.mov", "png", "rgb24")],
)
def test_lossless_video_comes_back_exactly(
    name: str, codec: str, pixels: str, save_video: SaveVideo, moving_frames: np.ndarray
) -> None:
    np.testing.assert_array_equal(read_clip(save_video(name, moving_frames, codec, pixels)).frames, moving_frames)


def test_odd_sides_come_back_exactly(save_video: SaveVideo, moving_frames: np.ndarray) -> None:
    odd = np.ascontiguousarray(moving_frames[:, :37, :51])
    np.testing.assert_array_equal(read_clip(save_video("raw.avi", odd, "rawvideo", "bgr24")).frames, odd)


def test_colour_is_converted_without_a_systematic_shift(tmp_path: Path, moving_frames: np.ndarray) -> None:
    path = tmp_path / "fine.mp4"
    write_video(path, moving_frames, 25, crf=1)
    error = read_clip(path).frames.astype(float) - moving_frames
    assert np.abs(error.mean(axis=(0, 1, 2))).max() < 0.2  # FFmpeg's quick conversion: 1.0 to 1.5
    assert np.abs(error).mean() < 1.2  # FFmpeg's quick conversion: 1.6


@pytest.mark.parametrize("name", ["vfr.mp4", "vfr.mkv"])
def test_variable_frame_rate_keeps_each_time(name: str, save_video: SaveVideo, moving_frames: np.ndarray) -> None:
    times = [0, 33, 66, 100, 180, 200, 233, 266, 300, 350, 400, 500]
    clip = read_clip(save_video(name, moving_frames, pts_ms=times))
    np.testing.assert_allclose(clip.timestamps_ms, times, atol=1e-9)
    assert clip.fps == pytest.approx(1000 / 34)  # the median interval


def test_times_start_at_zero_when_the_file_starts_later(save_video: SaveVideo, moving_frames: np.ndarray) -> None:
    clip = read_clip(save_video("late.mkv", moving_frames, pts_ms=[700 + 5 * i for i in range(12)]))
    np.testing.assert_allclose(clip.timestamps_ms, 5.0 * np.arange(12), atol=1e-9)


# QuickTime stores a matrix that sends x, y (right, down) to a x + c y, b x + d y.
TURNS = {
    "clockwise": ((0, 1, -1, 0), lambda image: np.rot90(image, -1)),
    "counter_clockwise": ((0, -1, 1, 0), lambda image: np.rot90(image, 1)),
    "upside_down": ((-1, 0, 0, -1), lambda image: np.rot90(image, 2)),
    "mirrored": ((-1, 0, 0, 1), lambda image: image[:, ::-1]),
    "transposed": ((0, 1, 1, 0), lambda image: image.transpose(1, 0, 2)),
}


def _set_matrix(path: Path, a: float, b: float, c: float, d: float) -> None:
    """Overwrite the matrix in the track header of an MP4 file."""
    data = bytearray(path.read_bytes())
    start = data.index(b"tkhd") + 4 + 40
    one = 1 << 16
    entries = (int(a * one), int(b * one), 0, int(c * one), int(d * one), 0, 0, 0, 1 << 30)
    data[start : start + 36] = struct.pack(">9i", *entries)
    path.write_bytes(bytes(data))


@pytest.mark.parametrize("turn", TURNS)
def test_display_rotation_and_mirroring_are_applied(
    turn: str, save_video: SaveVideo, moving_frames: np.ndarray
) -> None:
    path = save_video("phone.mp4", moving_frames)
    stored = read_clip(path).frames
    matrix, expected = TURNS[turn]
    _set_matrix(path, *matrix)
    clip = read_clip(path)
    np.testing.assert_array_equal(clip.frames, np.stack([expected(image) for image in stored]))
    assert clip.warnings == ()


def test_a_rotation_by_another_angle_is_reported(save_video: SaveVideo, moving_frames: np.ndarray) -> None:
    path = save_video("tilted.mp4", moving_frames)
    stored = read_clip(path).frames
    cosine, sine = np.cos(np.pi / 6), np.sin(np.pi / 6)
    _set_matrix(path, cosine, sine, -sine, cosine)
    clip = read_clip(path)
    np.testing.assert_array_equal(clip.frames, stored)
    assert len(clip.warnings) == 1
    assert re.fullmatch(r"The file asks to be turned by -(29|30) degrees; .* as stored\.", clip.warnings[0])


def test_pixels_that_are_not_square_are_reported(save_video: SaveVideo, moving_frames: np.ndarray) -> None:
    clip = read_clip(save_video("tv.mp4", moving_frames, aspect=Fraction(16, 15)))
    assert clip.warnings == ("The pixels are not square (16:15); they are kept as stored.",)


def test_frames_cut_away_by_an_edit_list_are_not_called_missing(
    save_video: SaveVideo, moving_frames: np.ndarray
) -> None:
    clip = read_clip(save_video("edited.mp4", moving_frames, "mpeg4", pts_ms=[40 * i - 120 for i in range(12)]))
    assert clip.num_frames == 9
    assert clip.warnings == ()


# Files that are no clip ------------------------------------------------------------------------------------


def test_a_text_file_is_refused_whatever_its_suffix(tmp_path: Path) -> None:
    path = tmp_path / "notes.mp4"
    path.write_text("subject 5 smiled\n" * 50)
    with pytest.raises(ClipError, match=r"^notes.mp4 is not a video, GIF, image or zip of frames"):
        read_clip(path)


@pytest.mark.parametrize(
    "playlist",
    [
        "ffconcat version 1.0\nfile 'secret.mp4'\n",
        "#EXTM3U\n#EXT-X-TARGETDURATION:10\n#EXTINF:10,\nsecret.mp4\n#EXT-X-ENDLIST\n",
    ],
)
def test_a_playlist_does_not_open_other_files(
    playlist: str, tmp_path: Path, save_video: SaveVideo, moving_frames: np.ndarray
) -> None:
    save_video("secret.mp4", moving_frames)
    path = tmp_path / "harmless.mp4"
    path.write_text(playlist)
    with pytest.raises(ClipError, match="is not a video"):
        read_clip(path)


def test_a_video_under_a_wrong_suffix_is_read(save_video: SaveVideo, moving_frames: np.ndarray) -> None:
    path = save_video("a.avi", moving_frames, "mjpeg", "yuvj420p")
    assert read_clip(path.rename(path.with_name("frames.zip"))).num_frames == 12


def test_sound_alone_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "voice.mp4"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("aac", rate=44100)
        sound = av.AudioFrame.from_ndarray(np.zeros((2, 4096), np.float32), format="fltp", layout="stereo")
        sound.rate = 44100
        container.mux(stream.encode(sound))
        container.mux(stream.encode(None))
    with pytest.raises(ClipError, match=r"^voice.mp4 holds no video, only sound or data"):
        read_clip(path)


def test_a_sound_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "voice.wav"
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, 8000, 0, "NONE", ""))
        file.writeframes(bytes(16000))
    with pytest.raises(ClipError, match="voice.wav"):
        read_clip(path)


def test_a_video_of_one_frame_is_refused(save_video: SaveVideo, moving_frames: np.ndarray) -> None:
    with pytest.raises(ClipError, match=r"^one.mp4 holds 1 frame and a clip needs at least 2"):
        read_clip(save_video("one.mp4", moving_frames[:1]))


def test_an_avi_that_declares_no_frame_rate_is_read_or_refused_clearly(
    save_video: SaveVideo, moving_frames: np.ndarray
) -> None:
    path = save_video("a.avi", moving_frames, "mjpeg", "yuvj420p")
    data = bytearray(path.read_bytes())
    rate = data.index(b"strh") + 8 + 20  # dwScale, dwRate
    data[rate : rate + 8] = bytes(8)
    path.write_bytes(bytes(data))
    clip = read_clip(path)
    assert clip.num_frames == 12
    assert clip.timestamps_ms is None or (np.diff(clip.timestamps_ms) > 0).all()


def _save_jpegs(path: Path, sizes: list[tuple[int, int]]) -> Path:
    """Write a video whose packets are JPEG pictures of these sizes."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream("mjpeg", rate=25)
        stream.width, stream.height, stream.pix_fmt = *sizes[0], "yuvj420p"
        for index, size in enumerate(sizes):
            picture = BytesIO()
            Image.new("RGB", size, "red").save(picture, "JPEG")
            packet = av.Packet(picture.getvalue())
            packet.stream, packet.pts, packet.dts, packet.time_base = stream, index, index, Fraction(1, 25)
            packet.is_keyframe = True
            container.mux(packet)
    return path


def test_frames_of_another_size_within_a_video_are_refused(tmp_path: Path) -> None:
    path = _save_jpegs(tmp_path / "mixed.avi", [(64, 48), (64, 48), (32, 48)])
    with pytest.raises(ClipError, match=r"^mixed.avi: frame 2 is 32 x 48 pixels but frame 0 is 64 x 48"):
        read_clip(path)


# Limits ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("name", "count"), [("counted.mp4", "12"), ("uncounted.mkv", "at least 11")])
def test_too_many_frames_are_refused(name: str, count: str, save_video: SaveVideo, moving_frames: np.ndarray) -> None:
    path = save_video(name, moving_frames)
    assert read_clip(path, limits=ClipLimits(max_frames=12)).num_frames == 12
    with pytest.raises(ClipError, match=rf"^{name} has {count} frames and at most 10 can be read"):
        read_clip(path, limits=ClipLimits(max_frames=10))


def test_an_8k_video_is_refused(tmp_path: Path) -> None:
    path = _save_jpegs(tmp_path / "8k.avi", [(7680, 4320)] * 2)
    with pytest.raises(ClipError, match=r"^8k.avi is 7680 x 4320 pixels and at most 8.3 megapixels can be read"):
        read_clip(path)


@pytest.mark.parametrize("name", ["counted.mp4", "uncounted.mkv"])
def test_more_decoded_bytes_than_allowed_are_refused(
    name: str, save_video: SaveVideo, moving_frames: np.ndarray
) -> None:
    with pytest.raises(ClipError, match=rf"^{name} needs .* for \d+ decoded frames of 64 x 48 pixels"):
        read_clip(save_video(name, moving_frames), limits=ClipLimits(max_decoded_bytes=moving_frames.nbytes - 1))


def test_a_header_that_declares_a_smaller_picture_does_not_evade_the_limit(
    save_video: SaveVideo, moving_frames: np.ndarray
) -> None:
    path = save_video("liar.avi", moving_frames, "mjpeg", "yuvj420p")
    data = bytearray(path.read_bytes())
    size = data.index(b"strf") + 8 + 4
    assert struct.unpack("<ii", data[size : size + 8]) == (64, 48)
    data[size : size + 8] = struct.pack("<ii", 16, 16)
    path.write_bytes(bytes(data))
    with pytest.raises(ClipError, match="liar.avi"):
        read_clip(path, limits=ClipLimits(max_pixels=1000))


def test_fewer_declared_frames_than_present_do_not_evade_the_limit(
    save_video: SaveVideo, moving_frames: np.ndarray
) -> None:
    path = save_video("liar.avi", moving_frames, "mjpeg", "yuvj420p")
    data = bytearray(path.read_bytes())
    count = data.index(b"strh") + 8 + 32  # dwLength
    assert struct.unpack("<I", data[count : count + 4]) == (12,)
    data[count : count + 4] = struct.pack("<I", 3)
    path.write_bytes(bytes(data))
    clip = read_clip(path)
    assert clip.warnings == ("The file declares 3 frames but holds 12; all are used.",)
    with pytest.raises(ClipError, match="at most 8 can be read"):
        read_clip(path, limits=ClipLimits(max_frames=8))
