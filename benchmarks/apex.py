"""How often the proposed apex is right on clips whose apex is known.

Usage: `python -m benchmarks.apex [SEEDS]`. Writes synthetic clips (SEEDS seeds x 3 emotions, default 20) as mp4, reads
them back, and counts proposals within two frames of the truth.
"""

import json
import sys
import tempfile
from pathlib import Path

import numpy as np

from mer_core.clips import read_clip
from mer_core.labels import LABELS
from mer_core.predictor import prepare_clip
from mer_core.synthetic import write_sample


def main() -> None:
    """Print one line an emotion and the total."""
    seeds = int(sys.argv[1]) if len(sys.argv) > 1 else 20
    errors = []
    for emotion in LABELS:
        of_emotion = [_errors(emotion, seed) for seed in range(seeds)]
        errors += of_emotion
        _print_line(emotion, of_emotion)
    _print_line("all", errors)


def _errors(emotion: str, seed: int) -> tuple[int, int, int]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "sample.mp4"
        truth = json.loads(write_sample(path, emotion, seed).read_text())["interval"]
        proposed = prepare_clip(read_clip(path)).candidates[0]
    return (proposed.onset - truth["onset"], proposed.apex - truth["apex"], proposed.offset - truth["offset"])


def _print_line(name: str, errors: list[tuple[int, int, int]]) -> None:
    onset, apex, offset = np.abs(np.array(errors)).T
    print(
        f"{name:9} apex within 2 frames: {(apex <= 2).sum()} of {len(apex)}; median |error| in frames: "
        f"onset {np.median(onset):.0f}, apex {np.median(apex):.0f}, offset {np.median(offset):.0f}",
        flush=True,
    )


if __name__ == "__main__":
    main()
