"""What a reader of an analysis must know before believing it, as plain sentences."""

from mer_core.analysis import PreparedClip
from mer_core.apex import MAX_DURATION_MS
from mer_core.inputs import InputSpec
from mer_core.interval import Interval
from mer_core.motion import Motion
from mer_core.noise import Noise

# Below this a movement of 100 ms covers fewer than ten frames.
_GOOD_FPS = 100.0
_MICRO_MOVEMENT_MS = 100.0


def class_cautions(noise: Noise, motion: Motion, spec: InputSpec) -> tuple[str, ...]:
    """What decides whether the class means anything: noise, and input unlike what the network was trained on."""
    return (*_about_noise(noise), *_about_input(motion, spec))


def clip_warnings(prepared: PreparedClip, interval: Interval) -> tuple[str, ...]:
    """What to know about the interval, the face and the file."""
    return (*_about_interval(prepared, interval), *prepared.track.warnings, *prepared.clip.warnings)


def _about_noise(noise: Noise) -> list[str]:
    if noise.at_noise_level:
        beside = "" if noise.noise_px is None else f", this clip's noise is {noise.noise_px:.2f} px"
        return [
            f"Too little motion: {noise.apex_px:.2f} px from onset to apex{beside}; "
            "the class describes noise and is not a finding."
        ]
    if noise.noise_px is None:
        return ["Too few frames at rest before the onset to measure this clip's noise, so the motion may be noise."]
    return []


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


def _about_interval(prepared: PreparedClip, interval: Interval) -> list[str]:
    clip = prepared.clip
    if clip.fps is None or clip.timestamps_ms is None:
        return ["The frame rate is unknown, so there are no times in ms; give it to get them."]
    found = []
    if clip.fps < _GOOD_FPS:
        covered = _MICRO_MOVEMENT_MS / 1000 * clip.fps
        found.append(f"{clip.fps:.0f} fps: a movement of 100 ms covers {covered:.0f} frames; onset and apex are rough.")
    duration = float(clip.timestamps_ms[interval.offset] - clip.timestamps_ms[interval.onset])
    if duration >= MAX_DURATION_MS:
        found.append(f"Onset to offset is {duration:.0f} ms; a micro-expression lasts up to {MAX_DURATION_MS:.0f} ms.")
    return found
