"""Onset, apex and offset: set in the deck, or by numbers in sliders that are its twins."""

from typing import Any

import streamlit as st

from mer_core.analysis import PreparedClip
from mer_core.interval import UNSET, Interval
from mer_core.markers import MARKERS, move_marker
from ui.analyze.working import markers_of
from ui.deck.component import deck_actions
from ui.state import Visit
from ui.twins import is_outdated, show_in, twin_key

_WHO = {"proposed": "proposed", "user": "set by you", "imported": "imported"}
_NOT_SET = "not set yet"


def take_actions(visit: Visit, prepared: PreparedClip) -> None:
    """Do what was done in the deck since the last time; what does not belong to this clip is passed over."""
    reported = deck_actions()
    if visit.frames is None or not isinstance(reported, dict) or reported.get("key") != visit.frames.key:
        return
    for action in reported.get("list", []):
        if action.get("sequence", 0) > visit.answered:
            _do(visit, prepared, action)
            visit.answered = action["sequence"]


def markers_by_number(visit: Visit, prepared: PreparedClip, interval: Interval) -> None:
    """Draw, folded away, one slider a marker, the ways back, and the other movements of the clip."""
    with st.expander("Set by numbers", icon=":material/tune:", key="by_numbers"):
        st.caption("The same markers as in the deck, for those who prefer sliders or cannot use the deck.")
        for name, source in zip(MARKERS, interval.sources, strict=True):
            _marker_slider(visit, prepared, interval, name, source)
        _actions(visit, prepared, interval)


def _do(visit: Visit, prepared: PreparedClip, action: dict[str, Any]) -> None:
    """One action from the browser, whose values may be anything."""
    match action:
        case {"do": "move", "marker": str(name), "frame": int(frame)} if name in MARKERS:
            moved = move_marker(markers_of(visit, prepared), name, frame, prepared.clip.num_frames)
            visit.mark(moved, mover=name if action.get("isNudge") else None)
        case {"do": "take", "movement": int(index)} if 0 <= index < _num_movements(visit, prepared):
            visit.mark(prepared.candidates[index])
        case {"do": "reset"}:
            visit.mark(None)
        case {"do": "undo"}:
            visit.undo()


def _num_movements(visit: Visit, prepared: PreparedClip) -> int:
    return 0 if visit.is_coding_blind else len(prepared.candidates)


def _actions(visit: Visit, prepared: PreparedClip, interval: Interval) -> None:
    with st.container(horizontal=True, key="marker_actions", vertical_alignment="center"):
        st.button(
            "Undo", key="undo", icon=":material/undo:", on_click=visit.undo, disabled=not visit.history, type="tertiary"
        )
        is_blind = visit.is_coding_blind
        st.button(
            "Clear all markers" if is_blind else "Back to the proposal",
            key="to_proposal",
            icon=":material/restart_alt:",
            on_click=visit.mark,
            args=(None,),
            disabled=visit.interval is None if is_blind else interval == prepared.candidates[0],
            type="tertiary",
        )
        if not is_blind:
            _movements(visit, prepared, interval)


def _marker_slider(visit: Visit, prepared: PreparedClip, interval: Interval, name: str, source: str) -> None:
    clip, frame = prepared.clip, getattr(interval, name)
    key = twin_key(_twin(name), frame)
    with st.container(key=_twin(name)):
        st.slider(
            f"{name.capitalize()} · {_NOT_SET if source == UNSET else f'{clip.moment(frame)} · {_WHO[source]}'}",
            0,
            clip.num_frames - 1,
            frame,
            key=key,
            on_change=_move,
            args=(visit, prepared, name, key),
            disabled=clip.num_frames < 3,
        )


def _movements(visit: Visit, prepared: PreparedClip, interval: Interval) -> None:
    if len(prepared.candidates) < 2:
        return
    chosen = prepared.candidates.index(interval) if interval in prepared.candidates else None
    key = twin_key("candidate", chosen)
    st.selectbox(
        "Movements found in this clip",
        range(len(prepared.candidates)),
        chosen,
        format_func=lambda index: f"Movement {index + 1}: apex {prepared.clip.moment(prepared.candidates[index].apex)}",
        key=key,
        label_visibility="collapsed",
        placeholder=f"{len(prepared.candidates)} movements found",
        on_change=_take_movement,
        args=(visit, prepared, key),
    )


def _move(visit: Visit, prepared: PreparedClip, name: str, key: str) -> None:
    if is_outdated(key):
        return
    # From where the markers are, not from where they were drawn: another one may have been moved since.
    moved = move_marker(markers_of(visit, prepared), name, st.session_state[key], prepared.clip.num_frames)
    visit.mark(moved, mover=name)
    show_in(key, getattr(moved, name))  # the slider stays, also where others stopped it


def _take_movement(visit: Visit, prepared: PreparedClip, key: str) -> None:
    if is_outdated(key):
        return
    chosen = st.session_state[key]
    visit.mark(None if chosen is None else prepared.candidates[chosen])


def _twin(name: str) -> str:
    return f"marker_{name}"
