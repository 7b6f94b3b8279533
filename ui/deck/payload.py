"""What the deck is sent: the frames once, as bytes, and after every change what was found, as JSON."""

import base64
import json
import secrets
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np

from mer_core.analysis import Analysis, PreparedClip
from mer_core.clips import Clip
from mer_core.crop import CropTransform
from mer_core.drawing.crops import face_share
from mer_core.drawing.curve_view import LANE_LABELS, CurveView, curve_summary, curve_view
from mer_core.drawing.flow_views import sparse_vectors
from mer_core.drawing.scales import arrow_factor
from mer_core.findings import region_motions, what_moved
from mer_core.interval import UNSET, Interval
from mer_core.noise import SMALLEST_PX
from mer_core.preview import Preview
from mer_core.regions import REGIONS

# Levels travel as hundredths of a pixel in 16 bits, so 655 px at most; the last value means "no face".
_STEPS_PER_PX, _NO_FACE = 100, 65535
# The warp's mesh: finer than any facial movement, coarse enough to be sent with every marker.
WARP_SIDE = 48
_WARP_STEPS = 32767
_MOST_SENTENCES = 2


@dataclass(frozen=True, eq=False)
class DeckFrames:
    """A clip's frames as the deck gets them.

    Attributes:
        key: names the clip within this visit and says nothing about it.
        preview: where the pictures lie in the frame.
        file: all of it as bytes, see `frames_payload`.
    """

    key: str
    preview: Preview
    file: bytes

    @classmethod
    def of(cls, preview: Preview, clip: Clip, pair: tuple[str, str] | None = None) -> "DeckFrames":
        """The frames under a new key; `pair` as in `frames_payload`."""
        key = secrets.token_hex(8)
        return cls(key, preview, frames_payload(preview, clip, key, pair))


def frames_payload(preview: Preview, clip: Clip, key: str, pair: tuple[str, str] | None = None) -> bytes:
    """The preview as bytes: a little-endian uint32, that many bytes of JSON, then the JPEG files end to end.

    Args:
        preview: the pictures.
        clip: its times.
        key: names the clip in this visit; what is found later carries the same.
        pair: the names of an onset and an apex picture, if that is all the clip is; they have no time between them.
    """
    times = clip.timestamps_ms
    header = {
        "key": key,
        "pair": pair,
        "numFrames": clip.num_frames,
        "timesMs": None if times is None else [round(float(time), 3) for time in times],
        "frames": preview.frames,
        "size": preview.size,
        "reduction": preview.reduction,
    }
    return packed(header, preview.pictures)


def packed(header: dict[str, Any], pictures: Sequence[bytes]) -> bytes:
    """A header and pictures as `ui/deck/js/payload.js` reads them."""
    header = {**header, "lengths": [len(picture) for picture in pictures]}
    text = json.dumps(header, separators=(",", ":")).encode()
    return b"".join([struct.pack("<I", len(text)), text, *pictures])


def marks_payload(interval: Interval, prepared: PreparedClip, own: Interval | None = None) -> dict[str, Any]:
    """Where the markers are, who set them, and what else was found; frames are counted from 0.

    Args:
        interval: the markers in use.
        prepared: the clip with its proposals.
        own: the markers that a coder committed beforehand.
    """
    return {
        "marks": [interval.onset, interval.apex, interval.offset],
        "sources": list(interval.sources),
        "isStart": interval == prepared.candidates[0],
        "isBlind": False,
        "own": None if own is None else [own.onset, own.apex, None if own.sources[2] == UNSET else own.offset],
        "movements": [[found.onset, found.apex, found.offset] for found in prepared.candidates],
    }


def blind_marks_payload(interval: Interval) -> dict[str, Any]:
    """A blind coder's own markers, "unset" where none is, and nothing that was found."""
    return {
        "marks": [interval.onset, interval.apex, interval.offset],
        "sources": list(interval.sources),
        "isStart": all(source == UNSET for source in interval.sources),
        "isBlind": True,
        "own": None,
        "movements": [],
        "found": None,
    }


def found_payload(analysis: Analysis) -> dict[str, Any]:
    """What the analysis of these markers adds: curve, arrows, field to amplify by, and two sentences."""
    motion = analysis.motion
    centres, vectors = sparse_vectors(analysis)
    arrows = np.column_stack([(centres + 0.5) / motion.crop_px, vectors / motion.crop_px])
    is_finding = analysis.prediction.is_finding
    return {
        "isFinding": is_finding,
        "curve": curve_payload(curve_view(analysis), _lane_noise(analysis)),
        # Lengthened noise looks like a movement.
        "arrows": [[round(value, 4) for value in arrow] for arrow in arrows.tolist()] if is_finding else [],
        "arrowFactor": arrow_factor(analysis),
        "warp": warp_payload(analysis),
        "said": list(what_moved(analysis)[:_MOST_SENTENCES]),
    }


def crop_payload(crop: CropTransform, preview: Preview) -> list[float]:
    """The similarity from a picture to the unit square, in the order of a canvas: a, b, c, d, e, f."""
    return [float(value) for value in preview.to_unit_crop(crop).T.ravel()]


def curve_payload(view: CurveView, lane_noise: list[float | None]) -> dict[str, Any]:
    """The curve of the face and one lane a region, px of the face crop since the onset."""
    return {
        "level": levels_text(view.level),
        "topPx": view.top_px,
        "noisePx": view.noise_px,
        "smallestPx": SMALLEST_PX,
        "lanes": [levels_text(lane) for lane in view.lanes],
        "lanesTopPx": view.lanes_top_px,
        "laneNoisePx": lane_noise,
        "laneLabels": list(LANE_LABELS),
        "summary": curve_summary(view),
    }


def levels_text(levels: np.ndarray) -> str:
    """Levels (T,) in px as base64 of little-endian uint16 hundredths; 65535 where no face was found."""
    steps = np.clip(np.nan_to_num(levels) * _STEPS_PER_PX, 0, _NO_FACE - 1).round().astype("<u2")
    steps[~np.isfinite(levels)] = _NO_FACE
    return base64.b64encode(steps.tobytes()).decode()


def warp_payload(analysis: Analysis) -> dict[str, Any]:
    """The motion from onset to apex on a square mesh; none outside the face."""
    motion = analysis.motion
    return mesh_payload(motion.flow * face_share(analysis, motion.crop_px)[..., None])


def mesh_payload(flow: np.ndarray) -> dict[str, Any]:
    """The flow (S, S, 2) of a square picture, px, on a coarser square mesh, as shares of its side.

    `field` is base64 of little-endian int16 (side, side, 2), u then v, to be multiplied by `unit`.
    """
    mesh = cv2.resize(flow, (WARP_SIDE, WARP_SIDE), interpolation=cv2.INTER_AREA) / len(flow)
    largest = max(float(np.abs(mesh).max()), 1e-6)
    steps = np.round(mesh / largest * _WARP_STEPS).astype("<i2")
    return {"side": WARP_SIDE, "unit": largest / _WARP_STEPS, "field": base64.b64encode(steps.tobytes()).decode()}


def _lane_noise(analysis: Analysis) -> list[float | None]:
    noise = {motion.region.name: motion.noise_px for motion in region_motions(analysis)}
    return [None if noise.get(region.name) is None else round(float(noise[region.name] or 0), 3) for region in REGIONS]
