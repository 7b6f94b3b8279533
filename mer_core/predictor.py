"""The one way from a clip to an answer, for the app, the command line, the demo and the tests."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import torch

from mer_core.analysis import Analysis, PreparedClip
from mer_core.apex import propose_intervals
from mer_core.asking import ask
from mer_core.checkpoints import Checkpoint
from mer_core.clips import Clip
from mer_core.crop import CropTransform, crop_around, px_per_native_px
from mer_core.errors import MotionError
from mer_core.faces import FaceTrack, track_face
from mer_core.inputs import motion_map
from mer_core.interval import Interval, with_markers
from mer_core.motion import Motion, MotionSettings, measure_motion
from mer_core.motion_curve import motion_curve
from mer_core.noise import Noise, measure_noise
from mer_core.prediction import Agreement, Prediction
from mer_core.regions import face_mask
from mer_core.reliability import Familiarity
from mer_core.stopwatch import Stopwatch
from mer_core.warnings import class_cautions, clip_warnings


def prepare_clip(
    clip: Clip, remove_head_motion: bool = True, progress: Callable[[float], None] | None = None
) -> PreparedClip:
    """The face, the motion curve and the proposed intervals of a clip: all that no marker changes.

    Args:
        clip: the frames.
        remove_head_motion: subtract the head's rigid motion from the curve.
        progress: told the finished share, 0 to 1.

    Raises:
        FaceError: no frame shows a face.
        MotionError: fewer than two frames do.
    """
    tell = progress or (lambda share: None)
    stopwatch = Stopwatch()
    with stopwatch.step("face"):
        track = track_face(clip, progress=lambda share: tell(share / 2))
    with stopwatch.step("curve"):
        curve = motion_curve(clip, track, remove_head_motion, progress=lambda share: tell(0.5 + share / 2))
        candidates = propose_intervals(curve, clip.timestamps_ms)
    return PreparedClip(clip, track, curve, candidates, stopwatch.milliseconds)


class Predictor:
    """Analyses clips with one checkpoint. Holds no state between clips; several threads may share it.

    Where the checkpoint has the networks of all folds, their mean answers; else its own network does.
    """

    def __init__(self, checkpoint: Checkpoint) -> None:
        self.checkpoint = checkpoint

    def analyze(
        self,
        clip: Clip | PreparedClip,
        *,
        onset: int | None = None,
        apex: int | None = None,
        offset: int | None = None,
        method: str | None = None,
        remove_head_motion: bool | None = None,
    ) -> Analysis:
        """What moved between onset and apex, and what the network calls it.

        Args:
            clip: the frames; pass a `PreparedClip` to analyse other markers without tracking the face again.
            onset: frame counted from 0; proposed when None, like `apex` and `offset`.
            apex: as above.
            offset: as above; it does not change motion or prediction.
            method: flow method; the checkpoint's own when None. Another one puts the input outside what the network was
                trained on, which a warning then says.
            remove_head_motion: as above.

        Raises:
            FaceError: no frame shows a face.
            MotionError: a marker lies beyond the clip, out of order, or on a frame without a face.
        """
        stopwatch = Stopwatch()
        with stopwatch.step("total"):
            settings = self.settings(method, remove_head_motion)
            prepared = clip if isinstance(clip, PreparedClip) else prepare_clip(clip, settings.remove_head_motion)
            interval = _chosen_interval(prepared, onset, apex, offset)
            analysis = self.analyze_interval(prepared, interval, method, remove_head_motion)
        before = {} if prepared is clip else prepared.timings_ms
        return replace(analysis, timings_ms={**before, **analysis.timings_ms, **stopwatch.milliseconds})

    def analyze_interval(
        self,
        prepared: PreparedClip,
        interval: Interval,
        method: str | None = None,
        remove_head_motion: bool | None = None,
    ) -> Analysis:
        """As `analyze`, of exactly these markers, with their sources and confidence as they are.

        Raises:
            MotionError: the onset or the apex lies on a frame without a face.
        """
        _check_faces(prepared.track, interval)
        stopwatch = Stopwatch()
        with stopwatch.step("total"):
            settings = self.settings(method, remove_head_motion)
            crop, landmarks = self._crop(prepared.track, interval.onset)
            motion = _measure(prepared.clip, interval, crop, landmarks, settings, stopwatch)
            noise = _scaled(
                measure_noise(prepared.curve, interval, prepared.clip.timestamps_ms),
                px_per_native_px(crop, prepared.track.landmarks[interval.onset]),
            )
            with stopwatch.step("network"):
                network_input = self.checkpoint.input_spec.from_motion(motion)
                prediction = self._predict(network_input, motion, noise)
        found = (prepared, interval, crop, landmarks, motion, noise, network_input.numpy(), prediction, self.checkpoint)
        cautions = class_cautions(noise, motion, self.checkpoint.input_spec, prediction)
        return Analysis(*found, cautions, clip_warnings(prepared, interval, noise), stopwatch.milliseconds)

    def motion(self, prepared: PreparedClip, interval: Interval, settings: MotionSettings) -> Motion:
        """The motion from onset to apex by itself, as the checkpoint's network takes it.

        Raises:
            MotionError: the onset or the apex lies on a frame without a face.
        """
        _check_faces(prepared.track, interval)
        crop, landmarks = self._crop(prepared.track, interval.onset)
        return _measure(prepared.clip, interval, crop, landmarks, settings, Stopwatch())

    def settings(self, method: str | None = None, remove_head_motion: bool | None = None) -> MotionSettings:
        """How motion is measured: as the checkpoint's network was trained, but for what is given."""
        own = self.checkpoint.input_spec.settings
        return MotionSettings(
            method or own.method,
            own.strain_mode,
            own.remove_head_motion if remove_head_motion is None else remove_head_motion,
        )

    def _crop(self, track: FaceTrack, onset: int) -> tuple[CropTransform, np.ndarray]:
        spec = self.checkpoint.input_spec
        crop = crop_around(track.landmarks[onset], spec.geometry)
        if spec.crop_px is not None:
            crop = crop.resized(spec.crop_px)
        return crop, crop.to_crop(track.landmarks[onset])

    def _predict(self, network_input: torch.Tensor, motion: Motion, noise: Noise) -> Prediction:
        # What was measured holds for motion measured as in training, and for no other.
        is_as_trained = motion.settings == self.checkpoint.input_spec.settings
        reliability = self.checkpoint.reliability if is_as_trained else None
        each = ask(self.checkpoint, network_input[None], calibrated=is_as_trained)[:, 0]
        mean = each.mean(dim=0)
        by_label = dict(zip(self.checkpoint.labels, mean.tolist(), strict=True))
        same = int((each.argmax(dim=1) == mean.argmax()).sum())
        return Prediction(
            label=self.checkpoint.labels[int(mean.argmax())],
            probabilities=by_label,
            is_finding=not noise.at_noise_level,
            answers=() if reliability is None else reliability.sets.answers(by_label),
            agreement=None if self.checkpoint.ensemble is None else Agreement(same, len(each)),
            familiarity=self._familiarity(motion),
            reliability=reliability,
        )

    def _familiarity(self, motion: Motion) -> Familiarity | None:
        known = self.checkpoint.reliability
        return None if known is None else known.known_motion.familiarity(motion_map(motion))


