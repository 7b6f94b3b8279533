"""What several commands share: naming and reading data sets, and saying which software was used."""

import argparse
import os
import platform
import sys
from collections.abc import Sequence
from pathlib import Path

import torch

from mer_core import __version__
from mer_core.flow import flow_version
from mer_core.inputs import NOT_STATED, InputSpec
from training.cli.progress import show_progress
from training.datasets.doubles import shared_maps
from training.datasets.extract import with_maps
from training.datasets.maps import LabelledMaps, load_maps
from training.datasets.readers import READERS, read_datasets
from training.datasets.table import Dataset


def add_data_arguments(parser: argparse.ArgumentParser) -> None:
    """Let a command take one or several data sets and a list that restricts them."""
    kinds = ", ".join(READERS)
    parser.add_argument(
        "--data", required=True, action="append", metavar="KIND:PATH", help=f"may be repeated; KIND is one of {kinds}"
    )
    parser.add_argument("--subset", type=Path, metavar="CSV", help="use only these clips (dataset, subject, clip)")


def read_data(sources: Sequence[str], subset: Path | None = None, spec: InputSpec | None = None) -> LabelledMaps:
    """The maps of one or several data sets, each named KIND:PATH; extracted from the frames where they come without.

    Clips that are left out are counted on standard error, by reason. Extracted maps are kept in `MER_CACHE`, by default
    `~/.cache/mer-studio/maps`.

    Args:
        sources: each `KIND:PATH`.
        subset: CSV `dataset, subject, clip` of the clips to use.
        spec: how motion is measured; None for that of the shipped checkpoints.

    Raises:
        MerError: unknown kind, or something is wrong with a clip that would be used, such as two people with one map.
    """
    cache = Path(os.environ.get("MER_CACHE") or Path.home() / ".cache" / "mer-studio" / "maps")
    found = read_datasets(sources, subset)
    _tell_left_out(found)
    data = with_maps(found, cache, spec, progress=_show)
    return load_maps(Dataset(data.rows, (*data.remarks, *shared_maps(data))).require_sound())


def flow_of(sources: Sequence[str]) -> str:
    """What the flow of these data sets' maps was computed with, as far as that is known."""
    if any(source.startswith("megc2019:") for source in sources):
        return f"{NOT_STATED} of the training maps"
    return flow_version()


def describe_data(sources: Sequence[str]) -> str:
    """What the maps of these data sets are, without saying where they lie."""
    kinds = [source.partition(":")[0] for source in sources]
    if set(kinds) == {"megc2019"}:
        return "MEGC2019 composite (CASME II, SAMM, SMIC), the published 28x28 onset-apex flow maps"
    return f"28x28 onset-apex flow maps extracted from {', '.join(kinds)} by {flow_version()}"


def software() -> str:
    """Versions that trained weights depend on, e.g. "mer-studio 0.1.0, torch 2.13.0+cpu, ..."."""
    return f"mer-studio {__version__}, torch {torch.__version__}, {flow_version()}, Python {platform.python_version()}"


def _tell_left_out(data: Dataset) -> None:
    for reason, number in data.left_out.items():
        print(f"left out: {number} clip{'s' * (number != 1)}: {reason}", file=sys.stderr)


def _show(done: int, total: int) -> None:
    show_progress(f"map {done} of {total}", done == total)
