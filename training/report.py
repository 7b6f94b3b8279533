"""The report of one run, for programs and for people: every score with its interval, the constant baseline beside it.

The scores are those of the epoch fixed beforehand. A run of the protocol "test-picked" adds what picking the epoch on
the test subjects would have given; that is called optimistic wherever it occurs.
"""

from collections.abc import Mapping
from dataclasses import asdict
from types import MappingProxyType
from typing import Any

import numpy as np

from mer_core.errors import MerError
from mer_core.scores import Estimate, as_interval, as_score
from training.comparison import compare_runs
from training.metrics import NUM_DRAWS, SubjectCounts, accuracy, score, uar, uf1
from training.predictions import Predictions
from training.published import ECNU_MEAN_PER_SUBJECT, POOLED_MEGC2019, PublishedScore, is_megc2019
from training.report_parts import (
    BOOTSTRAP,
    confusion_table,
    picked_cells,
    published_cells,
    score_blocks,
    score_cells,
    scores_json,
    scores_table,
    table,
)
from training.run_spec import PROTOCOLS

REQUIRED_FACTS = ("model", "recipe", "protocol", "seed", "epochs")
ECNU_METRIC = "ECNU mean per subject (not comparable)"


def report_json(
    predictions: Predictions, facts: Mapping[str, Any], picked: Mapping[str, Predictions] = MappingProxyType({})
) -> dict[str, Any]:
    """The report as plain values that `json.dumps` takes.

    Args:
        predictions: out-of-fold, of all samples, after the epoch fixed beforehand.
        facts: about the run, at least `REQUIRED_FACTS`; kept as they are.
        picked: predictions of the same samples whose epoch was picked on the test subjects, by how it was picked.

    Raises:
        MerError: a required fact is missing or the protocol is unknown.
    """
    _check_facts(facts)
    counts = SubjectCounts.of(predictions)
    return {
        "facts": dict(facts),
        "bootstrap": dict(BOOTSTRAP),
        **score_blocks(counts),
        "subjects": [
            _subject_row(subject, confusion)
            for subject, confusion in zip(counts.subjects, counts.confusions, strict=True)
        ],
        "test_picked": [_picked_block(how, chosen, predictions) for how, chosen in picked.items()],
        "published": [asdict(entry) for entry in POOLED_MEGC2019] if is_megc2019(counts) else [],
    }


def report_markdown(
    predictions: Predictions, facts: Mapping[str, Any], picked: Mapping[str, Predictions] = MappingProxyType({})
) -> str:
    """The report as Markdown; arguments and errors as of `report_json`."""
    return as_markdown(report_json(predictions, facts, picked))


def as_markdown(report: dict[str, Any]) -> str:
    """What `report_json` gives, as Markdown."""
    sections = [
        _heading(report),
        _facts_section(report),
        _scores_section(report),
        _picked_section(report),
        _confusion_section(report),
        _ecnu_section(report),
        _published_section(report),
        _subjects_section(report),
    ]
    return "\n\n".join(section for section in sections if section) + "\n"


def _check_facts(facts: Mapping[str, Any]) -> None:
    missing = [name for name in REQUIRED_FACTS if name not in facts]
    if missing:
        raise MerError(f"A report needs the fact {', '.join(missing)} of the run.")
    if facts["protocol"] not in PROTOCOLS:
        raise MerError(f"The protocol {facts['protocol']!r} is none of {', '.join(PROTOCOLS)}.")


def _picked_block(how: str, picked: Predictions, fixed: Predictions) -> dict[str, Any]:
    comparison = compare_runs(picked, fixed)
    return {
        "epoch": how,
        "optimistic": True,
        "scores": scores_json(score(SubjectCounts.of(picked))),
        "more_than_fixed": {"uf1": asdict(comparison.uf1), "uar": asdict(comparison.uar)},
    }


def _subject_row(subject: tuple[str, str], confusion: np.ndarray) -> dict[str, Any]:
    return {
        "dataset": subject[0],
        "subject": subject[1],
        "num_samples": int(confusion.sum()),
        "num_right": int(np.trace(confusion)),
        "accuracy": float(accuracy(confusion)),
        "uf1": float(uf1(confusion)),
        "uar": float(uar(confusion)),
    }


