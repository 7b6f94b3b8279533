"""Writes frames as an H.264 video that every browser plays."""

from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from av.video.reformatter import (
    ColorPrimaries,
    ColorRange,
    Colorspace,
    ColorTrc,
    Interpolation,
    VideoReformatter,
)
from av.video.stream import VideoStream

from mer_core.errors import ClipError
from mer_core.whole_files import whole_file

_MIN_FPS, _MAX_FPS = 0.01, 10_000
_MIN_CRF, _MAX_CRF = 1, 51  # 0 would switch x264 to a lossless profile that browsers do not play
# x264's output depends on the number of threads, and with mbtree on AVX-512 machines even on the contents of
# unused memory. Preset "veryfast" takes 0.4 of the default's time for 1.2 instead of 1.0 grey levels of error.
_X264 = {"preset": "veryfast", "threads": "1", "mbtree": "0"}
# The default conversion truncates and takes every other colour sample, which darkens the picture by a level.
_EXACT = Interpolation.BICUBIC | Interpolation.ACCURATE_RND | Interpolation.FULL_CHR_H_INP | Interpolation.BITEXACT


def write_video(path: Path, frames: np.ndarray, fps: float, *, crf: int = 18) -> None:
    """Write an MP4 file (H.264, yuv420p, index in front) to `path`, replacing an earlier one in one step.

    The same frames give the same bytes on every run, whatever the number of cores. This colour format needs
    even sides: an odd width gains a copy of the last pixel column, an odd height a copy of the last row.

    Args:
        path: name of the file; must end in ``.mp4``, in a folder that exists.
        frames: uint8 RGB, shape (T, H, W, 3), T at least 1.
        fps: frames per second, from 0.01 to 10,000.
        crf: constant rate factor, 1 (nearly lossless) to 51 (worst); 18 looks like the original.

    Raises:
        ClipError: an argument is outside the ranges above, or the folder cannot be written to.
    """
    _check(path, frames, fps, crf)
    try:
        with whole_file(path) as part:
            _encode(part, _even_sides(frames), Fraction(fps).limit_denominator(90_000), crf)
    except (OSError, av.FFmpegError) as error:
        raise ClipError(
            f"Cannot write the video {path} ({error.strerror or error}): choose a folder you may write to."
        ) from error


def _check(path: Path, frames: np.ndarray, fps: float, crf: int) -> None:
    if path.suffix.lower() != ".mp4":
        raise ClipError(f"Cannot write the video {path}: its name must end in .mp4.")
    if frames.dtype != np.uint8 or frames.ndim != 4 or frames.shape[3] != 3 or 0 in frames.shape:
        raise ClipError(
            f"Cannot write {path.name}: frames must be uint8 RGB of shape (T, H, W, 3) with T of at least 1, "
            f"got {frames.dtype} {frames.shape}."
        )
    if not _MIN_FPS <= fps <= _MAX_FPS:
        raise ClipError(f"Cannot write {path.name}: fps must be from {_MIN_FPS} to {_MAX_FPS}, got {fps}.")
    if not _MIN_CRF <= crf <= _MAX_CRF:
        raise ClipError(f"Cannot write {path.name}: crf must be from {_MIN_CRF} to {_MAX_CRF}, got {crf}.")


def _even_sides(frames: np.ndarray) -> np.ndarray:
    height, width = frames.shape[1:3]
    if height % 2 == 0 and width % 2 == 0:
        return frames
    return np.pad(frames, ((0, 0), (0, height % 2), (0, width % 2), (0, 0)), mode="edge")


def _encode(path: Path, frames: np.ndarray, rate: Fraction, crf: int) -> None:
    with av.open(str(path), "w", format="mp4", options={"movflags": "+faststart"}) as container:
        stream = container.add_stream("libx264", rate=rate, options={"crf": str(crf), **_X264})
        stream.height, stream.width = frames.shape[1:3]
        stream.pix_fmt = "yuv420p"
        _declare_bt709(stream)
        converter = VideoReformatter()
        for index, pixels in enumerate(frames):
            frame = _to_bt709(converter, pixels)
            frame.pts, frame.time_base = index, 1 / rate
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))


def _to_bt709(converter: VideoReformatter, pixels: np.ndarray) -> av.VideoFrame:
    return converter.reformat(
        av.VideoFrame.from_ndarray(np.ascontiguousarray(pixels), format="rgb24"),
        format="yuv420p",
        dst_colorspace=Colorspace.ITU709,
        dst_color_range=ColorRange.MPEG,
        interpolation=_EXACT,
        threads=1,
    )


def _declare_bt709(stream: VideoStream) -> None:
    """Say which colours the file holds: players guess differently, by size, when it is left open."""
    context = stream.codec_context
    context.colorspace = Colorspace.ITU709
    context.color_range = ColorRange.MPEG
    context.color_primaries = ColorPrimaries.BT709
    context.color_trc = ColorTrc.BT709
