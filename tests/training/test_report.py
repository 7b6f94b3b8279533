import json
import re
from typing import Any

import pytest

from mer_core.errors import MerError
from mer_core.scores import as_score
from tests.training.made_up_predictions import always, partly_right, predictions_of, rows_of_confusion
from training.metrics import SubjectCounts
from training.published import ECNU_MEAN_PER_SUBJECT, POOLED_MEGC2019, is_megc2019
from training.report import ECNU_METRIC, REQUIRED_FACTS, report_json, report_markdown

_FACTS: dict[str, Any] = {
    "model": "off_tanet",
    "recipe": "honest",
    "protocol": "honest",
    "seed": 0,
    "epochs": 80,
    "hardware": "2 cores",
    "date": "2025-01-31",
    "commit": "abc1234",
    "seconds": 1234.5,
}
_PICKED = {"each person's best epoch": partly_right(0.9, 1)}


def _line(text: str, start: str) -> str:
    return next(line for line in text.splitlines() if line.startswith(start))


def test_the_report_survives_json_and_keeps_every_fact() -> None:
    report = report_json(partly_right(0.7, 0), _FACTS)
    assert json.loads(json.dumps(report, allow_nan=False)) == report
    assert report["facts"] == _FACTS
    assert report["test_picked"] == []


def test_the_numbers_are_those_of_a_table_worked_by_hand() -> None:
    rows = rows_of_confusion("samm", "006", [[5, 1, 0], [1, 2, 1], [0, 0, 2]])
    block = report_json(predictions_of(rows), _FACTS)["all"]
    assert block["scores"]["uf1"]["value"] == pytest.approx((10 / 12 + 4 / 7 + 4 / 5) / 3)
    assert block["scores"]["accuracy"]["value"] == 0.75
    assert block["confusion"] == [[5, 1, 0], [1, 2, 1], [0, 0, 2]]
    assert block["class_counts"] == {"negative": 6, "positive": 4, "surprise": 2}
    assert block["baseline"]["always"] == "negative"
    assert block["baseline"]["uar"]["value"] == pytest.approx(1 / 3)


def test_the_baseline_stands_beside_all_samples_and_each_data_set() -> None:
    text = report_markdown(partly_right(0.7, 0), _FACTS)
    assert _line(text, "| all | always negative | 442 | 68 | .241 (")
    assert _line(text, "| all | off_tanet | 442 | 68 | ")
    for dataset, num_samples, num_subjects in (("casme2", 145, 24), ("samm", 133, 28), ("smic", 164, 16)):
        assert _line(text, f"| {dataset} | off_tanet | {num_samples} | {num_subjects} | ")
        assert _line(text, f"| {dataset} | always negative | {num_samples} | {num_subjects} | ")


def test_ecnus_metric_is_named_as_not_comparable() -> None:
    text = report_markdown(always(0), _FACTS)
    section = text.partition(f"## {ECNU_METRIC}")[2]
    assert ECNU_METRIC == "ECNU mean per subject (not comparable)"
    assert re.match(r"\| off_tanet \| \.458 \(.*\) \| \.534 \(.*\) \|", _line(section, "| off_tanet"))
    assert report_json(always(0), _FACTS)["all"]["scores"]["ecnu_mean_per_subject"]["comparable"] is False


def test_what_picking_the_epoch_is_worth_stands_beside_the_result_and_is_called_optimistic() -> None:
    fixed = partly_right(0.7, 0)
    text = report_markdown(fixed, _FACTS, _PICKED)
    assert text.replace(text[text.index("## What picking") : text.index("## Confusion")], "") == report_markdown(
        fixed, _FACTS
    )
    section = text.partition("## What picking")[2].partition("## Confusion")[0]
    assert "**optimistic**" in section.splitlines()[0]
    assert "are not a result" in section
    result = report_json(fixed, _FACTS)["all"]["scores"]["uf1"]["value"]
    assert _line(section, "| fixed beforehand (the result)").split(" | ")[1].startswith(as_score(result))
    picked = report_json(fixed, _FACTS, _PICKED)["test_picked"][0]
    assert picked["optimistic"] is True
    more = picked["scores"]["uf1"]["value"] - result
    assert picked["more_than_fixed"]["uf1"]["value"] == pytest.approx(more)
    assert more > 0.1
    assert as_score(more) in _line(section, "| each person's best epoch (**optimistic**)")


