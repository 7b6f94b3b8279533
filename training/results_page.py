"""All runs kept in the repository as one page, `docs/results.md`, its scores computed from the predictions kept."""

import json
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mer_core.errors import MerError
from mer_core.models import model_info
from mer_core.scores import as_interval
from training.ablation import FULL, Variant, variants_of
from training.comparison import compare_runs
from training.metrics import NUM_DRAWS
from training.predictions import Predictions
from training.published import PublishedScore
from training.recipes import load_recipe
from training.report_parts import picked_cells, published_cells, score_cells, table
from training.store import PREDICTIONS_FILE, RESULT_FILE

PLANNED_FILE, NOTES_FILE = "planned.toml", "notes.md"
_DATA = "megc2019"
_RUN_HEAD = "network", "recipe", "seed", "UF1", "UAR", "accuracy", "run"
_MADE_HEAD = "run", "precision", "date", "commit", "hardware", "fold hours", "command"


@dataclass(frozen=True, eq=False)
class KeptRun:
    """One complete run.

    Attributes:
        name: of its folder.
        result: what its `result.json` holds.
        predictions: out-of-fold, after the epoch fixed beforehand.
    """

    name: str
    result: dict[str, Any]
    predictions: Predictions

    @property
    def facts(self) -> dict[str, Any]:
        """What was asked."""
        return self.result["facts"]

    @property
    def title(self) -> str:
        """The network as in its paper, and what was changed of it."""
        changed = ", ".join(f"{name} {value}" for name, value in self.facts["arguments"].items())
        return model_info(self.facts["model"]).title + (f" ({changed})" if changed else "")

    @property
    def command(self) -> str:
        """What trains and scores it again."""
        facts = self.facts
        what = f"ablate {facts['model']}" if facts["arguments"] else f"loso --model {facts['model']}"
        words = ["python -m training", what, f"--data {_DATA}:PATH", "--recipe", facts["recipe"]]
        if facts["epochs"] != load_recipe(facts["model"], facts["recipe"]).epochs:
            words += ["--epochs", str(facts["epochs"])]
        words += ["--protocol", facts["protocol"], "--seed", str(facts["seed"]), "--precision", facts["precision"]]
        return " ".join(words)


def kept_runs(folder: Path) -> tuple[KeptRun, ...]:
    """The runs kept in a folder, by network, recipe, precision and seed.

    Raises:
        MerError: a result cannot be read, lacks its predictions or is of other samples than the page's; names it.
    """
    runs = [read_kept(path.parent) for path in sorted(folder.glob(f"*/{RESULT_FILE}"))]
    return tuple(sorted(runs, key=lambda run: (_full_first(run), run.facts["recipe"], run.facts["seed"], run.name)))


def results_markdown(folder: Path) -> str:
    """The page over all runs kept in a folder; errors as of `kept_runs`."""
    runs = kept_runs(folder)
    if not runs:
        raise MerError(f"{folder} holds no result; add a complete run.")
    main = [run for run in runs if not run.facts["arguments"]]
    if not main:
        raise MerError(f"{folder} holds ablations only; add a run of a full network.")
    sections = [
        _introduction(main[0]),
        "## Recipe and epochs fixed beforehand\n\n" + table(_RUN_HEAD, [*map(_run_row, main), _baseline_row(main[0])]),
        _picked_section(runs),
        *_ablation_sections(runs),
        _published_section(main),
        "## How each was made\n\n" + table(_MADE_HEAD, map(_made_row, runs)),
        _notes(folder),
        _not_run_section(folder, {run.name for run in runs}),
    ]
    return "\n\n".join(section for section in sections if section) + "\n"


