"""Widgets whose value is also kept or changed elsewhere, such as the sliders beside the deck.

Each is given the value as its default too, or keeps it with `persist_state`. Told it by the session's state alone, a
browser that falls behind can miss it, because the next drawing of the page no longer tells it: the widget then stands
at a value nobody chose, and reports that one as a choice of the visitor's.
"""

from typing import Any

import streamlit as st


def twin_key(name: str, value: Any) -> str:
    """The key of a widget with this value as its default: a new one whenever something else changed the value.

    Under its old key a widget could undo that change: until the page has drawn the new value it goes on reporting the
    one before, which Streamlit takes for a choice of the visitor's. Its callback has to ask `is_outdated`.
    """
    turn = st.session_state.setdefault(_turn_key(name), 0)
    if st.session_state.get(_key(name, turn), value) != value:
        turn = st.session_state[_turn_key(name)] = turn + 1
    return _key(name, turn)


def show_in(key: str, value: Any) -> None:
    """Have the widget of this key show a value; one that shows it already is left alone.

    Told a value, a widget drops what is being typed into it, and the page is drawn anew while people type.
    """
    if key not in st.session_state or st.session_state[key] != value:
        st.session_state[key] = value


def is_outdated(key: str) -> bool:
    """Whether the widget of this key was replaced since: what it reports is no choice of the visitor's."""
    name, _, turn = key.rpartition("_")
    return bool(st.session_state[_turn_key(name)] != int(turn))


def _key(name: str, turn: int) -> str:
    return f"{name}_{turn}"


def _turn_key(name: str) -> str:
    return f"{name}_turn"
