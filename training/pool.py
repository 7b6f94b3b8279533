"""Folds on a processor: one single-threaded process a core.

Stacking folds gains nothing on a processor, and threads within one small network mostly wait for each other; two
single-threaded processes do not slow one another.
"""

import ctypes
import multiprocessing
import os
import sys
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor
from concurrent.futures import wait as wait_for
from concurrent.futures.process import BrokenProcessPool
from dataclasses import replace
from itertools import islice
from multiprocessing.connection import wait
from pathlib import Path

import torch
from safetensors.torch import load, save

from mer_core.errors import MerError
from mer_core.processes import worker_context
from training.fold_job import RunData, run_fold
from training.folds import Fold
from training.store import FoldOutcome

_M_TRIM_THRESHOLD, _M_MMAP_THRESHOLD = -1, -3  # of <malloc.h>; the latter is at most 32 MiB

_Finished = tuple[FoldOutcome, bytes]

_data: RunData
_scratch: Path


def run_in_pool(data: RunData, folds: Sequence[Fold], num_workers: int, scratch: Path) -> Iterator[FoldOutcome]:
    """The outcomes of the folds, each as soon as it is finished; the same whatever the number of workers.

    Args:
        data: what is run on which samples.
        folds: those to run.
        num_workers: processes.
        scratch: folder on a disk with room for what a fold must keep until it is scored.

    Raises:
        MerError: a fold failed, after the others in flight were yielded, or a worker was ended from outside.
    """
    context = worker_context("training.pool_imports")
    with ProcessPoolExecutor(num_workers, context, initializer=_begin_worker, initargs=(data, scratch)) as pool:
        try:
            yield from _as_finished(pool, iter(folds), num_workers)
        except BrokenProcessPool as error:
            raise MerError(
                "A worker was ended from outside, probably for lack of memory; give fewer --workers, and resume."
            ) from error


def _as_finished(pool: ProcessPoolExecutor, folds: Iterator[Fold], num_workers: int) -> Iterator[FoldOutcome]:
    """Never more folds are handed out than are trained at once: after an error or ctrl-C no other is begun."""
    in_flight: set[Future[_Finished]] = {pool.submit(_work, fold) for fold in islice(folds, num_workers)}
    failure: MerError | None = None
    while in_flight:
        done, in_flight = wait_for(in_flight, return_when=FIRST_COMPLETED)
        for future in done:
            try:
                outcome, weights = future.result()
            except MerError as error:
                failure = failure or error
                continue
            yield replace(outcome, weights=load(weights))
        if failure is None:
            in_flight |= {pool.submit(_work, fold) for fold in islice(folds, num_workers - len(in_flight))}
    if failure is not None:
        raise failure


def _begin_worker(data: RunData, scratch: Path) -> None:
    global _data, _scratch
    _data, _scratch = data, scratch
    torch.set_num_threads(1)
    _keep_freed_memory()
    threading.Thread(target=_leave_with_parent, daemon=True).start()


def _keep_freed_memory() -> None:
    """Lets the worker reuse the memory of one training step in the next.

    GNU's C library hands large blocks back to the system and asks for them again, every step; without that STSTNet
    trains 1.5 times as fast. Elsewhere nothing is changed.
    """
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None) if sys.platform == "linux" else None
    if mallopt is not None:
        mallopt(_M_MMAP_THRESHOLD, 32 * 2**20)
        mallopt(_M_TRIM_THRESHOLD, 2**31 - 1)


def _leave_with_parent() -> None:
    """Ends the worker when its parent is killed; it would wait for work forever otherwise."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        wait([parent.sentinel])
        os._exit(1)


def _work(fold: Fold) -> _Finished:
    """A fold's outcome, its weights apart as bytes: torch would hand every tensor over by an open file."""
    try:
        outcome = run_fold(_data, fold, _scratch)
    except MerError as error:
        raise MerError(f"The fold {fold.key}: {error}") from error
    return replace(outcome, weights={}), save(outcome.weights)