def test_an_honest_run_is_not_called_optimistic() -> None:
    text = report_markdown(partly_right(0.7, 0), _FACTS)
    foreign = {entry.system for entry in (*POOLED_MEGC2019, *ECNU_MEAN_PER_SUBJECT) if entry.optimistic}
    for line in text.splitlines():
        if "optimistic" in line:
            assert any(line.startswith(f"| {system} (**optimistic**)") for system in foreign)


def test_the_confusion_matrix_has_the_true_class_in_rows_and_the_share_found() -> None:
    rows = rows_of_confusion("samm", "006", [[3, 1, 0], [0, 2, 2], [0, 0, 0]])
    section = report_markdown(predictions_of(rows), _FACTS).partition("## Confusion")[2]
    assert _line(section, "| negative") == "| negative | 3 | 1 | 0 | .750 |"
    assert _line(section, "| positive") == "| positive | 0 | 2 | 2 | .500 |"
    assert _line(section, "| surprise") == "| surprise | 0 | 0 | 0 | none to find |"


def test_every_subject_has_a_row() -> None:
    text = report_markdown(always(0), _FACTS).partition("## Subjects")[2]
    assert sum(line.startswith(("| casme2 ", "| samm ", "| smic ")) for line in text.splitlines()) == 68
    assert _line(text, "| samm | 006") == "| samm | 006 | 11 | 9 | .450 | .500 |"  # F1 (2*9/(9+11) + 0) / 2


def test_published_scores_stand_beside_a_run_on_the_same_samples_only() -> None:
    predictions = partly_right(0.6, 0)
    assert is_megc2019(SubjectCounts.of(predictions))
    section = report_markdown(predictions, _FACTS).partition("## Published on the same 442 samples")[2]
    assert "| STSTNet, authors' weights | fixed 800 epochs | .721 | .725 |" in section
    assert "| HTNet (**optimistic**) | best test epoch of each subject | .860 | .848 | no |" in section
    fewer = predictions.selected(range(1, 442))
    assert not is_megc2019(SubjectCounts.of(fewer))
    assert "Published" not in report_markdown(fewer, _FACTS)
    assert report_json(fewer, _FACTS)["published"] == []


def test_the_published_score_within_the_interval_is_said() -> None:
    predictions = partly_right(0.6, 0)
    interval = report_json(predictions, _FACTS)["all"]["scores"]["uf1"]
    section = report_markdown(predictions, _FACTS).partition("## Published")[2]
    assert interval["low"] < 0.7209 < interval["high"]
    assert _line(section, "| STSTNet, authors' weights").split(" | ")[4] == "yes"


@pytest.mark.parametrize("name", REQUIRED_FACTS)
def test_a_missing_fact_is_named(name: str) -> None:
    facts = {key: value for key, value in _FACTS.items() if key != name}
    with pytest.raises(MerError, match=f"needs the fact {name}"):
        report_json(always(0), facts)


def test_an_unknown_protocol_is_refused_rather_than_taken_for_honest() -> None:
    with pytest.raises(MerError, match="protocol 'test_picked' is none of honest, test-picked"):
        report_markdown(always(0), {**_FACTS, "protocol": "test_picked"})


def test_a_name_with_a_bar_does_not_break_the_table() -> None:
    rows = rows_of_confusion("my|data", "p1", [[1, 0, 0], [0, 1, 0], [0, 0, 1]])
    assert r"| my\|data | p1 | 3 | 3 |" in report_markdown(predictions_of(rows), _FACTS)
