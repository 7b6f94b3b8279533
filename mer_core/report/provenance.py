"""What would be needed to make a report again: settings, files, versions, and what took how long."""

import platform
from collections.abc import Mapping
from typing import Any

import numpy as np
import torch

from mer_core import __version__
from mer_core.analysis import Analysis
from mer_core.flow import flow_version
from mer_core.report.contents import Fact, Record
from mer_core.settings_hash import measurement_settings, settings_hash

_SETTINGS = {
    "flow_method": "Optical flow",
    "flow_version": "Flow computed with",
    "strain_mode": "Strain",
    "remove_head_motion": "Head motion removed",
}
_STEPS = {
    "face": "Finding the face",
    "curve": "Motion of every frame",
    "flow": "Optical flow",
    "strain": "Strain",
    "network": "Network",
    "total": "Analysis in all",
}
_NOT_SAVED = "none; these weights were never saved"


def record(analysis: Analysis, made_in_ms: Mapping[str, float]) -> Record:
    """The record of an analysis.

    Args:
        analysis: what was found.
        made_in_ms: what the parts of the report took, by name.
    """
    timings = {_STEPS.get(name, name): spent for name, spent in analysis.timings_ms.items()}
    return Record(
        settings=_settings(analysis),
        files=(
            Fact("Clip, SHA-256", analysis.clip.sha256),
            Fact("Checkpoint", analysis.checkpoint.name),
            Fact("Checkpoint, SHA-256", analysis.checkpoint.sha256 or _NOT_SAVED),
        ),
        versions=(
            Fact("MER Studio", __version__),
            Fact("Python", platform.python_version()),
            Fact("PyTorch", torch.__version__),
            Fact("OpenCV", flow_version().removeprefix("opencv ")),
            Fact("NumPy", np.__version__),
        ),
        timings=tuple(Fact(name, _seconds(spent)) for name, spent in {**timings, **made_in_ms}.items()),
    )


def _settings(analysis: Analysis) -> tuple[Fact, ...]:
    settings = measurement_settings(analysis)
    crop, noise = settings["crop"], settings["noise"]
    resized = "native size" if crop["resized_to_px"] is None else f"resized to {crop['resized_to_px']} px"
    return (
        Fact("Settings hash", f"{settings_hash(analysis)} (equal for analyses that may be compared)"),
        *(Fact(title, _worded(settings[name])) for name, title in _SETTINGS.items()),
        Fact("Crop", f"{crop['side_in_eye_distances']:g} eye distances, eyes at {crop['eye_line']:.0%}, {resized}"),
        Fact("Counts as movement", f"from {noise['times_noise']:g} x noise and {noise['smallest_px']:g} px"),
    )


def _worded(value: Any) -> str:
    return {True: "yes", False: "no"}[value] if isinstance(value, bool) else str(value)


def _seconds(milliseconds: float) -> str:
    return f"{milliseconds / 1000:.2f} s"
