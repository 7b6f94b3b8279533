"""What all sessions share: networks and their descriptions. Never a clip, which belongs to one visit."""

from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import Any

import streamlit as st

from mer_core.checkpoints import CONFIG_FILE, WEIGHTS_FILE, checkpoints_folder, list_checkpoints, load_checkpoint
from mer_core.predictor import Predictor
from mer_core.zoo import describe_networks

DEFAULT_CHECKPOINT = "off_tanet"


@dataclass(frozen=True, eq=False)
class SharedPredictor:
    """A predictor that all sessions use, one at a time: explanations hang hooks on its network."""

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


def described_networks() -> list[dict[str, Any]]:
    """The zoo, described anew when checkpoints come or go."""
    return _describe(list_checkpoints())


@st.cache_resource(max_entries=4, show_spinner=False)
def _load(name: str, weights_stamp: int, config_stamp: int) -> SharedPredictor:
    return SharedPredictor(Predictor(load_checkpoint(name)), Lock())


@st.cache_data(max_entries=2, show_spinner=False)
def _describe(checkpoints: tuple[str, ...]) -> list[dict[str, Any]]:
    return describe_networks()


def _stamp(path: Path) -> int:
    return path.stat().st_mtime_ns if path.exists() else 0
