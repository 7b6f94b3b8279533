"""What several commands share: reading data sets named KIND:PATH, and saying which software was used."""

import platform
from collections.abc import Callable
from pathlib import Path

import torch

from mer_core import __version__
from mer_core.errors import MerError
from mer_core.flow import flow_version
from training.datasets.maps import LabelledMaps
from training.datasets.megc2019 import read_megc2019

_READERS: dict[str, Callable[[Path], LabelledMaps]] = {"megc2019": read_megc2019}


def read_data(source: str) -> LabelledMaps:
    """The maps of a data set named KIND:PATH.

    Raises:
        MerError: unknown kind, or the data set cannot be read.
    """
    kind, separator, path = source.partition(":")
    if not separator or kind not in _READERS:
        raise MerError(f"--data {source!r} must read KIND:PATH with KIND one of {', '.join(_READERS)}.")
    return _READERS[kind](Path(path))


def software() -> str:
    """Versions that trained weights depend on, e.g. "mer-studio 0.1.0, torch 2.13.0+cpu, ..."."""
    return f"mer-studio {__version__}, torch {torch.__version__}, {flow_version()}, Python {platform.python_version()}"
