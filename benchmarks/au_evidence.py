"""How often the region that moved most belongs to an action unit at work, and whether attribution adds anything.

Usage: `python -m benchmarks.au_evidence [CLIPS]` (200). Synthetic clips of one to three random action units on random
sides, 1 to 2.5 px in a frame 360 px high, with head motion, sensor noise and drifting light; onset and apex are given.
A region is active when an active unit shows there (`mer_core.regions`; the dimpler, AU14, also draws in the cheek).
Attribution and its control, raw strain, each vote for the region with the largest mean per pixel.
"""

import sys
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from mer_core.analysis import Analysis
from mer_core.checkpoints import DEFAULT_CHECKPOINT, load_checkpoint
from mer_core.explain.attribution import Attribution, attribute
from mer_core.explain.au_evidence import RegionEvidence, au_evidence
from mer_core.explain.question import question_about
from mer_core.predictor import Predictor
from mer_core.regions import REGIONS, region_masks
from mer_core.synthetic import ActiveUnit, Scenario, render

_CLIPS = 200
_UNITS = (
    *("AU1", "AU2", "AU4", "AU5", "AU6", "AU7", "AU9", "AU10"),
    *("AU12", "AU14", "AU15", "AU17", "AU20", "AU23", "AU25"),
)
_AMPLITUDE_PX = (1.0, 2.5)
_METHOD = "integrated_gradients"


@dataclass(frozen=True)
class _Outcome:
    """What was found in one clip; each a share, 0 to 1."""

    motion: float
    recall: float
    named: float
    attribution: float
    strain: float


def main() -> None:
    """Print one line a figure."""
    num_clips = int(sys.argv[1]) if len(sys.argv) > 1 else _CLIPS
    predictor = Predictor(load_checkpoint(DEFAULT_CHECKPOINT))
    outcomes = [_outcome(predictor, seed) for seed in range(num_clips)]
    print(f"{num_clips} clips of one to three action units, {predictor.checkpoint.name}")
    for name, what in (
        ("motion", "the region that moved most is active (at least 90 %)"),
        ("named", "its sentence names an active unit"),
        ("recall", "share of the k active regions among the k that moved most"),
        ("attribution", f"the region of most attribution ({_METHOD}) is active"),
        ("strain", "control: the region of most strain is active"),
    ):
        print(f"{np.mean([getattr(outcome, name) for outcome in outcomes]):7.1%}  {what}")


def _outcome(predictor: Predictor, seed: int) -> _Outcome:
    units = _drawn(np.random.default_rng(seed))
    scenario = Scenario("positive", units, onset=12, apex=20, offset=30, num_frames=34, seed=seed)
    analysis = predictor.analyze(render(scenario).clip, onset=12, apex=20, offset=30)
    evidence, active = au_evidence(analysis), _active_regions(units)
    return _Outcome(
        motion=evidence[0].region.name in active,
        recall=_recall(evidence, active),
        named=bool({unit.name for unit in units} & set(evidence[0].units)),
        attribution=_strongest(analysis, _importance(analysis)) in active,
        strain=_strongest(analysis, analysis.motion.strain) in active,
    )


def _drawn(chance: np.random.Generator) -> tuple[ActiveUnit, ...]:
    names = chance.choice(_UNITS, size=chance.integers(1, 4), replace=False)
    return tuple(
        ActiveUnit(str(name), str(chance.choice(["L", "R", "B"])), float(chance.uniform(*_AMPLITUDE_PX)))
        for name in names
    )


def _active_regions(units: tuple[ActiveUnit, ...]) -> set[str]:
    active = set()
    for unit in units:
        for region in REGIONS:
            shows = unit.name in region.action_units or (unit.name == "AU14" and region.name.startswith("cheek"))
            if shows and (unit.side == "B" or region.side in ("", unit.side)):
                active.add(region.name)
    return active


def _recall(evidence: tuple[RegionEvidence, ...], active: set[str]) -> float:
    top = {one.region.name for one in evidence[: len(active)]}
    return len(top & active) / len(active)


def _importance(analysis: Analysis) -> np.ndarray:
    found = attribute(question_about(analysis), _METHOD)
    assert isinstance(found, Attribution), found.reason
    return found.importance


def _strongest(analysis: Analysis, values: np.ndarray) -> str:
    """The region with the largest mean of values (S, S) a pixel."""
    size = values.shape[0]
    masks: Mapping[str, np.ndarray] = region_masks(analysis.landmarks * (size / analysis.motion.crop_px), size)
    return max(masks, key=lambda name: float(values[masks[name]].mean()) if masks[name].any() else -np.inf)


if __name__ == "__main__":
    main()