def read_kept(folder: Path) -> KeptRun:
    """The run in a folder that holds at least its result and predictions; errors as of `kept_runs`."""
    try:
        result = json.loads((folder / RESULT_FILE).read_text())
        result["facts"]["model"], result["provenance"]["commit"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise MerError(f"{folder / RESULT_FILE} is no result of a complete run ({error}).") from error
    facts = result["facts"]
    if facts.get("data", _DATA) != _DATA or "subset" in facts:  # before there was such an entry all runs were
        raise MerError(f"{folder} was not run on the whole of {_DATA}; the page is about these samples only.")
    return KeptRun(folder.name, result, Predictions.from_csv(folder / PREDICTIONS_FILE))


def _full_first(run: KeptRun) -> tuple[str, bool]:
    return run.facts["model"], bool(run.facts["arguments"])


def _introduction(run: KeptRun) -> str:
    block = run.result["all"]
    return (
        "# Results\n\n"
        "Made by `python -m training results` from the files in `results/`: scores are computed from the predictions "
        "kept there, notes and the hours of planned runs are typed.\n\n"
        f"Leave one subject out on the MEGC2019 composite: {block['num_samples']} samples of {block['num_subjects']} "
        "people, 28x28 onset-apex flow maps as published. Every sample is predicted by a network that was trained on "
        "all other people; predictions are pooled and scored once. In brackets the 95 % interval of "
        f"{NUM_DRAWS:,} bootstrap draws over people; what another training seed would change is not in it. Gaps "
        "under about .05 UF1 are within noise on so few samples."
    )


def _run_row(run: KeptRun) -> tuple[Any, ...]:
    facts = run.facts
    return run.title, f"{facts['recipe']}, {facts['epochs']} epochs", facts["seed"], *_scores(run), run.name


def _scores(run: KeptRun) -> tuple[str, ...]:
    return score_cells(run.result["all"]["scores"])


def _baseline_row(run: KeptRun) -> tuple[Any, ...]:
    baseline = run.result["all"]["baseline"]
    return f"always {baseline['always']}", "none", "", *score_cells(baseline), ""


def _picked_section(runs: Sequence[KeptRun]) -> str:
    rows = []
    for run in runs:
        rows += [(run.title, *picked_cells(block), run.name) for block in run.result["test_picked"]]
    if not rows:
        return ""
    head = "network", "epoch picked on the test people", "UF1", "UAR", "UF1 more than the result", "run"
    return (
        "## What picking the epoch on the test people is worth (**optimistic**, not results)\n\n"
        "The same trained networks as in the results; only which epoch is scored differs. The best for all is "
        "the epoch of the highest pooled UF1. `--protocol test-picked` keeps every epoch for this; the row of such a "
        "run in the results is its last epoch, as fixed beforehand.\n\n" + table(head, rows)
    )


def _ablation_sections(runs: Sequence[KeptRun]) -> list[str]:
    networks = sorted({run.facts["model"] for run in runs if run.facts["arguments"]})
    return [_ablation_section(network, [run for run in runs if run.facts["model"] == network]) for network in networks]


def _ablation_section(network: str, runs: Sequence[KeptRun]) -> str:
    rows: list[tuple[Any, ...]] = []
    for variant in variants_of(network):
        rows += [_variant_row(variant, run, runs) for run in runs if run.facts["arguments"] == dict(variant.arguments)]
    head = "variant", "seed", "UF1", "UAR", "UF1 less full", "run"
    noise = any(variant.can_be_the_full_network for variant in variants_of(network))
    note = "\n\n\\* Can compute the very same function: its difference is seed noise." if noise else ""
    return f"## Ablation of {model_info(network).title}\n\n{table(head, rows)}{note}"


def _variant_row(variant: Variant, run: KeptRun, runs: Sequence[KeptRun]) -> tuple[Any, ...]:
    title = f"{variant.title} *" if variant.can_be_the_full_network else variant.title
    return title, run.facts["seed"], *_scores(run)[:2], _less_full(variant, run, runs), run.name


def _less_full(variant: Variant, run: KeptRun, runs: Sequence[KeptRun]) -> str:
    """The difference to the full network that was otherwise trained the same way."""
    asked = ("recipe", "seed", "epochs", "precision")
    alike = [
        other
        for other in runs
        if not other.facts["arguments"] and all(other.facts[name] == run.facts[name] for name in asked)
    ]
    if variant.name == FULL or not alike:
        return ""
    return as_interval(compare_runs(run.predictions, alike[0].predictions).uf1.estimate)


def _published_section(runs: Sequence[KeptRun]) -> str:
    published: list[dict[str, Any]] = next((run.result["published"] for run in runs if run.result["published"]), [])
    rows = [(*published_cells(PublishedScore(**entry)), entry["source"]) for entry in published]
    head = "system", "protocol", "UF1", "UAR", "source"
    return f"## Published on the same samples\n\n{table(head, rows)}" if rows else ""


def _made_row(run: KeptRun) -> tuple[Any, ...]:
    made = run.result["provenance"]
    hardware = f"{made['hardware']}; {', '.join(made['engines'])}"
    return (
        run.name,
        run.facts["precision"],
        made["date"],
        made["commit"],
        hardware,
        made["fold_hours"],
        f"`{run.command}`",
    )


def _notes(folder: Path) -> str:
    """What must be known of some of the runs and no table says."""
    path = folder / NOTES_FILE
    return path.read_text().strip() if path.is_file() else ""


def _not_run_section(folder: Path, names: set[str]) -> str:
    path = folder / PLANNED_FILE
    planned = tomllib.loads(path.read_text())["run"] if path.is_file() else []
    commands: dict[str, list[dict[str, Any]]] = {}
    for plan in planned:
        if plan["name"] not in names:
            commands.setdefault(plan["command"], []).append(plan)
    if not commands:
        return ""
    rows = [
        (", ".join(plan["name"] for plan in plans), round(sum(plan["hours"] for plan in plans), 1), f"`{command}`")
        for command, plans in commands.items()
    ]
    head = "runs", "hours on 2 cores, estimated", "command"
    note = "An ablation trains the full network too, unless its folder holds that run as `full`."
    return f"## Not run yet\n\n{table(head, rows)}\n\n{note}"
