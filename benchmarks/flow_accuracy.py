"""How well each flow method finds a known movement of the face: ``python -m benchmarks.flow_accuracy``.

Synthetic clips with exact flow (`mer_core.synthetic`), onset to apex, without head motion, with sensor noise of 1
grey level. Cropped by the true landmarks, so the table is about the flow alone. Per crop side and size of the
movement (largest displacement, px of the crop):

- error moving, error rest: mean end-point error over skin that truly moves by at least a quarter of the largest
  displacement, and over the rest of the crop, px of the crop;
- found: share of the true movement that is recovered (1 is all);
- ms: per pair, one thread; ratio to DIS within this run, the only part that carries over to other machines.

With ``--coded`` the frames pass through the video file that `write_sample` writes.
"""

import argparse
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import av
import cv2
import numpy as np

from mer_core.crop import CropTransform, crop_around
from mer_core.flow import FLOW_METHODS, compute_flow, flow_version
from mer_core.labels import LABELS
from mer_core.synthetic import SAMPLE_CRF, Scenario, emotion_scenario, render, render_frame, rest_landmarks, true_flow
from mer_core.video_writer import write_video

CROPS = (112, 200)
AMPLITUDES = (0.5, 1.0, 2.0)
SEEDS = (0, 1)


@dataclass(frozen=True)
class Pair:
    """Onset and apex crops, uint8 grey (S, S), and the exact flow between them, float32 (S, S, 2), px of the crop."""

    onset: np.ndarray
    apex: np.ndarray
    truth: np.ndarray


@dataclass(frozen=True)
class Score:
    """Mean end-point errors in px, the share of the movement found, and milliseconds."""

    error_moving: float
    error_rest: float
    found: float
    ms: float


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description="End-point error of each flow method on faces with known movement.")
    parser.add_argument("--coded", action="store_true", help="send the frames through the sample's video codec first")
    coded = parser.parse_args().coded
    cv2.setNumThreads(1)
    print(f"{flow_version()}, {len(LABELS) * len(SEEDS)} pairs per row{', through H.264' if coded else ''}")
    print(
        f"{'crop':>4} {'px':>4}  {'method':<10} {'error moving':>12} {'rest':>6} {'found':>6} {'ms':>7} {'ms/DIS':>7}"
    )
    for side in CROPS:
        for amplitude in AMPLITUDES:
            pairs = list(_pairs(side, amplitude, coded))
            scores = {method: _mean([_score(pair, method) for pair in pairs]) for method in FLOW_METHODS}
            for method, score in scores.items():
                print(
                    f"{side:>4} {amplitude:>4}  {method:<10} {score.error_moving:>12.3f} {score.error_rest:>6.3f} "
                    f"{score.found:>6.2f} {score.ms:>7.1f} {score.ms / scores['dis'].ms:>7.1f}"
                )


def _pairs(side: int, amplitude: float, coded: bool) -> Iterator[Pair]:
    for emotion in LABELS:
        for seed in SEEDS:
            scenario = emotion_scenario(emotion, seed, head_motion_px=0.0)
            crop = crop_around(rest_landmarks(scenario.size)).resized(side)
            largest = np.linalg.norm(_cropped_flow(scenario, crop), axis=2).max()
            yield _pair(scenario.amplified(amplitude / float(largest)), crop, coded)


def _pair(scenario: Scenario, crop: CropTransform, coded: bool) -> Pair:
    seen = _coded_frame if coded else render_frame
    onset, apex = (
        cv2.cvtColor(crop.apply(seen(scenario, index)), cv2.COLOR_RGB2GRAY) for index in (scenario.onset, scenario.apex)
    )
    return Pair(onset, apex, _cropped_flow(scenario, crop))


def _cropped_flow(scenario: Scenario, crop: CropTransform) -> np.ndarray:
    """The exact flow at the crop's pixels, turned and scaled into px of the crop."""
    y, x = np.mgrid[0 : crop.size, 0 : crop.size]
    at = crop.to_frame(np.column_stack([x.ravel(), y.ravel()])).astype(np.float32).reshape(crop.size, crop.size, 2)
    flow = cv2.remap(true_flow(scenario, scenario.onset, scenario.apex), at[..., 0], at[..., 1], cv2.INTER_LINEAR)
    return (flow @ crop.matrix[:, :2].T).astype(np.float32)


def _coded_frame(scenario: Scenario, index: int) -> np.ndarray:
    return _through_codec(scenario)[index]


@lru_cache(maxsize=1)
def _through_codec(scenario: Scenario) -> np.ndarray:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "clip.mp4"
        write_video(path, render(scenario).clip.frames, scenario.fps, crf=SAMPLE_CRF)
        with av.open(str(path)) as video:
            return np.stack([frame.to_ndarray(format="rgb24") for frame in video.decode(video=0)])


def _score(pair: Pair, method: str) -> Score:
    start = time.perf_counter()
    flow = compute_flow(pair.onset, pair.apex, method)
    ms = (time.perf_counter() - start) * 1000
    error, size = np.linalg.norm(flow - pair.truth, axis=2), np.linalg.norm(pair.truth, axis=2)
    moving = size > size.max() / 4
    found = float((flow[moving] * pair.truth[moving]).sum() / (pair.truth[moving] ** 2).sum())
    return Score(float(error[moving].mean()), float(error[~moving].mean()), found, ms)


def _mean(scores: list[Score]) -> Score:
    values = np.array([(s.error_moving, s.error_rest, s.found, s.ms) for s in scores]).mean(axis=0)
    return Score(*values.tolist())


if __name__ == "__main__":
    main()
