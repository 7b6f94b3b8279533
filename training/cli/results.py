"""`results`: keep the small files of complete runs, and the page that puts all kept runs together."""

import argparse
import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from mer_core.errors import MerError
from mer_core.whole_files import whole_file
from training.ablation import FULL, variants_of
from training.cli.ablate import ABLATION_FILE
from training.cli.loso import PICKED_FILES
from training.results_page import read_kept, results_markdown
from training.store import PREDICTIONS_FILE, RESULT_FILE, RunStore


def add_parser(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Register the command."""
    parser = commands.add_parser("results", help="keep complete runs' predictions and rewrite the page of results")
    parser.add_argument(
        "runs",
        nargs="*",
        type=Path,
        metavar="RUN",
        help="complete runs to keep, or an ablation's folder for its variants (the full network's run is kept by "
        "itself); none: only the page",
    )
    parser.add_argument("--into", type=Path, default=Path("results"), metavar="FOLDER")
    parser.add_argument("--page", type=Path, default=Path("docs/results.md"), metavar="FILE")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Copy what the runs predicted and scored, then write the page."""
    runs = [run for folder in options.runs for run in _runs_of(folder)]
    kept: dict[Path, Path] = {}
    for folder in runs:  # nothing is copied before all is looked at
        RunStore(folder).check_complete()
        facts = read_kept(folder).facts
        target = options.into / _kept_name(folder, facts)
        if target in kept:
            raise MerError(f"{kept[target]} and {folder} would both be kept as {target}; name their folders apart.")
        _refuse_other(folder, facts, target)
        kept[target] = folder
    for target, folder in kept.items():
        _keep(folder, target)
    page = results_markdown(options.into)
    options.page.parent.mkdir(parents=True, exist_ok=True)
    with whole_file(options.page) as part:
        part.write_text(page)
    print(f"{options.page} written")
    return 0


def _runs_of(folder: Path) -> Iterator[Path]:
    """The run itself, or the variants of an ablation."""
    if not (folder / ABLATION_FILE).is_file():
        yield folder
        return
    network = json.loads((folder / ABLATION_FILE).read_text())["network"]
    yield from (folder / variant.name for variant in variants_of(network) if variant.name != FULL)


def _kept_name(folder: Path, facts: dict[str, Any]) -> str:
    """The folder's own name; a variant's says also of which network, and the seed if it is another than 0."""
    folder = folder.resolve()
    if not (folder.parent / ABLATION_FILE).is_file():
        return folder.name
    seed = f"-seed{facts['seed']}" if facts["seed"] else ""
    return f"{facts['model']}-{folder.name}{seed}"


def _refuse_other(folder: Path, facts: dict[str, Any], target: Path) -> None:
    """A run that is kept makes way for the same run done again, not for another one."""
    if not (target / RESULT_FILE).is_file():
        return
    before = read_kept(target).facts
    names = (set(facts) & set(before)) - {"software"}
    differing = sorted(name for name in names if facts[name] != before[name])
    if differing:
        raise MerError(f"{target} keeps another run ({', '.join(differing)}); delete it, or rename {folder}.")


def _keep(folder: Path, kept: Path) -> None:
    kept.mkdir(parents=True, exist_ok=True)
    for name in (PREDICTIONS_FILE, *PICKED_FILES.values(), RESULT_FILE):
        if (folder / name).is_file():
            shutil.copyfile(folder / name, kept / name)