def _heading(report: dict[str, Any]) -> str:
    return f"# {report['facts']['model']}, {report['facts']['recipe']} recipe"


def _facts_section(report: dict[str, Any]) -> str:
    facts = report["facts"]
    return "\n".join(f"- {name.replace('_', ' ')}: {value}" for name, value in facts.items())


def _scores_section(report: dict[str, Any]) -> str:
    return (
        f"## Scores\n\n{scores_table(report, report['facts']['model'])}\n\n"
        "Pooled over all samples, each predicted by a network that was not trained on its subject. In brackets the "
        f"95 % interval of {NUM_DRAWS:,} bootstrap draws over subjects; variation between training seeds is not in it."
    )


def _picked_section(report: dict[str, Any]) -> str:
    if not report["test_picked"]:
        return ""
    fixed = report["all"]["scores"]
    rows: list[tuple[Any, ...]] = [("fixed beforehand (the result)", *score_cells(fixed)[:2], "")]
    rows += [picked_cells(block) for block in report["test_picked"]]
    head = "epoch", "UF1", "UAR", "UF1 more than the result"
    return (
        f"## What picking the epoch on the test people is worth (**optimistic**)\n\n{table(head, rows)}\n\n"
        "The networks are the same; only the epoch that is scored differs. Picked scores cannot be expected of new "
        "people; they show the size of the leak and are not a result."
    )


def _confusion_section(report: dict[str, Any]) -> str:
    return f"## Confusion matrix\n\n{confusion_table(report['all']['confusion'])}"


def _ecnu_section(report: dict[str, Any]) -> str:
    systems = {
        report["facts"]["model"]: report["all"]["scores"],
        f"always {report['all']['baseline']['always']}": report["all"]["baseline"],
    }
    rows: list[tuple[Any, ...]] = []
    for system, scores in systems.items():
        ecnu = scores["ecnu_mean_per_subject"]
        rows.append((system, *(as_interval(Estimate(**ecnu[name])) for name in ("uf1", "uar")), "this run's samples"))
    for entry in ECNU_MEAN_PER_SUBJECT:
        system, protocol, *scores = published_cells(entry)
        rows.append((system, *scores, f"{protocol}; {entry.source}"))
    return (
        f"## {ECNU_METRIC}\n\n{table(('system', 'UF1', 'UAR', 'samples and source'), rows)}\n\n"
        "Macro F1 and macro recall of each subject, then the mean over subjects. It favours subjects of one class: "
        "compare it with nothing but itself on the same samples."
    )


def _published_section(report: dict[str, Any]) -> str:
    if not report["published"]:
        return ""
    own = Estimate(**report["all"]["scores"]["uf1"])
    this = (f"this run, {report['facts']['model']}", "epochs fixed beforehand", as_score(own.value))
    rows: list[tuple[Any, ...]] = [(*this, as_score(report["all"]["scores"]["uar"]["value"]), "", "")]
    rows += [_published_row(PublishedScore(**entry), own) for entry in report["published"]]
    head = "system", "protocol", "UF1", "UAR", "within this run's UF1 interval", "source"
    return f"## Published on the same 442 samples\n\n{table(head, rows)}"


def _published_row(entry: PublishedScore, own: Estimate) -> tuple[str, ...]:
    within = "yes" if own.low <= entry.uf1 <= own.high else "no"
    return *published_cells(entry), within, entry.source


def _subjects_section(report: dict[str, Any]) -> str:
    rows = [
        (
            row["dataset"],
            row["subject"],
            row["num_samples"],
            row["num_right"],
            as_score(row["uf1"]),
            as_score(row["uar"]),
        )
        for row in report["subjects"]
    ]
    head = "data", "subject", "samples", "right", "UF1", "UAR"
    return f"## Subjects\n\nOver the classes that a subject has.\n\n{table(head, rows)}"
