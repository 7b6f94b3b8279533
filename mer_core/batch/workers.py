"""Clips analysed in processes of their own, so that one that takes the process with it costs only itself."""

import signal
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from multiprocessing.connection import Connection
from queue import SimpleQueue

from mer_core.batch.one_clip import Analyst, BatchSettings, Job, Outcome, failed
from mer_core.errors import MerError
from mer_core.processes import worker_context

_STOP_SECONDS = 5.0
_LOST = "the process that analysed it was stopped ({how}), most likely as memory ran out; analyse it alone"


def run_jobs(jobs: Sequence[Job], settings: BatchSettings, num_workers: int) -> Iterator[Outcome]:
    """What became of each clip, as soon as it is known; the same whatever the number of workers.

    Args:
        jobs: the clips.
        settings: how they are analysed.
        num_workers: processes, each with one thread for its networks.

    Raises:
        MerError: the checkpoint cannot be loaded.
    """
    idle: SimpleQueue[_Worker] = SimpleQueue()
    workers: list[_Worker] = []
    with ThreadPoolExecutor(num_workers) as pool:
        waiting: set[Future[Outcome]] = set()
        try:
            for _ in range(num_workers):
                workers.append(_Worker(settings))
            for worker in workers:
                worker.wait_until_ready()
                idle.put(worker)
            waiting = {pool.submit(_ask, idle, job) for job in jobs}
            for finished in as_completed(waiting):
                yield finished.result()
        finally:
            for future in waiting:
                future.cancel()
            for worker in workers:
                worker.stop()


def _ask(idle: "SimpleQueue[_Worker]", job: Job) -> Outcome:
    worker = idle.get()
    try:
        return worker.ask(job)
    finally:
        idle.put(worker)


class _Worker:
    """One process that analyses clips one after the other; it is replaced when it dies."""

    def __init__(self, settings: BatchSettings) -> None:
        self._settings = settings
        self._is_stopped = False
        self._start()

    def wait_until_ready(self) -> None:
        """Return once its checkpoint is loaded.

        Raises:
            MerError: it cannot be loaded.
        """
        try:
            complaint = self._pipe.recv()
        except (EOFError, OSError) as error:
            raise MerError("A process for the batch could not be started; free some memory and try again.") from error
        if complaint:
            raise MerError(complaint)

    def ask(self, job: Job) -> Outcome:
        """What became of a clip; where the process died over it, that it did."""
        try:
            self._pipe.send(job)
            return self._pipe.recv()
        except (EOFError, OSError):
            outcome = failed(job, f"{job.path.name}: {_LOST.format(how=self._how_it_ended())}.")
            if not self._is_stopped:
                self._start()
                self.wait_until_ready()
            return outcome

    def stop(self) -> None:
        """End the process, whatever it is doing."""
        self._is_stopped = True
        self._process.kill()
        self._process.join(_STOP_SECONDS)
        self._pipe.close()

    def _start(self) -> None:
        context = worker_context("mer_core.batch.one_clip")
        self._pipe, theirs = context.Pipe()
        self._process = context.Process(target=_serve, args=(self._settings, theirs), daemon=True)
        self._process.start()
        theirs.close()

    def _how_it_ended(self) -> str:
        self._process.join(_STOP_SECONDS)
        code = self._process.exitcode
        return "for an unknown reason" if code is None else f"signal {-code}" if code < 0 else f"exit code {code}"


def _serve(settings: BatchSettings, pipe: Connection) -> None:
    """Answer clips until the other end is closed, also by the death of the process that asks."""
    import cv2
    import torch

    signal.signal(signal.SIGINT, signal.SIG_IGN)  # ctrl-C goes to all processes; the one that asks decides
    torch.set_num_threads(1)
    cv2.setNumThreads(1)
    try:
        analyst = Analyst(settings)
    except (MerError, OSError) as error:
        pipe.send(str(error))
        return
    pipe.send("")
    while True:
        try:
            pipe.send(analyst.outcome(pipe.recv()))
        except (EOFError, OSError):
            return
