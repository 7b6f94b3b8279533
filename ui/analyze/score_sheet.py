"""The score sheet: which action units a coder saw, on which side, how strong."""

from dataclasses import replace

import streamlit as st

from mer_core.blind_coding import MOST_UNITS, ScoredUnit, ScoreSheet
from mer_core.facs import FACS_UNITS, INTENSITIES, unit_title
from ui.state import Visit
from ui.twins import is_outdated, show_in, twin_key

_SIDES = {"L": "Left", "R": "Right", "B": "Both", "A": "Unequal"}
_INTENSITIES = tuple(filter(None, INTENSITIES))
_LONGEST_NOTE = 500
_HELP = (
    "Type a number or a part of a name and press Enter, one unit after the other. Sides are the person's own; Unequal "
    "means on both sides, but not alike. Intensity runs from A, a trace, to E, the maximum (FACS, 2002)."
)


def score_sheet(visit: Visit) -> None:
    """Draw the choice of action units and one row for each that was chosen."""
    assert visit.blind is not None  # it is drawn for a blind coder only
    sheet = visit.blind.sheet
    chosen = [scored.unit for scored in sheet.units]
    key = twin_key("sheet_units", chosen)
    st.multiselect(
        "Action units you see",
        tuple(FACS_UNITS),
        chosen,
        format_func=unit_title,
        key=key,
        on_change=_choose,
        args=(visit, key),
        max_selections=MOST_UNITS,
        filter_mode="contains",
        select_all=False,
        placeholder="Type a number or a name, such as 12",
        disabled=sheet.none_seen,
        help=_HELP,
    )
    for scored in sheet.units:
        _row(visit, scored)
    show_in("none_seen", sheet.none_seen)
    st.checkbox(
        "I looked and saw no action unit",
        sheet.none_seen,
        key="none_seen",
        on_change=_see_none,
        args=(visit,),
        disabled=bool(sheet.units),
        help="Left open, an empty sheet says that action units were not scored.",
    )


def _row(visit: Visit, scored: ScoredUnit) -> None:
    unit = scored.unit
    intensity = scored.intensity or None
    for name, value in (("side", scored.side), ("intensity", intensity), ("note", scored.note)):
        show_in(_key(unit, name), value)
    keep = {"on_change": _keep, "args": (visit, unit)}
    with st.container(border=True, key=f"scored_{unit}", gap="xsmall"):
        with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
            st.markdown(f"**{unit}** {FACS_UNITS[unit]}", width="content")
            st.button(
                f"Remove {unit}",
                key=_key(unit, "remove"),
                icon=":material/close:",
                type="tertiary",
                on_click=_remove,
                args=(visit, unit),
            )
        st.segmented_control(
            f"Side of {unit}",
            tuple(_SIDES),
            default=scored.side,
            format_func=_SIDES.get,
            key=_key(unit, "side"),
            required=True,
            **keep,
        )
        with st.container(horizontal=True, vertical_alignment="bottom"):
            st.segmented_control(
                f"Intensity of {unit}", _INTENSITIES, default=intensity, key=_key(unit, "intensity"), **keep
            )
            st.text_input(
                f"Note on {unit}",
                scored.note,
                key=_key(unit, "note"),
                max_chars=_LONGEST_NOTE,
                placeholder="Note",
                label_visibility="collapsed",
                **keep,
            )


def _choose(visit: Visit, key: str) -> None:
    if visit.blind is not None and not is_outdated(key):
        _put(visit, visit.blind.sheet.choosing(st.session_state[key]))


def _remove(visit: Visit, unit: str) -> None:
    if visit.blind is not None:
        _put(visit, visit.blind.sheet.choosing(row.unit for row in visit.blind.sheet.units if row.unit != unit))


def _see_none(visit: Visit) -> None:
    _put(visit, ScoreSheet(none_seen=st.session_state["none_seen"]))


def _keep(visit: Visit, unit: str) -> None:
    side, intensity, note = (st.session_state[_key(unit, name)] or "" for name in ("side", "intensity", "note"))
    if visit.blind is not None:
        _put(visit, visit.blind.sheet.scoring(ScoredUnit(unit, side, intensity, note.strip())))


def _put(visit: Visit, sheet: ScoreSheet) -> None:
    if visit.is_coding_blind and visit.blind is not None:
        visit.blind = replace(visit.blind, sheet=sheet)


def _key(unit: str, name: str) -> str:
    return f"score_{unit}_{name}"
