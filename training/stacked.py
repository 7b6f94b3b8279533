"""Folds on a graphics processor: as many as fit into its memory are trained in one step each.

The networks of this field are so small that one alone leaves a graphics processor idle. On a processor stacking gains
nothing (see `training.pool`), but runs, so that it can be tested there.
"""

import hashlib
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import torch

from mer_core.cores import num_cores
from mer_core.errors import MerError
from training.fold_job import RunData, score
from training.folds import Fold
from training.stack import FoldTraining, Stack, num_steps
from training.stack_file import FoldCourse, History, keys_of_stack, restore_stack, save_stack, stack_name
from training.store import FoldOutcome

_ON_A_PROCESSOR = 8  # folds a stack, where memory is no measure
_SHARE_OF_MEMORY = 0.8


@dataclass(frozen=True)
class StackSettings:
    """How folds are stacked; none of it changes a result, except that dropout is drawn for a whole stack.

    Attributes:
        device: where the networks learn.
        folder: where unfinished stacks are kept.
        num_folds: most folds in a stack; None for as many as fit into the device's memory.
        save_every_s: least seconds between two savings.
    """

    device: torch.device
    folder: Path
    num_folds: int | None = None
    save_every_s: float = 30.0


def run_stacked(data: RunData, folds: Sequence[Fold], settings: StackSettings) -> Iterator[FoldOutcome]:
    """The outcomes of the folds, a stack's all at once when it is finished; begun stacks go on where they were.

    Args:
        data: what is run on which samples.
        folds: those to run.
        settings: how they are stacked.

    Raises:
        MerError: a network diverged, or the file of a begun stack is damaged.
    """
    with ThreadPoolExecutor(num_cores()) as drawers:
        for stacked in _planned(data, folds, settings, drawers):
            yield from _run_stack(data, stacked, settings, drawers)


def _planned(
    data: RunData, folds: Sequence[Fold], settings: StackSettings, drawers: ThreadPoolExecutor
) -> Iterator[list[Fold]]:
    """The folds of each stack: those of begun stacks first, then the others, together where they take equal steps."""
    waiting = {fold.key: fold for fold in folds}
    for path in sorted(settings.folder.glob("*.safetensors")):
        keys = keys_of_stack(path)
        if all(key in waiting for key in keys):
            yield [waiting.pop(key) for key in keys]
        else:  # killed after some of its folds were stored: what is left of them is quicker begun anew
            path.unlink()
    by_steps: dict[int, list[Fold]] = {}
    for fold in waiting.values():
        by_steps.setdefault(num_steps(len(fold.train), data.spec.recipe.batch_size), []).append(fold)
    most = settings.num_folds or (_most_that_fit(data, folds[0], settings.device, drawers) if waiting else 1)
    for alike in by_steps.values():
        yield from (alike[first : first + most] for first in range(0, len(alike), most))


def _most_that_fit(data: RunData, fold: Fold, device: torch.device, drawers: ThreadPoolExecutor) -> int:
    """How many folds the device's memory takes, measured by training one of them for an epoch."""
    if device.type != "cuda":
        return _ON_A_PROCESSOR
    before = torch.cuda.memory_allocated(device)
    torch.cuda.reset_peak_memory_stats(device)
    with _own_randomness(device, 0):
        Stack(data.spec, [_training(data, fold)], device, drawers).run_epoch()
    per_fold = torch.cuda.max_memory_allocated(device) - before
    torch.cuda.empty_cache()
    free, _ = torch.cuda.mem_get_info(device)
    return max(1, int(_SHARE_OF_MEMORY * free / max(per_fold, 1)))


def _run_stack(
    data: RunData, folds: Sequence[Fold], settings: StackSettings, drawers: ThreadPoolExecutor
) -> Iterator[FoldOutcome]:
    keys = [fold.key for fold in folds]
    path = settings.folder / stack_name(keys)
    started = time.perf_counter()
    with _own_randomness(settings.device, _dropout_seed(data.spec.seed, keys)):
        stack = Stack(data.spec, [_training(data, fold) for fold in folds], settings.device, drawers)
        history = restore_stack(stack, path) if path.is_file() else History.empty(len(folds))
        history = _learn(stack, history, path, keys, settings.save_every_s)
    seconds = (time.perf_counter() - started) / len(folds)
    for place, fold in enumerate(folds):
        yield _outcome(data, fold, history.of_fold(place), seconds, _engine(settings.device))
    path.unlink(missing_ok=True)


def _learn(stack: Stack, history: History, path: Path, keys: Sequence[str], save_every_s: float) -> History:
    """The history after the last epoch; saved on the way, and at the end because scoring can be killed as well."""
    last, saved = stack.spec.recipe.epochs, time.monotonic()
    for epoch in range(len(history.losses) + 1, last + 1):
        losses = stack.run_epoch()
        if not torch.isfinite(losses).all():
            worst = keys[int(torch.isfinite(losses).logical_not().nonzero()[0])]
            raise MerError(f"Training diverged: the loss of the fold {worst} in epoch {epoch} is not finite.")
        weights = stack.weights() if epoch in stack.spec.scored_epochs else None
        history = history.with_epoch(losses, weights)
        if epoch == last or time.monotonic() - saved >= save_every_s:
            save_stack(stack, history, keys, path)
            saved = time.monotonic()
    return history


def _training(data: RunData, fold: Fold) -> FoldTraining:
    train = torch.from_numpy(fold.train)
    return FoldTraining(fold.key, fold.seed(data.spec.seed), data.planes[train], data.labels[train])


def _outcome(data: RunData, fold: Fold, course: FoldCourse, seconds: float, engine: str) -> FoldOutcome:
    return FoldOutcome(
        key=fold.key,
        sample_ids=data.names_of(fold),
        logits=score(data, fold, course.weights),
        epochs=data.spec.scored_epochs,
        losses=course.losses,
        seconds=seconds,
        weights=course.weights[-1],
        engine=engine,
    )


def _engine(device: torch.device) -> str:
    return f"stacked, {torch.cuda.get_device_name(device) if device.type == 'cuda' else 'processor'}"


def _dropout_seed(run_seed: int, keys: Sequence[str]) -> int:
    text = "/".join([str(run_seed), *keys])
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:4], "big")


@contextmanager
def _own_randomness(device: torch.device, seed: int) -> Iterator[None]:
    """Dropout draws from the global state, which is left as it was."""
    with torch.random.fork_rng(devices=[device] if device.type == "cuda" else []):
        torch.manual_seed(seed)
        yield
