"""A short name for everything but the clip and its markers that decides the numbers of an analysis."""

import hashlib
import json
from typing import Any

from mer_core.analysis import Analysis
from mer_core.checkpoints import Checkpoint, config_of, network_of
from mer_core.flow import flow_version
from mer_core.motion import MotionSettings
from mer_core.noise import SMALLEST_PX, TIMES_NOISE

_LENGTH = 12


def measurement_settings(analysis: Analysis) -> dict[str, Any]:
    """What decides the numbers: flow, strain, head motion, crop, noise rule, the network and its weights."""
    return settings_of(analysis.motion.settings, analysis.checkpoint)


def settings_of(settings: MotionSettings, checkpoint: Checkpoint) -> dict[str, Any]:
    """As `measurement_settings`, before anything was measured."""
    spec = checkpoint.input_spec
    return {
        "flow_method": settings.method,
        "flow_version": flow_version(),
        "strain_mode": settings.strain_mode,
        "remove_head_motion": settings.remove_head_motion,
        "crop": {
            "side_in_eye_distances": spec.side_in_eye_distances,
            "eye_line": spec.eye_line,
            "resized_to_px": spec.crop_px,
        },
        "noise": {"times_noise": TIMES_NOISE, "smallest_px": SMALLEST_PX},
        "checkpoint_sha256": checkpoint.sha256,
        # The same weights answer otherwise to other channels, or under other names of the classes.
        "network": {**network_of(config_of(checkpoint)), "labels": list(checkpoint.labels)},
    }


def settings_hash(analysis: Analysis) -> str:
    """The first 12 hexadecimal digits of a SHA-256 over the settings; equal for rows that may be compared."""
    text = json.dumps(measurement_settings(analysis), sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:_LENGTH]
