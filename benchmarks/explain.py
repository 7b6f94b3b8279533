"""What the attribution methods cost on every network, and whether their pictures hold.

Usage: `python -m benchmarks.explain times [NETWORK ...]` prints milliseconds a method, or why it cannot be;
`python -m benchmarks.explain checks PATH_TO_MEGC2019_MAPS [--maps N] [--only CHECKPOINT ...]` prints, over N
maps, what does not add up and how alike the pictures of a network that learnt nothing are;
`python -m benchmarks.explain threads [--times N]` asks N times from four threads about one network.
"""

import argparse
import gc
import resource
import statistics
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import numpy as np
import torch
from torch import nn

from mer_core.checkpoints import Checkpoint, list_checkpoints, load_checkpoint
from mer_core.explain.attribution import Attribution, NotPossible, attribute
from mer_core.explain.baselines import no_motion_of_clip, no_motion_of_map
from mer_core.explain.methods import METHODS
from mer_core.explain.places import masks_at
from mer_core.explain.question import Question
from mer_core.explain.sanity import SAME_PICTURE_FROM, randomisation
from mer_core.inputs import InputSpec
from mer_core.models import build_model, list_models, model_info
from mer_core.predictor import Predictor
from mer_core.synthetic import emotion_scenario, render
from training.datasets.megc2019 import read_megc2019

_RUNS = 3
_THREADS, _QUARTERS = 4, 4


def main() -> None:
    """Print the tables that were asked for."""
    parser = argparse.ArgumentParser(description="Attribution methods: cost and checks.")
    tables = parser.add_subparsers(dest="table", required=True)
    times = tables.add_parser("times")
    times.add_argument("names", nargs="*", default=list_models())
    checks = tables.add_parser("checks")
    checks.add_argument("path", type=Path)
    checks.add_argument("--maps", type=int, default=50)
    checks.add_argument("--only", nargs="+", default=list_checkpoints(), metavar="CHECKPOINT")
    threads = tables.add_parser("threads")
    threads.add_argument("--times", type=int, default=1000)
    asked = parser.parse_args()
    if asked.table == "times":
        _print_times(asked.names)
    elif asked.table == "checks":
        _print_checks(asked.path, asked.maps, asked.only)
    else:
        _print_threads(asked.times)


def _print_times(names: list[str]) -> None:
    print(f"median of {_RUNS} runs after one to warm up, ms, on {torch.get_num_threads()} threads")
    print(f"{'':16}" + "".join(f"{method.name[:15]:>17}" for method in METHODS))
    reasons = {}
    for name in names:
        question = _synthetic_question(name)
        row = ""
        for method in METHODS:
            spent = []
            for _ in range(_RUNS + 1):
                made = attribute(question, method.name)
                spent.append(made.milliseconds if isinstance(made, Attribution) else None)
            if isinstance(made, NotPossible):
                reasons[name, method.name] = made.reason
            row += f"{'-' if None in spent else f'{statistics.median(spent[1:]):.0f}':>17}"
        print(f"{name:16}{row}", flush=True)
    for (name, method_name), reason in reasons.items():
        print(f"- {name}, {method_name}: {reason}")


def _synthetic_question(name: str) -> Question:
    """About a synthetic clip: a checkpoint's network where there is one, else one with random weights."""
    network, spec = _network(name)
    clip = render(emotion_scenario("positive", 1)).clip
    analysis = Predictor(Checkpoint(name, network, name, spec)).analyze(clip)
    masks = masks_at(analysis.landmarks, analysis.crop.size, spec.size)
    baseline = no_motion_of_clip(analysis.motion, spec)
    return Question(network, torch.from_numpy(analysis.network_input), 1, spec.channels, baseline, masks)


def _network(name: str) -> tuple[nn.Module, InputSpec]:
    if name in list_checkpoints():
        checkpoint = load_checkpoint(name, network_only=True)
        return checkpoint.model, checkpoint.input_spec
    info = model_info(name)
    torch.manual_seed(0)
    spec = InputSpec(size=info.input_shape[1], channels=info.channels, value_range=(-1.0, 1.0))
    return build_model(name).eval(), spec


