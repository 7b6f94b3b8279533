"""Widgets whose value is also changed from elsewhere on the page, such as the sliders beside the deck."""

from typing import Any

import streamlit as st


def twin_key(name: str, value: Any) -> str:
    """The key of a widget that is to show this value: a new one whenever something else changed the value.

    Under its old key a widget could undo that change: until the page has drawn the new value it goes on reporting the
    one before, which Streamlit takes for a choice of the visitor's. Its callback has to ask `is_outdated`.
    """
    turn = st.session_state.setdefault(_turn_key(name), 0)
    if st.session_state.get(_key(name, turn), value) != value:
        turn = st.session_state[_turn_key(name)] = turn + 1
    st.session_state[_key(name, turn)] = value
    return _key(name, turn)


def is_outdated(key: str) -> bool:
    """Whether the widget of this key was replaced since: what it reports is no choice of the visitor's."""
    name, _, turn = key.rpartition("_")
    return bool(st.session_state[_turn_key(name)] != int(turn))


def _key(name: str, turn: int) -> str:
    return f"{name}_{turn}"


def _turn_key(name: str) -> str:
    return f"{name}_turn"
