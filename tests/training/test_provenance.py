import re
from collections.abc import Iterator

import numpy as np
import pytest

from training import provenance as module
from training.provenance import commit, hardware, provenance
from training.store import FoldOutcome


@pytest.fixture(autouse=True)
def read_anew() -> Iterator[None]:
    commit.cache_clear()
    yield
    commit.cache_clear()


def _outcome(seconds: float, engine: str, commit: str = "", date: str = "", hardware: str = "") -> FoldOutcome:
    logits, origin = np.zeros((1, 1, 3)), (engine, commit, date, hardware)
    return FoldOutcome("casme2__sub01", ("a",), logits, (1,), (0.5,), seconds, {}, *origin)


def test_the_time_of_all_folds_is_added_up_and_each_engine_named_once() -> None:
    values = provenance([_outcome(1800, "pool"), _outcome(3600, "stacked, X"), _outcome(1800, "")])
    assert values["fold_hours"] == 2.0
    assert values["engines"] == ["pool", "stacked, X"]


def test_the_hardware_is_that_of_the_folds_whoever_reports_them() -> None:
    assert re.match(r"\d+ cores, \S", hardware())
    folds = [_outcome(1, "pool", hardware=name) for name in ("64 cores, X", "64 cores, X", "")]
    assert provenance(folds)["hardware"] == "64 cores, X, not recorded"


def test_every_commit_that_trained_a_fold_is_named_with_the_date_of_the_last_fold() -> None:
    folds = [("b2", "2025-03-02"), ("a1", "2025-03-01"), ("b2", "2025-03-02"), ("a1", "2025-03-01")]
    values = provenance([_outcome(1, "pool", commit, date) for commit, date in folds])
    assert (values["commit"], values["date"]) == ("a1, b2", "2025-03-02")


def test_what_an_earlier_version_did_not_record_is_said_and_not_made_up() -> None:
    values = provenance([_outcome(1, "pool"), _outcome(1, "pool", "b2", "2025-03-02")])
    assert (values["commit"], values["date"]) == ("not recorded, b2", "2025-03-02")
    assert provenance([_outcome(1, "pool")])["date"] == "not recorded"


def test_without_git_the_commit_is_said_not_to_be_recorded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    assert commit() == "not recorded"


@pytest.mark.parametrize(("status", "expected"), [("", "abc"), (" M x.py", "abc+"), (None, "not recorded")])
def test_a_changed_checkout_is_marked(monkeypatch: pytest.MonkeyPatch, status: str | None, expected: str) -> None:
    monkeypatch.setattr(module, "_git", lambda *arguments: "abc" if arguments[0] == "rev-parse" else status)
    assert commit() == expected
