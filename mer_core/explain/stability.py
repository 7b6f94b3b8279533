"""Whether the answer depends on where exactly somebody set onset and apex."""

from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Any

import torch

from mer_core.analysis import Analysis, PreparedClip
from mer_core.cores import num_cores
from mer_core.crop import CropGeometry
from mer_core.motion import MotionSettings
from mer_core.predictor import Predictor

# Coders of the same clip agree to about 50 ms (10 frames at 200 fps); half of that each way for the onset, which sits
# on a flat part of the curve, and all but it for the apex.
_STEP_MS = 10.0
ONSET_STEPS, APEX_STEPS = 2, 4
# Maps asked together: more of them leave the processor's cache (45 at once took five times as long as 5 times 9).
_TOGETHER = 9


@dataclass(frozen=True)
class Marking:
    """One nearby marking and what the network called it."""

    onset: int
    apex: int
    label: str


@dataclass(frozen=True)
class Stability:
    """The answers at nearby markings.

    Attributes:
        onset: frame of the marking in use.
        apex: as above.
        markings: all markings of the grid, the one in use among them; those beyond the clip, out of order or without a
            face are left out.
        step_frames: distance of neighbours on the grid, frames.
        is_single: whether one network was asked for an ensemble of them, which would take too long.
    """

    onset: int
    apex: int
    markings: tuple[Marking, ...]
    step_frames: int
    is_single: bool

    @property
    def chosen(self) -> str:
        """What the same network calls the marking in use."""
        here = (self.onset, self.apex)
        return next(marking.label for marking in self.markings if (marking.onset, marking.apex) == here)

    @property
    def num_same(self) -> int:
        """Markings with the same answer as the one in use, itself counted."""
        return self.num_of(self.chosen)

    def num_of(self, label: str) -> int:
        """Markings that got this answer."""
        return sum(marking.label == label for marking in self.markings)

    @property
    def others(self) -> dict[str, int]:
        """The other answers and how often each was given, the most frequent first."""
        given = Counter(marking.label for marking in self.markings if marking.label != self.chosen)
        return dict(given.most_common())

    def sentence(self) -> str:
        """What a reader makes of it, e.g. "Same answer (negative) in 41 of 45 nearby markings, surprise in 4."."""
        said = f"Same answer ({self.chosen}) in {self.num_same} of {len(self.markings)} nearby markings"
        counts = [said, *(f"{label} in {count}" for label, count in self.others.items())]
        who = "; asked was the one network trained on everybody" if self.is_single else ""
        return f"{', '.join(counts)}{who}."


def stability(predictor: Predictor, analysis: Analysis) -> Stability:
    """Ask the checkpoint's own network at up to 45 markings around the one in use, motion measured in the same way.

    Args:
        predictor: of the checkpoint that the analysis was made with.
        analysis: the marking in use.
    """
    return stabilities([predictor], analysis, analysis.motion.settings.method)[0]


def stabilities(predictors: Sequence[Predictor], analysis: Analysis, method: str) -> tuple[Stability, ...]:
    """The same for several checkpoints, each asked with motion as its network takes it, but by this flow method.

    Args:
        predictors: of the checkpoints; motion is measured once for all that take it alike.
        analysis: the marking in use, and whether head motion is subtracted.
        method: one of `mer_core.flow.FLOW_METHODS`.
    """
    step = step_frames(analysis.prepared)
    grid = list(_grid(analysis, step))
    alike: dict[Any, list[Predictor]] = {}
    for predictor in predictors:
        alike.setdefault(_taken(predictor, analysis, method), []).append(predictor)
    inputs = {}
    for taken, group in alike.items():
        inputs.update(_inputs(group, analysis, grid, taken[0]))
    interval = analysis.interval
    found = []
    for predictor in predictors:
        labels = _answers(predictor, inputs[predictor])
        markings = tuple(Marking(*marking, label) for marking, label in zip(grid, labels, strict=True))
        is_single = predictor.checkpoint.ensemble is not None
        found.append(Stability(interval.onset, interval.apex, markings, step, is_single))
    return tuple(found)


def _taken(predictor: Predictor, analysis: Analysis, method: str) -> tuple[MotionSettings, CropGeometry, int | None]:
    """How a checkpoint's network takes motion: all that decides what is measured."""
    spec = predictor.checkpoint.input_spec
    return predictor.settings(method, analysis.motion.settings.remove_head_motion), spec.geometry, spec.crop_px


def _inputs(
    alike: Sequence[Predictor], analysis: Analysis, grid: Sequence[tuple[int, int]], settings: MotionSettings
) -> dict[Predictor, list[torch.Tensor]]:
    """What each of the networks, which take motion alike, receives at each marking."""

    def received(marking: tuple[int, int]) -> list[torch.Tensor]:
        onset, apex = marking
        interval = replace(analysis.interval, onset=onset, apex=apex, offset=max(apex, analysis.interval.offset))
        motion = alike[0].motion(analysis.prepared, interval, settings)
        return [predictor.checkpoint.input_spec.from_motion(motion) for predictor in alike]

    with ThreadPoolExecutor(max_workers=num_cores()) as pool:
        columns = zip(*pool.map(received, grid), strict=True)
        return {predictor: list(inputs) for predictor, inputs in zip(alike, columns, strict=True)}


def step_frames(prepared: PreparedClip) -> int:
    """Frames between one marking and the next: 10 ms, but at least one frame."""
    fps = prepared.clip.fps
    return 1 if fps is None else max(1, round(fps * _STEP_MS / 1000))


def _grid(analysis: Analysis, step: int) -> Iterator[tuple[int, int]]:
    without = set(analysis.prepared.track.frames_without)
    frames = range(analysis.clip.num_frames)
    for onset_steps in range(-ONSET_STEPS, ONSET_STEPS + 1):
        for apex_steps in range(-APEX_STEPS, APEX_STEPS + 1):
            onset, apex = analysis.interval.onset + step * onset_steps, analysis.interval.apex + step * apex_steps
            if onset < apex and {onset, apex} <= set(frames) and not {onset, apex} & without:
                yield onset, apex


@torch.inference_mode()
def _answers(predictor: Predictor, inputs: list[torch.Tensor]) -> list[str]:
    network, labels = predictor.checkpoint.model, predictor.checkpoint.labels
    indices: list[int] = []
    for first in range(0, len(inputs), _TOGETHER):
        indices += network(torch.stack(inputs[first : first + _TOGETHER])).argmax(dim=1).tolist()
    return [labels[index] for index in indices]
