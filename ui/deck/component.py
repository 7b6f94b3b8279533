"""The deck on the page: a component that holds the frames, and its link, through which findings and actions go."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import streamlit as st

from ui.deck.modules import joined_modules

_HERE = Path(__file__).parent
_LINK_KEY = "deck_link"
# In this order: what suits narrow screens overrides the rest.
_STYLES = ("base", "faces", "track", "sheets", "narrow")

# Two components, because a component gets all its data again whenever any of it changes: the deck's frames never do,
# and it stands outside the fragment that a marker redraws.
_deck = st.components.v2.component(
    "mer_deck",
    css="\n".join((_HERE / "css" / f"{name}.css").read_text(encoding="utf-8") for name in _STYLES),
    js=joined_modules(_HERE / "js" / "deck.js"),
)
_link = st.components.v2.component("mer_deck_link", js=joined_modules(_HERE / "js" / "link.js"))


def deck(frames: bytes) -> None:
    """Draw the deck around the frames, see `ui.deck.payload.frames_payload`; they travel once."""
    _deck(data=frames, key="deck")


def deck_link(state: dict[str, Any], on_actions: Callable[[], None]) -> None:
    """Tell the deck what was found; `on_actions` is called when it was used, see `deck_actions`."""
    _link(data=state, key=_LINK_KEY, on_actions_change=on_actions)


def deck_actions() -> Any:
    """What the browser reports: the clip's key and a list of numbered actions. Not to be trusted."""
    return reported_actions(_LINK_KEY)


def reported_actions(link_key: str) -> Any:
    """What a link reports from the browser, None before it is used. Not to be trusted."""
    return (st.session_state.get(link_key) or {}).get("actions")
