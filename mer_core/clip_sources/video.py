"""Decodes video files with PyAV: exact frame times, display rotation applied, truncation noticed."""

import re
from dataclasses import dataclass, field
from pathlib import Path

import av
import cv2
import numpy as np
from av.container import InputContainer
from av.stream import Disposition
from av.video.reformatter import Interpolation, VideoReformatter
from av.video.stream import VideoStream

from mer_core.clip_sources.decoded import Decoded, FrameBuffer, Progress
from mer_core.clip_sources.limits import ClipLimits, check_decoded, check_frames, check_pixels, shown
from mer_core.clip_sources.timestamps import frame_times_ms
from mer_core.clip_sources.upright import display_turn, swaps_sides, turned
from mer_core.errors import ClipError

# Containers that hold their own data. FFmpeg would also follow playlists (concat, hls) to other files and hosts.
_FORMATS = "mov,mp4,avi,matroska,webm,mpegts,mpeg,asf,flv,ogg,yuv4mpegpipe"
# FFmpeg's quick conversion takes every other colour sample and truncates: 1.8 grey levels of mean error, up to
# 11, against 0.4 and 2 with these flags. Planar gbrp has vector code for them: 0.5 ms a frame of 640x360 against 1.0.
_EXACT = Interpolation.BILINEAR | Interpolation.ACCURATE_RND | Interpolation.FULL_CHR_H_INT | Interpolation.BITEXACT
_PLANES = "gbrp"
_MOST_LISTED = 8


@dataclass
class _Reading:
    """What has been decoded so far."""

    buffer: FrameBuffer
    pts: list[int | None] = field(default_factory=list)
    damaged: list[int] = field(default_factory=list)
    hidden: int = 0  # declared frames that the file's edit list cuts away
    broke_off: bool = False


def read_video(path: Path, limits: ClipLimits, tell: Progress) -> Decoded:
    """Return all frames of a video file, upright, with their presentation times.

    The first video stream that is not a cover picture is read, sequentially. A file that breaks off gives the
    frames before the break and a warning. High dynamic range and 10-bit video is converted to 8 bits unchanged
    in its curve.

    Raises:
        ClipError: the file is no video, holds fewer than 2 frames, or exceeds `limits`.
    """
    with _open(path) as container:
        stream = _video_stream(container, path.name)
        width, height, declared = stream.codec_context.width, stream.codec_context.height, stream.frames
        check_pixels(path.name, width, height, limits)
        check_frames(path.name, declared, limits)
        check_decoded(path.name, declared, width, height, limits)
        # Frame threads decode 1.3 times as fast on 2 cores, at the price of memory for each thread and of frames
        # that differ after damage; several people may share a small host.
        stream.thread_type = "NONE"
        stream.codec_context.options = {"max_pixels": str(2 * limits.max_pixels)}
        reading = _Reading(FrameBuffer(path.name, declared, limits))
        warnings = _decode_all(container, stream, reading, tell)
        return _finish(path.name, container, stream, reading, warnings)


def _open(path: Path) -> InputContainer:
    try:
        return av.open(
            str(path.absolute()),  # FFmpeg takes a relative name such as "concat:a" for a protocol
            options={"format_whitelist": _FORMATS, "protocol_whitelist": "file"},
            metadata_errors="replace",  # titles in other encodings than UTF-8 are common and of no use here
        )
    except (av.FFmpegError, OSError) as error:
        raise ClipError(_why_not(path)) from error


def _why_not(path: Path) -> str:
    with path.open("rb") as file:
        head = file.read(12)
    name = shown(path.name)
    if head[4:8] in (b"ftyp", b"mdat", b"moov"):
        return f"{name} is an MP4 or MOV file without its index, so it was cut off: copy it or record it again."
    is_avi = head[:4] == b"RIFF" and head[8:11] == b"AVI"
    if is_avi or head[:4] == b"\x1a\x45\xdf\xa3":
        return f"{name} is a damaged or cut off AVI, MKV or WebM file without a readable frame: copy it again."
    return f"{name} is not a video, GIF, image or zip of frames: choose another file or export it as MP4."


def _video_stream(container: InputContainer, name: str) -> VideoStream:
    streams = [s for s in container.streams.video if not s.disposition & Disposition.attached_pic]
    if not streams:
        raise ClipError(f"{shown(name)} holds no video, only sound or data: choose the file with the picture.")
    if streams[0].codec_context is None:
        raise ClipError(f"{shown(name)} uses a video codec that is not known here: export it as MP4 (H.264).")
    return streams[0]


