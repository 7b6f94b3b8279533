"""How long an analysis takes, step by step.

Usage: `python -m benchmarks.analyze`. Prints medians of repeated runs on this machine; one onset-apex pair is timed on
one core, and every method beside the field's standard, TV-L1, as a ratio from the same run.
"""

import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import cv2
import torch

from mer_core.checkpoints import DEFAULT_CHECKPOINT, load_checkpoint
from mer_core.clips import read_clip
from mer_core.crop import crop_around
from mer_core.explain.stability import stability
from mer_core.flow import FLOW_METHODS
from mer_core.motion import MotionSettings, measure_motion
from mer_core.predictor import Predictor, prepare_clip
from mer_core.regions import face_mask
from mer_core.synthetic import emotion_scenario, render_frame, true_landmarks, write_sample

_RUNS = 7


def main() -> None:
    """Print the table."""
    predictor = Predictor(load_checkpoint(DEFAULT_CHECKPOINT))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "sample.mp4"
        write_sample(path, "positive", 3)
        _line("72 frames of 640x360, bytes to prediction", _median(lambda: predictor.analyze(read_clip(path))), 1000)
        clip = read_clip(path)
    _line("  of which face and curve", _median(lambda: prepare_clip(clip)))
    prepared = prepare_clip(clip)
    apex = prepared.candidates[0].apex
    _line("again after moving the apex", _median(lambda: predictor.analyze(prepared, apex=apex - 2)), 150)
    analysis = predictor.analyze(prepared)
    _line("the answer at 45 nearby markings", _median(lambda: stability(predictor, analysis)), 500)
    _print_pairs(predictor)
    _line("import of mer_core.predictor beyond torch", 1000 * _import_seconds(), 500)


def _print_pairs(predictor: Predictor) -> None:
    """One onset-apex pair from crop to class, on one core."""
    cv2.setNumThreads(1)
    torch.set_num_threads(1)
    for side, limit in ((112, 15), (200, 35)):
        spent = {method: _median(_pair(predictor, side, method)) for method in FLOW_METHODS}
        for method, milliseconds in spent.items():
            ratio = f"{spent['tvl1'] / milliseconds:.1f}x as fast as tvl1" if method != "tvl1" else ""
            _line(f"one pair at {side} px, {method}", milliseconds, limit if method == "dis" else None, ratio)


def _pair(predictor: Predictor, side: int, method: str) -> Callable[[], object]:
    scenario = emotion_scenario("positive", 3)
    landmarks = true_landmarks(scenario, scenario.onset)
    crop = crop_around(landmarks).resized(side)
    onset, apex = (crop.apply(render_frame(scenario, t)) for t in (scenario.onset, scenario.apex))
    face = face_mask(crop.to_crop(landmarks), side)
    spec, model = predictor.checkpoint.input_spec, predictor.checkpoint.model

    def run() -> object:
        motion = measure_motion(onset, apex, face, MotionSettings(method))
        with torch.inference_mode():
            return model(spec.from_motion(motion)[None]).softmax(1)

    return run


def _median(run: Callable[[], object]) -> float:
    """Median milliseconds of several runs after one that warms up."""
    run()
    spent = []
    for _ in range(_RUNS):
        started = time.perf_counter()
        run()
        spent.append((time.perf_counter() - started) * 1000)
    return statistics.median(spent)


def _import_seconds() -> float:
    code = "import time, torch; t = time.perf_counter(); import mer_core.predictor; print(time.perf_counter() - t)"
    return statistics.median(
        float(subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout)
        for _ in range(5)
    )


def _line(what: str, milliseconds: float, limit: float | None = None, note: str = "") -> None:
    bound = "" if limit is None else f" (at most {limit:.0f}: {'yes' if milliseconds <= limit else 'NO'})"
    print(f"{what:48} {milliseconds:8.1f} ms{bound} {note}", flush=True)


if __name__ == "__main__":
    main()