def _chosen_interval(prepared: PreparedClip, onset: int | None, apex: int | None, offset: int | None) -> Interval:
    last = prepared.clip.num_frames - 1
    for name, frame in (("onset", onset), ("apex", apex), ("offset", offset)):
        if frame is not None and not 0 <= frame <= last:
            raise MotionError(f"The {name} (frame {frame}) lies beyond the clip, whose frames are 0 to {last}.")
    return with_markers(prepared.candidates[0], onset, apex, offset)


def _check_faces(track: FaceTrack, interval: Interval) -> None:
    for name, frame in (("onset", interval.onset), ("apex", interval.apex)):
        if frame in track.frames_without:
            raise MotionError(f"The {name} (frame {frame}) shows no face; choose a frame that does.")


def _measure(
    clip: Clip,
    interval: Interval,
    crop: CropTransform,
    landmarks: np.ndarray,
    settings: MotionSettings,
    stopwatch: Stopwatch,
) -> Motion:
    onset, apex = (crop.apply(clip.frames[frame]) for frame in (interval.onset, interval.apex))
    return measure_motion(onset, apex, face_mask(landmarks, crop.size), settings, stopwatch)


def _scaled(noise: Noise, factor: float) -> Noise:
    return Noise(None if noise.noise_px is None else noise.noise_px * factor, noise.apex_px * factor)