def _print_checks(path: Path, num_maps: int, names: list[str]) -> None:
    data = read_megc2019(path)
    chosen = np.linspace(0, len(data.maps) - 1, num_maps).round().astype(int)
    masks = _stand_in_masks()
    print(
        f"{num_maps} maps, target: the network's own answer; what does not add up, as a share of the logit difference"
    )
    for name in names:
        checkpoint = load_checkpoint(name, network_only=True)
        questions = [_map_question(checkpoint, data.maps[index], masks) for index in chosen]
        print(f"\n{name:21}{'off, median':>12}{'90 %':>8}{'worst':>8}{'random weights, median':>24}")
        for method in METHODS:
            _print_check(method.name, questions)


def _print_check(method: str, questions: list[Question]) -> None:
    made = [attribute(question, method) for question in questions]
    pictures = [one for one in made if isinstance(one, Attribution)]
    if len(pictures) < len(questions):
        print(f"{method:21}{'not possible':>12}")
        return
    errors = [picture.completeness.error for picture in pictures if picture.completeness is not None]
    off = "".join(f"{value:>{width}.2%}" for value, width in zip(_summary(errors), (12, 8, 8), strict=True))
    alike = [
        checked.correlation
        for question, picture in zip(questions, pictures, strict=True)
        if not isinstance(checked := randomisation(question, picture), NotPossible) and checked.correlation is not None
    ]
    middle = statistics.median(alike) if alike else float("nan")
    verdict = "" if middle < SAME_PICTURE_FROM else "  FAILS"
    empty = sum(not picture.values.any() for picture in pictures)
    print(
        f"{method:21}{off if errors else '':28}{middle:>24.2f}{verdict}{f'  {empty} empty' if empty else ''}",
        flush=True,
    )


def _summary(errors: list[float]) -> tuple[float, ...]:
    return tuple(np.quantile(errors, (0.5, 0.9, 1.0))) if errors else (0.0, 0.0, 0.0)


def _map_question(checkpoint: Checkpoint, one: np.ndarray, masks: Callable[[int], dict[str, np.ndarray]]) -> Question:
    spec = checkpoint.input_spec
    network_input = spec.from_map(one)
    with torch.inference_mode():
        target = int(checkpoint.model(network_input[None]).argmax())
    baseline = no_motion_of_map(network_input, spec)
    return Question(checkpoint.model, network_input, target, spec.channels, baseline, masks(spec.size))


def _stand_in_masks() -> Callable[[int], dict[str, np.ndarray]]:
    """Regions of the synthetic face, by input size: the maps come without a face, but all are cropped alike."""
    analysis = Predictor(load_checkpoint("ststnet")).analyze(render(emotion_scenario("positive", 1)).clip)
    return partial(masks_at, analysis.landmarks, analysis.crop.size)


def _print_threads(times: int) -> None:
    question = _synthetic_question("mini_aorcnn")
    methods = ("saliency", "deep_lift", "guided_backprop", "layer_grad_cam")
    alone = {method: attribute(question, method) for method in methods}
    torch.set_num_threads(1)
    same, memory, started = 0, [_megabytes()], time.perf_counter()
    with ThreadPoolExecutor(_THREADS) as pool:
        for _ in range(_QUARTERS):
            asked = [methods[index % len(methods)] for index in range(times // _QUARTERS)]
            same += sum(pool.map(lambda method: _same(alone[method], attribute(question, method)), asked))
            gc.collect()
            memory.append(_megabytes())
    seconds = time.perf_counter() - started
    hooks = sum(len(module._forward_hooks) + len(module._backward_hooks) for module in question.network.modules())
    print(f"{times} attributions from {_THREADS} threads in {seconds:.1f} s: {same} as alone, {hooks} hooks left")
    print("memory before and after each quarter, MB: " + ", ".join(f"{value:.0f}" for value in memory))


def _same(one: Attribution | NotPossible, other: Attribution | NotPossible) -> bool:
    return (
        isinstance(one, Attribution)
        and isinstance(other, Attribution)
        and bool(np.allclose(one.values, other.values, rtol=1e-4, atol=1e-6))
    )


def _megabytes() -> float:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize() / 2**20


if __name__ == "__main__":
    main()
