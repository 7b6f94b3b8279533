"""The face: the deck, what it is told after every change, and the motion as maps."""

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
import streamlit as st

from mer_core.analysis import Analysis, PreparedClip
from mer_core.crop import CropTransform
from mer_core.interval import Interval
from mer_core.pictures import FLOW_VIEWS, png_bytes
from ui.analyze.markers import take_actions
from ui.deck.component import deck, deck_link
from ui.deck.payload import DeckFrames, blind_marks_payload, crop_payload, found_payload, marks_payload
from ui.state import Visit
from ui.theme import is_dark

_VIEW = "flow_view"
# The deck draws the arrows.
MAPS = tuple(view for view in FLOW_VIEWS if view != "arrows")
_MAP_NAMES = {"overlay": "Size", "u": "Sideways", "v": "Up-down"}
_MAP_HELP = (
    "Size: how far the skin moved from onset to apex. Sideways and Up-down: the two parts of the motion (the flow's u "
    "and v). Strain: how much the skin was stretched or sheared rather than shifted. Wheel: direction as hue, size as "
    "saturation. Scales are in pixels of the face crop."
)


def deck_panel(visit: Visit) -> None:
    """Draw the deck, which shows nothing before `tell_deck`."""
    deck(_frames(visit).file)


def tell_deck(visit: Visit, prepared: PreparedClip, interval: Interval, analysis: Analysis | None) -> None:
    """Tell the deck where the markers are and what was found; None when there is no face at one of them."""
    own = None if visit.blind is None else visit.blind.interval
    found = None if analysis is None else found_payload(analysis)
    crop = prepared.track.crop if analysis is None else analysis.crop
    _tell(visit, prepared, crop, {"found": found, **marks_payload(interval, prepared, own)})


def tell_deck_blind(visit: Visit, prepared: PreparedClip, interval: Interval) -> None:
    """Tell the deck where a blind coder's own markers are, and nothing else."""
    _tell(visit, prepared, prepared.track.crop, blind_marks_payload(interval))


def _tell(visit: Visit, prepared: PreparedClip, crop: CropTransform, marks: dict[str, Any]) -> None:
    frames = _frames(visit)
    state: dict[str, Any] = {
        "key": frames.key,
        "sequence": visit.answered,
        "canUndo": bool(visit.history),
        "crop": crop_payload(crop, frames.preview),
        **marks,
    }
    deck_link(state, partial(take_actions, visit, prepared))


def _frames(visit: Visit) -> DeckFrames:
    assert visit.frames is not None  # ui/analyze/working.py makes them before anything of the clip is drawn
    return visit.frames


def motion_maps(visit: Visit, analysis: Analysis) -> None:
    """Draw the choice of maps of the motion, and the one that was chosen, if any."""
    with st.container(key="motion_maps", gap="xsmall"):
        view = st.segmented_control(
            "Motion as a map",
            MAPS,
            format_func=lambda view: _MAP_NAMES.get(view, view.capitalize()),
            key=_VIEW,
            help=_MAP_HELP,
            width="stretch",
            persist_state="session",
        )
        if view is not None:
            dark = is_dark()
            file = _file(visit, ("motion", view, dark), lambda: FLOW_VIEWS[view](analysis, dark=dark))
            alt = f"{_MAP_NAMES.get(view, view.capitalize())}: motion from onset to apex on the grey face, computed"
            st.image(file, width="stretch", output_format="PNG", alt=alt)


def _file(visit: Visit, kind: tuple[str | int | bool, ...], draw: Callable[[], np.ndarray]) -> bytes:
    """A picture of the present analysis as PNG, drawn once."""
    if kind not in visit.drawn:
        visit.drawn[kind] = png_bytes(draw())
    return visit.drawn[kind]
