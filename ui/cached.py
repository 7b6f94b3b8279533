"""What all sessions share: networks and their descriptions. Never a clip, which belongs to one visit."""

from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import Any

import streamlit as st
import torch

from mer_core.checkpoints import (
    CONFIG_FILE,
    DEFAULT_CHECKPOINT,
    WEIGHTS_FILE,
    checkpoints_folder,
    list_checkpoints,
    load_checkpoint,
    read_config,
)
from mer_core.disclosures import validation_sentence
from mer_core.errors import CheckpointError
from mer_core.models import model_info
from mer_core.predictor import Predictor
from mer_core.zoo import describe_networks, record_of


@dataclass(frozen=True, eq=False)
class SharedPredictor:
    """A predictor that all sessions use, one at a time, so that visitors do not slow each other down."""

    predictor: Predictor
    lock: Lock


def checkpoint_names() -> tuple[str, ...]:
    """Names of the checkpoints on this machine, the default one first."""
    return tuple(sorted(list_checkpoints(), key=lambda name: (name != DEFAULT_CHECKPOINT, name)))


def shared_predictor(name: str) -> SharedPredictor:
    """The predictor of a checkpoint, loaded anew when its files change.

    Raises:
        CheckpointError: it cannot be loaded.
    """
    folder = checkpoints_folder() / name
    return _load(name, _stamp(folder / WEIGHTS_FILE), _stamp(folder / CONFIG_FILE))


def network_title(name: str) -> str:
    """What a checkpoint's network is called in its paper, with the checkpoint's own name where that says more."""
    folder = checkpoints_folder() / name
    return _title(name, _stamp(folder / CONFIG_FILE))


def described_networks() -> list[dict[str, Any]]:
    """The zoo, described anew when checkpoints come, go or change."""
    return _describe(_stamps())


def tested_networks() -> str:
    """Which of the networks on this machine were tested on people left out, in one sentence."""
    return _tested(_stamps())


@st.cache_resource(max_entries=4, show_spinner=False)
def _load(name: str, weights_stamp: int, config_stamp: int) -> SharedPredictor:
    # One movement is too little work to share: on a busy machine several threads wait for each other.
    torch.set_num_threads(1)
    return SharedPredictor(Predictor(load_checkpoint(name)), Lock())


@st.cache_data(max_entries=16, show_spinner=False)
def _title(name: str, config_stamp: int) -> str:
    try:
        architecture = read_config(checkpoints_folder() / name)["architecture"]
    except CheckpointError:
        return name  # choosing it then tells what is wrong with it
    title = model_info(architecture).title
    return title if name == architecture else f"{title} ({name})"


@st.cache_data(max_entries=2, show_spinner=False)
def _describe(checkpoints: tuple[tuple[str, int], ...]) -> list[dict[str, Any]]:
    return describe_networks()


@st.cache_data(max_entries=2, show_spinner=False)
def _tested(checkpoints: tuple[tuple[str, int], ...]) -> str:
    tested, untested = [], []
    for name, _ in checkpoints:
        (tested if _is_tested(name) else untested).append(network_title(name))
    return validation_sentence(tested, untested)


def _is_tested(name: str) -> bool:
    try:
        return record_of(name) is not None
    except CheckpointError:
        return False  # choosing it then tells what is wrong with it


def _stamps() -> tuple[tuple[str, int], ...]:
    """The checkpoints on this machine and when each was last written."""
    folder = checkpoints_folder()
    return tuple((name, _stamp(folder / name / CONFIG_FILE)) for name in list_checkpoints())


def _stamp(path: Path) -> int:
    return path.stat().st_mtime_ns if path.exists() else 0
