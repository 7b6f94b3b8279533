"""`ablate`: a network beside the same network with one part taken away, each trained leaving one subject out."""

import argparse
import json
from pathlib import Path

from mer_core.errors import MerError
from mer_core.whole_files import whole_file
from training.ablation import ABLATIONS, ablation_json, ablation_markdown, variant_spec, variants_of
from training.cli.engine_options import engine_of
from training.cli.loso import read_predictions, run_facts, write_result
from training.cli.progress import FoldLine
from training.cli.run_options import add_run_arguments, requested_run, run_name
from training.datasets.maps import LabelledMaps
from training.engines import Engine
from training.loso import run_loso
from training.predictions import Predictions
from training.run_spec import RunSpec
from training.store import SPEC_FILE

ABLATION_FILE = "ablation.json"


def add_parser(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Register the command."""
    parser = commands.add_parser("ablate", help="train a network with one part taken away at a time, and compare")
    parser.add_argument("network", metavar="NETWORK", help=f"one of {', '.join(sorted(ABLATIONS))}")
    add_run_arguments(parser)
    parser.add_argument("--out", type=Path, metavar="FOLDER", help="one run a variant in it (default runs/ablation-…)")
    parser.add_argument("--json", action="store_true", help="print JSON and nothing else")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Run all folds of all variants that are not finished yet, then compare."""
    variants_of(options.network)  # a network without ablations is refused before any data are read
    engine = engine_of(options)
    spec, data = requested_run(options.network, options)
    folder = options.out or Path("runs") / f"ablation-{run_name(spec)}"
    if (folder / SPEC_FILE).is_file():
        raise MerError(f"{folder} is a single run; choose another folder for the runs of an ablation.")
    predictions = _run_variants(spec, data, folder, engine)
    report = ablation_json(options.network, _facts(spec), predictions)
    text = json.dumps(report, indent=2, allow_nan=False)
    with whole_file(folder / ABLATION_FILE) as part:
        part.write_text(f"{text}\n")
    print(text if options.json else ablation_markdown(report))
    return 0


def _run_variants(full: RunSpec, data: LabelledMaps, folder: Path, engine: Engine) -> dict[str, Predictions]:
    """The out-of-fold predictions of every variant by its name; each is a run of its own below the folder."""
    predictions = {}
    variants = variants_of(full.model)
    for number, variant in enumerate(variants, start=1):
        spec = variant_spec(full, variant)
        line = FoldLine(f"variant {number} of {len(variants)}, {variant.name}")
        store = run_loso(spec, data, folder / variant.name, engine, line.on_fold, line.on_epoch)
        write_result(store, spec, data)
        predictions[variant.name], _ = read_predictions(store.folder)
    return predictions


def _facts(spec: RunSpec) -> dict[str, object]:
    """What all variants share."""
    return {name: value for name, value in run_facts(spec).items() if name not in ("model", "arguments")}
