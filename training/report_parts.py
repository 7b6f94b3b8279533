"""What several reports share: blocks of scores beside the constant baseline, and their tables in Markdown."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from typing import Any

from mer_core.labels import LABELS
from mer_core.scores import Estimate, as_interval, as_score
from training.comparison import Difference
from training.metrics import NUM_DRAWS, Scores, SubjectCounts, score
from training.published import PublishedScore

BOOTSTRAP = {"unit": "subject", "draws": NUM_DRAWS, "level": 0.95}
_SCORES_HEAD = "data", "system", "samples", "subjects", "UF1", "UAR", "accuracy"


def score_blocks(counts: SubjectCounts) -> dict[str, Any]:
    """The scores of all samples and of each data set as plain values: the entries "all" and "datasets".

    The baseline is the class most frequent over all samples, in each data set too.
    """
    baseline = counts.baseline()
    datasets = {name: score_block(counts.of_dataset(name), baseline.of_dataset(name)) for name in counts.datasets}
    return {"all": score_block(counts, baseline), "datasets": datasets}


def score_block(counts: SubjectCounts, baseline: SubjectCounts) -> dict[str, Any]:
    """The sizes, the confusion matrix and the scores of a system and of a constant one, as plain values."""
    pooled = counts.pooled
    always = LABELS[int(baseline.pooled.sum(axis=0).argmax())]
    return {
        "num_samples": int(pooled.sum()),
        "num_subjects": len(counts.subjects),
        "class_counts": dict(zip(LABELS, pooled.sum(axis=1).tolist(), strict=True)),
        "confusion": pooled.tolist(),
        "scores": scores_json(score(counts)),
        "baseline": {"always": always, **scores_json(score(baseline))},
    }


def scores_json(scores: Scores) -> dict[str, Any]:
    """The scores as plain values; ECNU's metric apart from those it must not be compared with."""
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


def scores_table(blocks: Mapping[str, Any], system: str) -> str:
    """The scores of a system and of the constant one, over all samples and by data set; see `score_blocks`."""
    rows = []
    for name, block in {"all": blocks["all"], **blocks["datasets"]}.items():
        sizes = block["num_samples"], block["num_subjects"]
        rows.append((name, system, *sizes, *score_cells(block["scores"])))
        rows.append((name, f"always {block['baseline']['always']}", *sizes, *score_cells(block["baseline"])))
    return table(_SCORES_HEAD, rows)


def score_cells(scores: Mapping[str, Any]) -> tuple[str, ...]:
    """UF1, UAR and accuracy with their intervals."""
    return tuple(as_interval(Estimate(**scores[name])) for name in ("uf1", "uar", "accuracy"))


def picked_cells(block: Mapping[str, Any]) -> tuple[str, ...]:
    """How the epoch was picked on the test people, UF1, UAR, and how much more UF1 that gives than the result."""
    more = Difference(**block["more_than_fixed"]["uf1"]).estimate
    return marked(block["epoch"], True), *score_cells(block["scores"])[:2], as_interval(more)


def published_cells(entry: PublishedScore) -> tuple[str, ...]:
    """System, protocol, UF1 and UAR of a published score."""
    uar = "-" if entry.uar is None else as_score(entry.uar)
    return marked(entry.system, entry.optimistic), entry.protocol, as_score(entry.uf1), uar


def marked(name: str, is_optimistic: bool) -> str:
    """The name of a system, called optimistic where the test people had a say in it."""
    return f"{name} (**optimistic**)" if is_optimistic else name


def confusion_table(confusion: list[list[int]]) -> str:
    """How often each class was taken for which, and the share of each that was found."""
    rows = []
    for index, counts in enumerate(confusion):
        share = as_score(counts[index] / sum(counts)) if sum(counts) else "none to find"
        rows.append((LABELS[index], *counts, share))
    return table(("true, predicted as", *LABELS, "found"), rows)


def table(head: Iterable[str], rows: Iterable[Iterable[Any]]) -> str:
    """A Markdown table; bars within a cell are escaped."""
    head = tuple(head)
    lines = [head, ("---",) * len(head), *rows]
    return "\n".join("| " + " | ".join(str(cell).replace("|", "\\|") for cell in line) + " |" for line in lines)
