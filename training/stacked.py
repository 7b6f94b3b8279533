"""Folds on a graphics processor: as many as fit into its memory are trained in one step each.

The networks of this field are so small that one alone leaves a graphics processor idle. On a processor stacking gains
nothing (see `training.pool`), but runs, so that it can be tested there.
"""

import hashlib
import math
import time
from collections.abc import Callable, Iterator, Sequence
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
from training.stack_folder import StackFolder
from training.stack_state import History, read_history, restore_stack, save_stack
from training.store import FoldOutcome

_ON_A_PROCESSOR = 8  # folds a stack, where memory is no measure
_SHARE_OF_MEMORY = 0.8


@dataclass(frozen=True)
class StackSettings:
    """How folds are stacked; none of it changes a result, except that dropout is drawn for a whole stack.

    Attributes:
        device: where the networks learn.
        folder: where the folders of unfinished stacks are kept.
        num_folds: most folds in a stack; None for as many as fit into the device's memory.
        save_every_s: least seconds between two savings; the first and the last epoch are saved anyway.
    """

    device: torch.device
    folder: Path
    num_folds: int | None = None
    save_every_s: float = 30.0


@dataclass(frozen=True)
class StackProgress:
    """How far a stack is: an epoch, counted from 1, of all `epochs`, that `num_folds` folds have just learnt."""

    num_folds: int
    epoch: int
    epochs: int


OnEpoch = Callable[[StackProgress], None]


def run_stacked(
    data: RunData,
    folds: Sequence[Fold],
    settings: StackSettings,
    on_epoch: OnEpoch = lambda progress: None,
) -> Iterator[FoldOutcome]:
    """The outcomes of the folds, a stack's all at once when it is finished; begun stacks go on where they were.

    Args:
        data: what is run on which samples.
        folds: those to run.
        settings: how they are stacked.
        on_epoch: told each epoch of a stack, as the first folds are finished only at its end.

    Raises:
        MerError: a network diverged, or the file of a begun stack is damaged.
    """
    waiting = {fold.key: fold for fold in folds}
    with ThreadPoolExecutor(num_cores()) as drawers:
        yield from _begun(data, waiting, settings, drawers, on_epoch)
        for stacked in _planned(data, list(waiting.values()), settings, drawers):
            yield from _run_stack(data, stacked, settings, drawers, on_epoch)


def _begun(
    data: RunData, waiting: dict[str, Fold], settings: StackSettings, drawers: ThreadPoolExecutor, on_epoch: OnEpoch
) -> Iterator[FoldOutcome]:
    """The outcomes of the stacks that were begun; their folds no longer wait."""
    for begun in StackFolder.begun(settings.folder):
        keys, history = read_history(begun.state)
        if all(key in waiting for key in keys):
            yield from _run_stack(data, [waiting.pop(key) for key in keys], settings, drawers, on_epoch)
            continue
        if len(history.losses) == data.spec.recipe.epochs:  # killed while its folds were being stored
            left = [(place, waiting.pop(key)) for place, key in enumerate(keys) if key in waiting]
            yield from _outcomes(data, left, history, begun, settings.device)
        begun.clear()  # or another engine has finished some of its folds: the others wait


def _planned(
    data: RunData, folds: Sequence[Fold], settings: StackSettings, drawers: ThreadPoolExecutor
) -> Iterator[list[Fold]]:
    """The folds of each stack: such as take equally many steps."""
    if not folds:
        return
    most = settings.num_folds or _most_that_fit(data, folds, settings.device, drawers)
    for alike in _by_steps(data, folds):
        yield from (alike[first : first + most] for first in range(0, len(alike), most))


def _by_steps(data: RunData, folds: Sequence[Fold]) -> list[list[Fold]]:
    groups: dict[int, list[Fold]] = {}
    for fold in folds:
        groups.setdefault(num_steps(len(fold.train), data.spec.recipe.batch_size), []).append(fold)
    return list(groups.values())


