"""Everything one analysis found, as typed values and as the JSON of the command line."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from mer_core.checkpoints import Checkpoint
from mer_core.clips import Clip
from mer_core.crop import CropTransform, eye_centres, px_per_native_px
from mer_core.faces import FaceTrack
from mer_core.interval import Interval
from mer_core.motion import Motion
from mer_core.motion_curve import MotionCurve
from mer_core.noise import Noise
from mer_core.prediction import Prediction


@dataclass(frozen=True, eq=False)
class PreparedClip:
    """A clip with everything that does not depend on the chosen frames, so that moving a marker is quick.

    Attributes:
        clip: the frames.
        track: the face in them.
        curve: the motion of every frame.
        candidates: proposed intervals, best first.
        timings_ms: what the steps took.
    """

    clip: Clip
    track: FaceTrack
    curve: MotionCurve
    candidates: tuple[Interval, ...]
    timings_ms: dict[str, float]


@dataclass(frozen=True, eq=False)
class Analysis:
    """One analysed movement.

    Attributes:
        prepared: clip, face, curve and candidates.
        interval: the frames that were used.
        crop: frame px to crop px, taken from the onset frame.
        landmarks: float (468, 2), px of the crop, at the onset.
        motion: flow and strain from onset to apex.
        noise: the same movement beside the clip's noise, px of the motion's crop.
        network_input: float32 (C, S, S), what the network received.
        prediction: what it answered.
        checkpoint: the network.
        cautions: plain sentences to be shown beside the class, because they decide whether to believe it.
        warnings: further plain sentences, about the interval, the face and the file.
        timings_ms: milliseconds of each step.
    """

    prepared: PreparedClip
    interval: Interval
    crop: CropTransform
    landmarks: np.ndarray
    motion: Motion
    noise: Noise
    network_input: np.ndarray
    prediction: Prediction
    checkpoint: Checkpoint
    cautions: tuple[str, ...]
    warnings: tuple[str, ...]
    timings_ms: dict[str, float]

    @property
    def clip(self) -> Clip:
        """The analysed clip."""
        return self.prepared.clip

    @property
    def rise_ms(self) -> float | None:
        """Time from onset to apex, ms; None when the frame rate is unknown."""
        times = self.clip.timestamps_ms
        return None if times is None else float(times[self.interval.apex] - times[self.interval.onset])

    @property
    def px_per_curve_px(self) -> float:
        """Px of this analysis's crop in one px of the motion curve, which is measured on the native crop."""
        return px_per_native_px(self.crop, self.prepared.track.landmarks[self.interval.onset])

    @property
    def eye_distance_px(self) -> float:
        """Distance between the eyes at the onset, px of the crop; divide by it to compare clips and people."""
        right, left = eye_centres(self.landmarks)
        return float(np.linalg.norm(left - right))

    def to_json(self) -> dict[str, Any]:
        """The analysis as plain values; times are null where the frame rate is unknown."""
        clip, track = self.clip, self.prepared.track
        return {
            "clip": {
                "name": clip.name,
                "sha256": clip.sha256,
                "frames": clip.num_frames,
                "fps": _rounded(clip.fps, 3),
                "duration_ms": _rounded(clip.duration_ms, 3),
                "width": clip.width,
                "height": clip.height,
            },
            "face": {
                "found": True,
                "frames_without": list(track.frames_without),
                "box": [round(float(value), 1) for value in track.box],
            },
            "interval": interval_to_json(self.interval, clip),
            "candidates": [interval_to_json(candidate, clip) for candidate in self.prepared.candidates],
            "motion": self._motion_to_json(),
            "prediction": self.prediction.to_json(),
            "model": {
                "name": self.checkpoint.name,
                "architecture": self.checkpoint.architecture,
                "parameters": self.checkpoint.num_parameters,
                "checkpoint_sha256": self.checkpoint.sha256,
            },
            "warnings": [*self.cautions, *self.warnings],
            "timings_ms": {name: round(value, 2) for name, value in self.timings_ms.items()},
        }

    def _motion_to_json(self) -> dict[str, Any]:
        removed = self.motion.removed
        return {
            "method": self.motion.settings.method,
            "strain_mode": self.motion.settings.strain_mode,
            "crop_px": self.motion.crop_px,
            "eye_distance_px": _rounded(self.eye_distance_px, 2),
            "max_px": _rounded(self.motion.max_px, 3),
            "mean_px": _rounded(self.motion.mean_px, 3),
            "removed": {
                "dx": _rounded(removed.dx, 3),
                "dy": _rounded(removed.dy, 3),
                "rotation_deg": _rounded(removed.rotation_deg, 4),
                "scale": _rounded(removed.scale, 6),
            },
            "noise_px": _rounded(self.noise.noise_px, 3),
            "at_noise_level": self.noise.at_noise_level,
        }


def interval_to_json(interval: Interval, clip: Clip) -> dict[str, Any]:
    """One interval as plain values, frames counted from 0 and ms from the clip's start."""
    frames = {"onset": interval.onset, "apex": interval.apex, "offset": interval.offset}
    times = {f"{name}_ms": _rounded(clip.time_ms(frame), 3) for name, frame in frames.items()}
    sources = dict(zip(frames, interval.sources, strict=True))
    return {**frames, **times, "sources": sources, "confidence": interval.confidence}


def _rounded(value: float | None, digits: int) -> float | None:
    return None if value is None else round(float(value), digits)