def _decode_all(container: InputContainer, stream: VideoStream, reading: _Reading, tell: Progress) -> list[str]:
    warnings: list[str] = []
    converter = VideoReformatter()
    try:
        for packet in container.demux(stream):
            reading.hidden += packet.is_discard
            for frame in packet.decode():
                if not reading.pts:
                    warnings += _pixel_warnings(frame, stream)
                _store(frame, converter, reading)
            # Where the packet lies in the file: not every container says how many frames or ms it holds.
            if packet.pos is not None and packet.pos > 0:
                tell(packet.pos / container.size)
    except (av.FFmpegError, OSError):
        reading.broke_off = True  # reported with the frame counts by _finish
    return warnings


def _store(frame: av.VideoFrame, converter: VideoReformatter, reading: _Reading) -> None:
    planes = converter.reformat(frame, format=_PLANES, interpolation=_EXACT, threads=1).planes
    green, blue, red = (
        np.frombuffer(memoryview(plane), np.uint8).reshape(-1, plane.line_size)[: plane.height, : plane.width]
        for plane in planes
    )
    turn = display_turn(frame)
    height, width = green.shape[::-1] if swaps_sides(turn) else green.shape
    slot = reading.buffer.slot(height, width)
    if turn is None:
        cv2.merge([red, green, blue], dst=slot)
    else:
        slot[:] = turned(cv2.merge([red, green, blue]), turn)
    if frame.is_corrupt:
        reading.damaged.append(len(reading.pts))
    reading.pts.append(frame.pts)


def _pixel_warnings(frame: av.VideoFrame, stream: VideoStream) -> list[str]:
    warnings = []
    if frame.rotation % 90 != 0:
        warnings.append(f"The file asks to be turned by {frame.rotation} degrees; it is shown as stored.")
    ratio = stream.sample_aspect_ratio
    if ratio and ratio != 1:
        warnings.append(f"The pixels are not square ({ratio.numerator}:{ratio.denominator}); they are kept as stored.")
    return warnings


def _finish(
    name: str, container: InputContainer, stream: VideoStream, reading: _Reading, warnings: list[str]
) -> Decoded:
    num_frames, declared = reading.buffer.num_frames, max(0, stream.frames - reading.hidden)
    if num_frames < 2:
        raise ClipError(_too_few(name, num_frames, declared, reading.broke_off))
    assert stream.time_base is not None, "PyAV sets the time base of every stream it demuxes"
    times, time_warnings = frame_times_ms(reading.pts, stream.time_base, stream.average_rate)
    warnings += _count_warnings(num_frames, declared, reading)
    if not declared and times is not None:
        warnings += _duration_warnings(times, container, stream)
    warnings += time_warnings
    return Decoded(reading.buffer.finish(), times, tuple(warnings))


def _too_few(name: str, num_frames: int, declared: int, broke_off: bool) -> str:
    if broke_off or num_frames == 0 or declared >= 2:
        of_declared = f" of {declared}" if declared else ""
        return (
            f"{shown(name)} is damaged or cut off: {num_frames}{of_declared} frames can be decoded and a clip "
            "needs at least 2; copy it again."
        )
    return f"{shown(name)} holds {num_frames} frame and a clip needs at least 2: record or export a longer one."


def _count_warnings(num_frames: int, declared: int, reading: _Reading) -> list[str]:
    warnings = []
    if reading.broke_off or num_frames < declared:
        of_declared = f"{num_frames} of {declared} declared frames" if declared else f"{num_frames} frames"
        warnings.append(f"The file ends early: {of_declared} could be decoded.")
    elif declared and num_frames > declared:
        warnings.append(f"The file declares {declared} frames but holds {num_frames}; all are used.")
    if reading.damaged:
        listed = ", ".join(str(index) for index in reading.damaged[:_MOST_LISTED])
        more = ", ..." if len(reading.damaged) > _MOST_LISTED else ""
        warnings.append(f"The picture data of these frames is damaged: {listed}{more}.")
    return warnings


def _duration_warnings(times: np.ndarray, container: InputContainer, stream: VideoStream) -> list[str]:
    """Return a warning when the frames stop well before the declared duration (MKV and WebM count no frames)."""
    declared_ms = _declared_duration_ms(container, stream)
    end_ms = times[-1] + np.median(np.diff(times))
    # Writers disagree about whether the last frame counts, and round: two frames of slack.
    if declared_ms is None or end_ms + 2 * np.median(np.diff(times)) >= declared_ms:
        return []
    return [f"The file ends early: its frames last {end_ms:.0f} of {declared_ms:.0f} declared milliseconds."]


def _declared_duration_ms(container: InputContainer, stream: VideoStream) -> float | None:
    tag = re.fullmatch(r"(\d+):(\d\d):(\d\d(?:\.\d+)?)", stream.metadata.get("DURATION", ""))
    if tag:
        hours, minutes, seconds = (float(part) for part in tag.groups())
        return 1000 * (3600 * hours + 60 * minutes + seconds)
    only_video = len(container.streams) == 1  # sound may go on for longer than the picture
    return container.duration * 1000 / av.time_base if container.duration and only_video else None