def _most_that_fit(data: RunData, folds: Sequence[Fold], device: torch.device, drawers: ThreadPoolExecutor) -> int:
    """How many folds the device's memory takes, measured by training two of them for an epoch; one if they do not fit.

    Two whose last batches are of unlike size if there are such: these take a step apart, which needs more.
    """
    if device.type != "cuda":
        return _ON_A_PROCESSOR
    most: list[Fold] = max(_by_steps(data, folds), key=len)
    alike = sorted(most, key=lambda fold: len(fold.train))
    trainings = [_training(data, fold) for fold in (alike[0], alike[-1])]
    before = torch.cuda.memory_allocated(device)
    torch.cuda.reset_peak_memory_stats(device)
    try:
        with _own_randomness(device, 0):
            Stack(data.spec, trainings, device, drawers).run_epoch()
    except torch.OutOfMemoryError:
        return 1  # which is said if even that is too much
    per_fold = (torch.cuda.max_memory_allocated(device) - before) / len(trainings)
    torch.cuda.empty_cache()
    free, _ = torch.cuda.mem_get_info(device)
    return max(1, int(_SHARE_OF_MEMORY * free / max(per_fold, 1)))


def _run_stack(
    data: RunData, folds: Sequence[Fold], settings: StackSettings, drawers: ThreadPoolExecutor, on_epoch: OnEpoch
) -> Iterator[FoldOutcome]:
    keys = [fold.key for fold in folds]
    kept = StackFolder.of(keys, settings.folder)
    try:
        with _own_randomness(settings.device, _dropout_seed(data.spec.seed, keys)):
            stack = Stack(data.spec, [_training(data, fold) for fold in folds], settings.device, drawers)
            history = restore_stack(stack, kept.state) if kept.state.is_file() else History.empty(len(folds))
            history = _learn(stack, history, kept, keys, settings.save_every_s, on_epoch)
    except torch.OutOfMemoryError as error:
        raise MerError(
            f"{len(folds)} folds in a stack do not fit into the graphics processor's memory; choose fewer with --stack."
        ) from error
    yield from _outcomes(data, list(enumerate(folds)), history, kept, settings.device)
    kept.clear()


def _learn(
    stack: Stack, history: History, kept: StackFolder, keys: Sequence[str], save_every_s: float, on_epoch: OnEpoch
) -> History:
    """The history after the last epoch; saved on the way, and at the end because scoring can be killed as well."""
    last, saved = stack.spec.recipe.epochs, -math.inf
    for epoch in range(len(history.losses) + 1, last + 1):
        began = time.perf_counter()
        losses = stack.run_epoch()
        if not torch.isfinite(losses).all():
            worst = keys[int(torch.isfinite(losses).logical_not().nonzero()[0])]
            raise MerError(f"Training diverged: the loss of the fold {worst} in epoch {epoch} is not finite.")
        history = history.with_epoch(losses, time.perf_counter() - began)
        if epoch in stack.spec.scored_epochs:
            kept.save_weights(epoch, stack.weights())
        if epoch == last or time.monotonic() - saved >= save_every_s:
            save_stack(stack, history, keys, kept.state)
            saved = time.monotonic()
        on_epoch(StackProgress(len(keys), epoch, last))
    return history


def _training(data: RunData, fold: Fold) -> FoldTraining:
    train = torch.from_numpy(fold.train)
    return FoldTraining(fold.key, fold.seed(data.spec.seed), data.planes[train], data.labels[train])


def _outcomes(
    data: RunData, folds: Sequence[tuple[int, Fold]], history: History, kept: StackFolder, device: torch.device
) -> Iterator[FoldOutcome]:
    """The outcomes of folds at these places of a stack that has learnt all its epochs."""
    scored = data.spec.scored_epochs
    for place, fold in folds:
        (weights,) = kept.weights_of(place, scored[-1:])
        yield FoldOutcome(
            key=fold.key,
            sample_ids=data.names_of(fold),
            logits=score(data, fold, kept.weights_of(place, scored)),
            epochs=scored,
            losses=tuple(history.losses[:, place].tolist()),
            seconds=history.seconds / history.losses.shape[1],
            weights=weights,
            engine=_engine(device),
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
