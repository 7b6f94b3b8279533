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
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from multiprocessing.connection import wait

import torch

from mer_core.processes import worker_context
from training.fold_job import RunData, run_fold
from training.folds import Fold
from training.store import FoldOutcome

_M_TRIM_THRESHOLD, _M_MMAP_THRESHOLD = -1, -3  # of <malloc.h>; the latter is at most 32 MiB

_data: RunData


def run_in_pool(data: RunData, folds: Sequence[Fold], num_workers: int) -> Iterator[FoldOutcome]:
    """The outcomes of the folds, each as soon as it is finished; the same whatever the number of workers.

    Args:
        data: what is run on which samples.
        folds: those to run.
        num_workers: processes.
    """
    context = worker_context("training.pool_imports")
    with ProcessPoolExecutor(num_workers, context, initializer=_begin_worker, initargs=(data,)) as pool:
        waiting: list[Future[FoldOutcome]] = [pool.submit(_work, fold) for fold in folds]
        try:
            for finished in as_completed(waiting):
                yield finished.result()
        finally:  # on an error or ctrl-C only the folds in flight are finished
            for future in waiting:
                future.cancel()


def _begin_worker(data: RunData) -> None:
    global _data
    _data = data
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


def _work(fold: Fold) -> FoldOutcome:
    return run_fold(_data, fold)
