"""`results`: keep the small files of complete runs, and the page that puts all kept runs together."""

import argparse
import shutil
from pathlib import Path

from mer_core.errors import MerError
from mer_core.whole_files import whole_file
from training.cli.loso import PICKED_FILES
from training.results_page import results_markdown
from training.store import PREDICTIONS_FILE, RESULT_FILE


def add_parser(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Register the command."""
    parser = commands.add_parser("results", help="keep complete runs' predictions and rewrite the page of results")
    parser.add_argument("runs", nargs="*", type=Path, metavar="RUN", help="complete runs to keep; none: only the page")
    parser.add_argument("--into", type=Path, default=Path("results"), metavar="FOLDER")
    parser.add_argument("--page", type=Path, default=Path("docs/results.md"), metavar="FILE")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Copy what the runs predicted and scored, then write the page."""
    for folder in options.runs:
        if not (folder / RESULT_FILE).is_file():
            raise MerError(f"{folder} is not complete: it has no {RESULT_FILE}; go on with `resume`.")
    for folder in options.runs:
        kept = options.into / folder.resolve().name
        kept.mkdir(parents=True, exist_ok=True)
        for name in (PREDICTIONS_FILE, *PICKED_FILES.values(), RESULT_FILE):
            if (folder / name).is_file():
                shutil.copyfile(folder / name, kept / name)
    page = results_markdown(options.into)
    options.page.parent.mkdir(parents=True, exist_ok=True)
    with whole_file(options.page) as part:
        part.write_text(page)
    print(f"{options.page} written")
    return 0
