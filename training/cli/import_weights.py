"""`import-weights`: a checkpoint from the published weights of an official repository."""

import argparse
from pathlib import Path

from mer_core.checkpoints import import_weights, save_checkpoint
from mer_core.models.published_weights import FAMILIES
from training.cards import imported_card


def add_parser(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Register the command."""
    parser = commands.add_parser("import-weights", help="turn published weights into a checkpoint")
    parser.add_argument("family", choices=FAMILIES)
    parser.add_argument("file", type=Path, metavar="FILE.pth")
    parser.add_argument("--out", required=True, type=Path, metavar="DIR")
    parser.add_argument("--overwrite", action="store_true", help="replace the folder if it holds something")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Import, write the checkpoint, say what it is."""
    checkpoint = import_weights(options.family, options.file)
    command = f"python -m training import-weights {options.family} {options.file.name}"
    save_checkpoint(checkpoint, options.out, imported_card(checkpoint, command), options.overwrite)
    print(f"Wrote {options.out}: {checkpoint.architecture}, {checkpoint.num_parameters:,} parameters.")
    return 0
