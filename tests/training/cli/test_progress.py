import sys
from collections.abc import Callable

import pytest

from training.cli.progress import FoldLine, duration
from training.loso import Progress
from training.stacked import StackProgress


def _clock(*times: float) -> Callable[[], float]:
    waiting = iter(times)
    return lambda: next(waiting)


def _progress(finished: int) -> Progress:
    return Progress(finished, 68, f"samm__{finished:03d}", 3.42, 0.51234)


def test_a_log_has_a_line_a_fold_with_its_seconds_and_final_loss(capsys: pytest.CaptureFixture[str]) -> None:
    line = FoldLine("variant 1 of 5, full")
    line.on_fold(_progress(1))
    line.on_fold(_progress(2))
    assert capsys.readouterr().err.splitlines() == [
        "variant 1 of 5, full: fold 1 of 68: samm__001, 3.4 s, final loss 0.5123",
        "variant 1 of 5, full: fold 2 of 68: samm__002, 3.4 s, final loss 0.5123",
    ]


def test_a_terminal_has_one_line_that_is_written_over(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    line = FoldLine(now=_clock(0, 30, 60, 4080))
    for finished in (1, 2, 68):
        line.on_fold(_progress(finished))
    printed = capsys.readouterr().err
    assert printed.count("\n") == 1
    assert printed.rstrip("\n").replace("\x1b[K", "").split("\r")[1:] == [
        "fold 1 of 68, 30 s so far, about 33 min 30 s left",
        "fold 2 of 68, 1 min 00 s so far, about 33 min 00 s left",
        "fold 68 of 68, all in 1 h 08 min",
    ]


def test_a_stack_tells_its_epochs_as_its_folds_end_together(capsys: pytest.CaptureFixture[str]) -> None:
    line = FoldLine()
    for epoch in range(1, 41):
        line.on_epoch(StackProgress(68, epoch, 40))
    told = capsys.readouterr().err.splitlines()
    assert told[0] == "68 folds at once: epoch 4 of 40"
    assert (len(told), told[-1]) == (10, "68 folds at once: epoch 40 of 40")


def test_folds_of_an_earlier_process_do_not_make_the_rest_look_quick(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    FoldLine(now=_clock(0, 30)).on_fold(_progress(58))
    assert "about 5 min 00 s left" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0.2, "0 s"),
        (42, "42 s"),
        (59.6, "1 min 00 s"),
        (200, "3 min 20 s"),
        (3599.7, "1 h 00 min"),
        (7500, "2 h 05 min"),
        (100_000, "27 h 47 min"),
    ],
)
def test_times_are_written_in_words(seconds: float, text: str) -> None:
    assert duration(seconds) == text
