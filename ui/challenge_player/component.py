"""The player on the page: a component that holds the frames, and its link, through which answers go."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import streamlit as st

from ui.deck.component import reported_actions
from ui.deck.modules import joined_modules

_HERE = Path(__file__).parent
_DECK = _HERE.parent / "deck"
_LINK_KEY = "challenge_link"
# It looks like the deck and adds little of its own.
_STYLES = (_DECK / "css" / "base.css", _HERE / "challenge.css")

# Two components for the reason told in ui/deck/component.py: the frames must not travel again with every answer.
_player = st.components.v2.component(
    "mer_challenge",
    css="\n".join(path.read_text(encoding="utf-8") for path in _STYLES),
    js=joined_modules(_HERE / "js" / "challenge.js"),
)
_link = st.components.v2.component("mer_challenge_link", js=joined_modules(_DECK / "js" / "link.js"))


def challenge_player(frames: bytes) -> None:
    """Draw the player around the frames, see `challenge_payload`; they travel once."""
    _player(data=frames, key="challenge_player")


def challenge_link(state: dict[str, Any], on_actions: Callable[[], None]) -> None:
    """Tell the player what was answered; `on_actions` is called when it was used, see `challenge_actions`."""
    _link(data=state, key=_LINK_KEY, on_actions_change=on_actions)


def challenge_actions() -> Any:
    """What the browser reports: the challenge's key and a list of numbered actions. Not to be trusted."""
    return reported_actions(_LINK_KEY)
