"""Pictures as text within the file, so that the report is one file and opens offline."""

from base64 import b64encode

import cv2
import numpy as np

from mer_core.pictures import png_bytes
from mer_core.report.contents import Picture

# A face as PNG takes six times as much room, and nobody sees the difference.
_JPEG_QUALITY = 86


def photo(picture: np.ndarray, alt: str, caption: str = "") -> Picture:
    """A picture of a face, uint8 (H, W, 3) RGB, stored as JPEG."""
    quality = [cv2.IMWRITE_JPEG_QUALITY, _JPEG_QUALITY]
    written, encoded = cv2.imencode(".jpg", cv2.cvtColor(picture, cv2.COLOR_RGB2BGR), quality)
    assert written, "OpenCV encodes every uint8 picture"
    return _embedded(picture, "jpeg", encoded.tobytes(), alt, caption)


def drawing(picture: np.ndarray, alt: str, caption: str = "") -> Picture:
    """A picture of lines and text, uint8 (H, W, 3) RGB, stored as PNG."""
    return _embedded(picture, "png", png_bytes(picture), alt, caption)


def _embedded(picture: np.ndarray, kind: str, content: bytes, alt: str, caption: str) -> Picture:
    height, width = picture.shape[:2]
    return Picture(f"data:image/{kind};base64,{b64encode(content).decode()}", width, height, alt, caption)
