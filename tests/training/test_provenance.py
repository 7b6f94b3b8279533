import re

import numpy as np
import pytest

from training import provenance as module
from training.provenance import commit, provenance
from training.store import FoldOutcome


def _outcome(seconds: float, engine: str) -> FoldOutcome:
    return FoldOutcome("casme2__sub01", ("a",), np.zeros((1, 1, 3)), (1,), (0.5,), seconds, {}, engine)


def test_the_time_of_all_folds_is_added_up_and_each_engine_named_once() -> None:
    values = provenance([_outcome(1800, "pool"), _outcome(3600, "stacked, X"), _outcome(1800, "")])
    assert values["fold_hours"] == 2.0
    assert values["engines"] == ["pool", "stacked, X"]
    assert re.fullmatch(r"\d{4}-\d\d-\d\d", values["date"])
    assert re.match(r"\d+ cores, \S", values["hardware"])


def test_without_git_the_commit_is_said_not_to_be_recorded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    assert commit() == "not recorded"


@pytest.mark.parametrize(("status", "expected"), [("", "abc"), (" M x.py", "abc+")])
def test_a_changed_checkout_is_marked(monkeypatch: pytest.MonkeyPatch, status: str, expected: str) -> None:
    monkeypatch.setattr(module, "_git", lambda *arguments: "abc" if arguments[0] == "rev-parse" else status)
    assert commit() == expected
