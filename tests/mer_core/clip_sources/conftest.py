"""Small moving pictures and files made from them."""

from collections.abc import Callable, Sequence
from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np
import pytest

SaveVideo = Callable[..., Path]


@pytest.fixture(scope="session")
def moving_frames() -> np.ndarray:
    """12 frames of 64 x 48: smooth coloured blobs that drift, each frame darker than the one before."""
    noise = np.random.default_rng(7).random((48, 64, 3)).astype(np.float32)
    blobs = cv2.GaussianBlur(noise, (0, 0), 6)
    blobs = (blobs - blobs.min()) / (blobs.max() - blobs.min())
    return np.stack([np.roll(blobs, 2 * i, axis=1) * (220 - 10 * i) + 20 for i in range(12)]).astype(np.uint8)


@pytest.fixture
def save_video(tmp_path: Path) -> SaveVideo:
    """Write a video: ``save_video(name, frames, codec, pixels, rate=25, pts_ms=None, ...)``."""

    def save(
        name: str,
        frames: np.ndarray,
        codec: str = "libx264",
        pixels: str = "yuv420p",
        *,
        pts_ms: Sequence[int] | None = None,
        aspect: Fraction | None = None,
        **codec_options: str,
    ) -> Path:
        path = tmp_path / name
        with av.open(str(path), "w", options=codec_options.pop("container", {})) as container:
            stream = container.add_stream(codec, rate=25, options=codec_options)
            stream.height, stream.width = frames.shape[1:3]
            stream.pix_fmt = pixels
            if aspect is not None:
                stream.codec_context.sample_aspect_ratio = aspect
            if pts_ms is not None:
                stream.codec_context.time_base = Fraction(1, 1000)
            for index, image in enumerate(frames):
                frame = av.VideoFrame.from_ndarray(image, format="rgb24").reformat(format=pixels)
                if pts_ms is not None:
                    frame.pts, frame.time_base = pts_ms[index], Fraction(1, 1000)
                container.mux(stream.encode(frame))
            container.mux(stream.encode(None))
        return path

    return save
