"""What a reader of an analysis must know before believing it, as plain sentences."""

import numpy as np

from mer_core.analysis import PreparedClip
from mer_core.apex import MAX_DURATION_MS
from mer_core.inputs import InputSpec
from mer_core.interval import Interval
from mer_core.motion import Motion
from mer_core.noise import Noise
from mer_core.prediction import Prediction
from mer_core.quality import GOOD_FPS, frames_covered

_RATE_TOLERANCE = 1.02
# A movement that keeps this share of itself at its offset has not ended there.
_HELD_SHARE = 0.5
# About 7 mm on a face: our choice, well above what the databases' coders call micro.
_LARGE_SHARE = 0.05


def class_cautions(noise: Noise, motion: Motion, spec: InputSpec, prediction: Prediction) -> tuple[str, ...]:
    """What decides whether the class means anything: noise, and input unlike what the network was trained on."""
    unlike = (*_about_familiarity(prediction), *_about_size(motion), *_about_input(motion, spec))
    return (*_about_noise(noise), *unlike)


def clip_warnings(prepared: PreparedClip, interval: Interval, noise: Noise) -> tuple[str, ...]:
    """What to know about the interval, the face and the file."""
    return (*_about_interval(prepared, interval, noise), *prepared.track.warnings, *prepared.clip.warnings)


def _about_noise(noise: Noise) -> list[str]:
    if noise.at_noise_level:
        beside = ""
        if noise.noise_px is not None:
            beside = (
                f"; this clip's noise is {noise.noise_px:.2f} px, measured before the onset, where a movement that had "
                "already begun counts as noise"
            )
        return [f"Too little motion: {noise.apex_px:.2f} px from onset to apex{beside}. No class is given."]
    if noise.noise_px is None:
        return ["This clip's noise is unknown (too few frames at rest before the onset), so the motion may be noise."]
    return []


def _about_familiarity(prediction: Prediction) -> list[str]:
    familiarity = prediction.familiarity
    if familiarity is None or not prediction.is_finding or not familiarity.is_unusual:
        return []
    if familiarity.is_strange:
        return [f"Unlike all that the network knows: {familiarity.sentence()}, and no class is given."]
    return [f"Unusual: {familiarity.sentence()}; the network may do worse here than its record."]


def _about_size(motion: Motion) -> list[str]:
    share = motion.max_px / motion.crop_px
    if share <= _LARGE_SHARE:
        return []
    return [
        f"A large movement ({motion.max_px:.0f} px, {share:.0%} of the face crop): an ordinary expression rather than "
        "a micro-expression, which is all the networks have learnt."
    ]


def _about_input(motion: Motion, spec: InputSpec) -> list[str]:
    used, own = motion.settings, spec.settings
    differences = []
    if used.method != own.method:
        differences.append(f"flow by {used.method} instead of {own.method}")
    if used.remove_head_motion != own.remove_head_motion:
        differences.append(f"head motion {'removed' if used.remove_head_motion else 'kept'}")
    if not differences:
        return []
    return [f"Outside this network's input ({', '.join(differences)}): the class may mean nothing."]


def _about_interval(prepared: PreparedClip, interval: Interval, noise: Noise) -> list[str]:
    times = prepared.clip.timestamps_ms
    if times is None and prepared.clip.num_frames == 2:
        return []  # an onset and an apex picture: nobody expects times
    if times is None:
        return ["The frame rate is unknown, so there are no times in ms; give it (--fps, or Settings in the app)."]
    # Noise lasts for ever; how long is told of movements only.
    lasting = [] if noise.at_noise_level else _about_duration(prepared, times, interval)
    return [*_about_rate(times, interval), *lasting]


def _about_rate(times: np.ndarray, interval: Interval) -> list[str]:
    # Around the movement, because the rate of a phone's or a screen's recording varies.
    frame_ms = float(times[interval.offset] - times[interval.onset]) / (interval.offset - interval.onset)
    if frame_ms * GOOD_FPS <= 1000 * _RATE_TOLERANCE:
        return []
    fps = 1000 / frame_ms
    return [f"{fps:.0f} fps: a movement of 100 ms covers {frames_covered(fps)}; onset and apex are rough."]


def _about_duration(prepared: PreparedClip, times: np.ndarray, interval: Interval) -> list[str]:
    duration = float(times[interval.offset] - times[interval.onset])
    at_apex, at_offset = prepared.curve.level_at(np.array([interval.apex, interval.offset]), interval.onset)
    if interval.sources[2] == "proposed" and at_offset > _HELD_SHARE * at_apex:
        return [
            f"The movement has not gone back {duration:.0f} ms after its onset, where the proposed offset stands: "
            "it is longer than a micro-expression, or the clip ends before it does."
        ]
    if duration > MAX_DURATION_MS:
        return [f"Onset to offset is {duration:.0f} ms; a micro-expression lasts up to {MAX_DURATION_MS:.0f} ms."]
    return []
