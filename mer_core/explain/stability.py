"""Whether the answer depends on where exactly somebody set onset and apex."""

from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

import torch

from mer_core.analysis import Analysis, PreparedClip
from mer_core.cores import num_cores
from mer_core.predictor import Predictor

# Coders of the same clip agree to about 50 ms (10 frames at 200 fps); half of that each way for the onset, which sits
# on a flat part of the curve, and all but it for the apex.
_STEP_MS = 10.0
_ONSET_STEPS, _APEX_STEPS = 2, 4
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
        return sum(marking.label == self.chosen for marking in self.markings)

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
    prepared, settings = analysis.prepared, analysis.motion.settings
    step = _step_frames(prepared)
    grid = list(_grid(analysis, step))
    spec = predictor.checkpoint.input_spec

    def network_input(marking: tuple[int, int]) -> torch.Tensor:
        onset, apex = marking
        interval = replace(analysis.interval, onset=onset, apex=apex, offset=max(apex, analysis.interval.offset))
        return spec.from_motion(predictor.motion(prepared, interval, settings))

    with ThreadPoolExecutor(max_workers=num_cores()) as pool:
        inputs = list(pool.map(network_input, grid))
    labels = _answers(predictor, inputs)
    markings = tuple(Marking(*marking, label) for marking, label in zip(grid, labels, strict=True))
    return Stability(
        analysis.interval.onset, analysis.interval.apex, markings, step, predictor.checkpoint.ensemble is not None
    )


def _step_frames(prepared: PreparedClip) -> int:
    fps = prepared.clip.fps
    return 1 if fps is None else max(1, round(fps * _STEP_MS / 1000))


def _grid(analysis: Analysis, step: int) -> Iterator[tuple[int, int]]:
    without = set(analysis.prepared.track.frames_without)
    frames = range(analysis.clip.num_frames)
    for onset_steps in range(-_ONSET_STEPS, _ONSET_STEPS + 1):
        for apex_steps in range(-_APEX_STEPS, _APEX_STEPS + 1):
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
