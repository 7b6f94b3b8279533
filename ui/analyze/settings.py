"""How the motion is measured and which network names it; every choice is in sight and takes effect at once."""

from dataclasses import dataclass, replace

import streamlit as st

from mer_core.checkpoints import DEFAULT_CHECKPOINT
from mer_core.errors import CheckpointError
from mer_core.flow import FLOW_METHODS
from ui.cached import SharedPredictor, checkpoint_names, network_title, shared_predictor
from ui.state import Visit, current_visit
from ui.twins import show_in

FLOW_NAMES = {"dis": "DIS", "tvl1": "TV-L1", "farneback": "Farnebäck"}
_MODEL, _METHOD, _HEAD, _FPS = "model", "flow_method", "remove_head_motion", "fps_override"
_LAST = "last_loaded_model"


@dataclass(frozen=True)
class Settings:
    """What the settings say: the network, the flow method, whether head motion is removed."""

    shared: SharedPredictor
    method: str
    remove_head_motion: bool


def current_settings() -> Settings:
    """The settings as they stand, those of the default network on a first visit.

    A network that cannot be loaded is told of, and the one before it (or the first that can be loaded) takes its place.

    Raises:
        CheckpointError: no checkpoint on this machine can be loaded.
    """
    names = checkpoint_names()
    if st.session_state.get(_MODEL) not in names:
        # Without any checkpoint the default's name makes the loader say what is missing.
        st.session_state[_MODEL] = (*names, DEFAULT_CHECKPOINT)[0]
    shared = _loaded(names)
    own = shared.predictor.checkpoint.input_spec
    st.session_state.setdefault(_METHOD, own.flow_method)
    st.session_state.setdefault(_HEAD, own.remove_head_motion)
    return Settings(shared, st.session_state[_METHOD] or own.flow_method, st.session_state[_HEAD])


def _loaded(names: tuple[str, ...]) -> SharedPredictor:
    name = st.session_state[_MODEL]
    try:
        shared = shared_predictor(name)
    except CheckpointError as error:
        st.session_state[_MODEL] = _another(name, names, error)
        _forget_measurement()
        current_visit().refuse(str(error))  # the clip stays: a damaged network is not its fault
        st.rerun()
    st.session_state[_LAST] = name
    return shared


def _another(broken: str, names: tuple[str, ...], reason: CheckpointError) -> str:
    """A network that can be loaded, the last one in use if possible."""
    last = st.session_state.get(_LAST)
    for name in (*(name for name in names if name == last), *names):
        if name == broken:
            continue
        try:
            shared_predictor(name)
        except CheckpointError:
            continue
        return name
    raise reason


def choose_settings(method: str, remove_head_motion: bool) -> None:
    """Put a flow method and the removal of head motion in place of the present choices."""
    st.session_state[_METHOD], st.session_state[_HEAD] = method, remove_head_motion


def choose_network(name: str) -> None:
    """Put a checkpoint on this machine in place of the present one; flow and head motion stay."""
    st.session_state[_MODEL] = name


def settings_panel(visit: Visit, settings: Settings) -> None:
    """Draw the choices; those that differ from the network's training are said to."""
    own = settings.shared.predictor.checkpoint.input_spec
    st.selectbox(
        "Network",
        checkpoint_names(),
        format_func=network_title,
        key=_MODEL,
        on_change=_follow_network,
        args=(visit,),
        help="Changing it also sets flow and head motion to what that network was trained on.",
        persist_state="session",
    )
    st.segmented_control(
        "Optical flow",
        FLOW_METHODS,
        format_func=lambda method: FLOW_NAMES[method] + (" (as trained)" if method == own.flow_method else ""),
        key=_METHOD,
        required=True,
        help="How the shift of every pixel from onset to apex is computed. DIS (dense inverse search): fast and steady "
        "on faint motion. TV-L1: sharper borders, slower. Farnebäck: smoother, the oldest. A network knows only the "
        "one it was trained on.",
        persist_state="session",
    )
    st.toggle(
        "Remove head motion",
        key=_HEAD,
        on_change=visit.freeze,
        help="Subtracts the shift, turn and change of size that the whole face shares. The markers stay as they are. "
        f"This network was trained with it {'removed' if own.remove_head_motion else 'kept'}.",
        persist_state="session",
    )
    frame_rate_field(visit)


def frame_rate_field(visit: Visit) -> None:
    """Draw the field for a frame rate that the file does not tell, or tells wrongly."""
    source = visit.source
    if source is None or source.is_pair:  # a pair has no times
        return
    show_in(_FPS, source.fps)  # also where a session set it
    st.number_input(
        "Frames per second, if the file is wrong or does not say",
        min_value=1.0,
        max_value=10_000.0,
        value=None,  # what an emptied field reports, so the rate cannot be its default
        placeholder="as in the file",
        key=_FPS,
        on_change=_set_rate,
        args=(visit,),
        persist_state="session",  # the browser is told the rate until it reports it
    )


def _follow_network(visit: Visit) -> None:
    # The choices follow the network, so that a mismatch is always somebody's deliberate one; the markers do not.
    visit.freeze()
    _forget_measurement()


def _forget_measurement() -> None:
    """Flow and head motion are again what the network was trained on."""
    for key in (_METHOD, _HEAD):
        st.session_state.pop(key, None)


def _set_rate(visit: Visit) -> None:
    if visit.source is not None:
        visit.read_anew(replace(visit.source, fps=st.session_state[_FPS]))
