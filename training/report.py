"""The report of one run, for programs and for people: every score with its interval, the constant baseline beside it.

A run of the protocol "test-picked" let the test subjects choose its epoch; it is called optimistic wherever it occurs.
"""

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from typing import Any

import numpy as np

from mer_core.errors import MerError
from mer_core.labels import LABELS
from training.metrics import NUM_DRAWS, Estimate, Scores, SubjectCounts, accuracy, score, uar, uf1
from training.numerals import as_interval, as_score
from training.predictions import Predictions
from training.published import ECNU_MEAN_PER_SUBJECT, POOLED_MEGC2019, PublishedScore, is_megc2019
from training.run_spec import PROTOCOLS

REQUIRED_FACTS = ("model", "recipe", "protocol", "seed", "epochs")
ECNU_METRIC = "ECNU mean per subject (not comparable)"
_HEAD = "data", "system", "samples", "subjects", "UF1", "UAR", "accuracy"


def report_json(predictions: Predictions, facts: Mapping[str, Any]) -> dict[str, Any]:
    """The report as plain values that `json.dumps` takes.

    Args:
        predictions: out-of-fold, of all samples.
        facts: about the run, at least `REQUIRED_FACTS`; kept as they are.

    Raises:
        MerError: a required fact is missing or the protocol is unknown.
    """
    optimistic = _is_optimistic(facts)
    counts = SubjectCounts.of(predictions)
    baseline = counts.baseline()
    return {
        "facts": dict(facts),
        "optimistic": optimistic,
        "bootstrap": {"unit": "subject", "draws": NUM_DRAWS, "level": 0.95},
        "all": _block(counts, baseline, optimistic),
        "datasets": {
            dataset: _block(counts.of_dataset(dataset), baseline.of_dataset(dataset), optimistic)
            for dataset in counts.datasets
        },
        "subjects": [
            _subject_row(subject, confusion)
            for subject, confusion in zip(counts.subjects, counts.confusions, strict=True)
        ],
        "published": [asdict(entry) for entry in POOLED_MEGC2019] if is_megc2019(counts) else [],
    }


def report_markdown(predictions: Predictions, facts: Mapping[str, Any]) -> str:
    """The report as Markdown; arguments and errors as of `report_json`."""
    report = report_json(predictions, facts)
    sections = [
        _heading(report),
        _facts_section(report),
        _scores_section(report),
        _confusion_section(report),
        _ecnu_section(report),
        _published_section(report),
        _subjects_section(report),
    ]
    return "\n\n".join(section for section in sections if section) + "\n"


def _is_optimistic(facts: Mapping[str, Any]) -> bool:
    missing = [name for name in REQUIRED_FACTS if name not in facts]
    if missing:
        raise MerError(f"A report needs the fact {', '.join(missing)} of the run.")
    if facts["protocol"] not in PROTOCOLS:
        raise MerError(f"The protocol {facts['protocol']!r} is none of {', '.join(PROTOCOLS)}.")
    return facts["protocol"] == "test-picked"


def _block(counts: SubjectCounts, baseline: SubjectCounts, optimistic: bool) -> dict[str, Any]:
    pooled = counts.pooled
    always = LABELS[int(baseline.pooled.sum(axis=0).argmax())]
    return {
        "num_samples": int(pooled.sum()),
        "num_subjects": len(counts.subjects),
        "class_counts": dict(zip(LABELS, pooled.sum(axis=1).tolist(), strict=True)),
        "confusion": pooled.tolist(),
        "scores": {"optimistic": optimistic, **_scores_dict(score(counts))},
        "baseline": {"always": always, **_scores_dict(score(baseline))},
    }


