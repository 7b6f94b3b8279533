"""How far a command is: on a terminal one line that is written over, in a log lines to keep."""

import sys
import time
from collections.abc import Callable

from training.loso import Progress
from training.stacked import StackProgress

_TO_LINE_START, _ERASE_REST = "\r", "\x1b[K"


def show_progress(line: str, is_last: bool, log_line: str | None = None) -> None:
    """Tell on standard error how far a command is.

    Args:
        line: for a terminal, where it takes the place of the one before.
        is_last: whether nothing will take its place.
        log_line: for a log; None writes nothing there.
    """
    if sys.stderr.isatty():
        end = "\n" if is_last else ""
        print(f"{_TO_LINE_START}{line}{_ERASE_REST}", end=end, file=sys.stderr, flush=True)
    elif log_line is not None:
        print(log_line, file=sys.stderr, flush=True)


class FoldLine:
    """Tells of each finished fold: on a terminal how long the rest will take, in a log how the fold went.

    Args:
        title: what is trained, to begin each line with; may be empty.
        now: a clock, s.
    """

    def __init__(self, title: str = "", now: Callable[[], float] = time.monotonic) -> None:
        self._title = f"{title}: " if title else ""
        self._now, self._started = now, now()
        self._before: int | None = None  # folds that an earlier process had finished

    def on_epoch(self, progress: StackProgress) -> None:
        """Print the line of an epoch that a stack of folds has just learnt; a log gets one in ten."""
        line = f"{self._title}{progress.num_folds} folds at once: epoch {progress.epoch} of {progress.epochs}"
        is_told = progress.epoch % max(1, progress.epochs // 10) == 0
        show_progress(line, is_last=False, log_line=line if is_told else None)

    def on_fold(self, progress: Progress) -> None:
        """Print the line of a fold that has just finished."""
        if self._before is None:
            self._before = progress.finished - 1
        done = f"{self._title}fold {progress.finished} of {progress.total}"
        log_line = f"{done}: {progress.latest}, {progress.seconds:.1f} s, final loss {progress.final_loss:.4f}"
        show_progress(f"{done}, {self._times(progress)}", progress.finished == progress.total, log_line)

    def _times(self, progress: Progress) -> str:
        elapsed = self._now() - self._started
        left = progress.total - progress.finished
        if not left:
            return f"all in {duration(elapsed)}"
        each = elapsed / (progress.finished - (self._before or 0))
        return f"{duration(elapsed)} so far, about {duration(each * left)} left"


def duration(seconds: float) -> str:
    """A time in words: "42 s", "3 min 20 s", "2 h 05 min"."""
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60:02d} s"
    minutes = round(seconds / 60)
    return f"{minutes // 60} h {minutes % 60:02d} min"
