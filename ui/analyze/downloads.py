"""The work to take away, and earlier work to open again."""

from dataclasses import replace

import streamlit as st

from mer_core.analysis import Analysis
from mer_core.clips import Clip
from mer_core.exports.formats import FORMATS, ExportFormat
from ui.analyze.reopening import import_result, open_work
from ui.state import Visit, current_visit
from ui.twins import show_in

_NEEDS_TIMES = "Needs times: give the clip's frames per second under Settings."
_LONGEST, _LONGEST_NOTES = 200, 5000


def downloads(analysis: Analysis) -> None:
    """Draw the two panels: files to take away, each made on demand, and markers or a session to open."""
    visit = current_visit()
    with st.container(horizontal=True, key="downloads"):
        with st.popover("Take it away", icon=":material/download:", key="take_away"):
            coding_fields(visit, analysis.clip)
            with st.container(gap=None, key="formats"):
                for export in FORMATS:
                    _button(visit, export, analysis)
        open_work(visit, analysis.prepared)
    import_result(visit)


def _button(visit: Visit, export: ExportFormat, analysis: Analysis) -> None:
    lacks_times = export.needs_times and analysis.clip.timestamps_ms is None
    st.download_button(
        export.label,
        lambda: export.make(analysis, visit.coding_of(analysis.clip)),  # with what was typed just before the click
        export.name_for(analysis.clip.name),
        export.mime,
        key=f"download{export.ending.replace('.', '_')}",
        icon=":material/download:",
        on_click="ignore",
        disabled=lacks_times,
        help=_NEEDS_TIMES if lacks_times else export.purpose,
        type="tertiary",
    )


def coding_fields(visit: Visit, clip: Clip) -> None:
    """Draw the fields for what the person adds."""
    coding = visit.paperwork.coding_of(clip)
    for name, value in (("subject", coding.subject), ("coder", coding.coder), ("notes", coding.notes)):
        show_in(_key(name), value)
    keep = {"on_change": _keep, "args": (visit, clip)}
    with st.container(horizontal=True):
        st.text_input("Person shown", coding.subject, _LONGEST, key=_key("subject"), placeholder="such as S01", **keep)
        st.text_input("Coder", coding.coder, _LONGEST, key=_key("coder"), placeholder="your initials", **keep)
    st.text_area("Notes", coding.notes, key=_key("notes"), max_chars=_LONGEST_NOTES, height=68, **keep)


def _keep(visit: Visit, clip: Clip) -> None:
    values = {name: (st.session_state[_key(name)] or "").strip() for name in ("subject", "coder", "notes")}
    visit.paperwork.codings[clip.sha256] = replace(visit.paperwork.coding_of(clip), **values)


def _key(name: str) -> str:
    return f"coding_{name}"