def _scores_dict(scores: Scores) -> dict[str, Any]:
    return {
        "uf1": asdict(scores.uf1),
        "uar": asdict(scores.uar),
        "accuracy": asdict(scores.accuracy),
        "ecnu_mean_per_subject": {
            "comparable": False,
            "uf1": asdict(scores.uf1_per_subject),
            "uar": asdict(scores.uar_per_subject),
        },
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


def _mark(report: dict[str, Any]) -> str:
    return " (**optimistic**)" if report["optimistic"] else ""


def _heading(report: dict[str, Any]) -> str:
    facts = report["facts"]
    heading = f"# {facts['model']}, {facts['recipe']} recipe, {facts['protocol']} protocol{_mark(report)}"
    if not report["optimistic"]:
        return heading
    return (
        f"{heading}\n\n**Optimistic: the test subjects chose the epoch.** These scores cannot be expected of new "
        "people; they show the size of the leak and are not a result."
    )


def _facts_section(report: dict[str, Any]) -> str:
    facts = report["facts"]
    return "\n".join(f"- {name.replace('_', ' ')}: {value}" for name, value in facts.items())


def _scores_section(report: dict[str, Any]) -> str:
    rows = []
    for name, block in {"all": report["all"], **report["datasets"]}.items():
        sizes = block["num_samples"], block["num_subjects"]
        rows.append((name, report["facts"]["model"] + _mark(report), *sizes, *_cells(block["scores"])))
        rows.append((name, f"always {block['baseline']['always']}", *sizes, *_cells(block["baseline"])))
    return (
        f"## Scores{_mark(report)}\n\n{_table(_HEAD, rows)}\n\n"
        "Pooled over all samples, each predicted by a network that was not trained on its subject. In brackets the "
        f"95 % interval of {NUM_DRAWS:,} bootstrap draws over subjects; variation between training seeds is not in it."
    )


def _cells(scores: dict[str, Any]) -> tuple[str, ...]:
    return tuple(as_interval(Estimate(**scores[name])) for name in ("uf1", "uar", "accuracy"))


def _confusion_section(report: dict[str, Any]) -> str:
    rows = []
    for index, counts in enumerate(report["all"]["confusion"]):
        share = as_score(counts[index] / sum(counts)) if sum(counts) else "none to find"
        rows.append((LABELS[index], *counts, share))
    return f"## Confusion matrix{_mark(report)}\n\n{_table(('true, predicted as', *LABELS, 'found'), rows)}"


def _ecnu_section(report: dict[str, Any]) -> str:
    systems = {
        report["facts"]["model"] + _mark(report): report["all"]["scores"],
        f"always {report['all']['baseline']['always']}": report["all"]["baseline"],
    }
    rows: list[tuple[Any, ...]] = []
    for system, scores in systems.items():
        ecnu = scores["ecnu_mean_per_subject"]
        rows.append((system, *(as_interval(Estimate(**ecnu[name])) for name in ("uf1", "uar")), "this run's samples"))
    rows += [
        (
            f"{entry.system} (**optimistic**)",
            as_score(entry.uf1),
            _or_dash(entry.uar),
            f"{entry.protocol}; {entry.source}",
        )
        for entry in ECNU_MEAN_PER_SUBJECT
    ]
    return (
        f"## {ECNU_METRIC}{_mark(report)}\n\n{_table(('system', 'UF1', 'UAR', 'samples and source'), rows)}\n\n"
        "Macro F1 and macro recall of each subject, then the mean over subjects. It favours subjects of one class: "
        "compare it with nothing but itself on the same samples."
    )


def _published_section(report: dict[str, Any]) -> str:
    if not report["published"]:
        return ""
    own = Estimate(**report["all"]["scores"]["uf1"])
    mark, facts = _mark(report), report["facts"]
    this = (f"this run, {facts['model']}{mark}", facts["protocol"], as_score(own.value))
    rows: list[tuple[Any, ...]] = [(*this, as_score(report["all"]["scores"]["uar"]["value"]), "", "")]
    rows += [_published_row(PublishedScore(**entry), own) for entry in report["published"]]
    head = "system", "protocol", "UF1", "UAR", "within this run's UF1 interval", "source"
    return f"## Published on the same 442 samples{mark}\n\n{_table(head, rows)}"


def _published_row(entry: PublishedScore, own: Estimate) -> tuple[str, ...]:
    system = f"{entry.system} (**optimistic**)" if entry.optimistic else entry.system
    within = "yes" if own.low <= entry.uf1 <= own.high else "no"
    return system, entry.protocol, as_score(entry.uf1), _or_dash(entry.uar), within, entry.source


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
    return f"## Subjects{_mark(report)}\n\nOver the classes that a subject has.\n\n{_table(head, rows)}"


def _or_dash(value: float | None) -> str:
    return "-" if value is None else as_score(value)


def _table(head: Iterable[str], rows: Iterable[Iterable[Any]]) -> str:
    head = tuple(head)
    lines = [head, ("---",) * len(head), *rows]
    return "\n".join("| " + " | ".join(str(cell).replace("|", "\\|") for cell in line) + " |" for line in lines)
