"""The report to take away: made on demand, because its checks take some seconds."""

import streamlit as st

from mer_core.analysis import Analysis
from mer_core.exports.formats import format_for
from mer_core.report import report_html
from ui.state import Visit
from ui.widgets import progress_box

_KIND = ("report",)
_FORMAT = format_for(".html")


def report_card(visit: Visit, analysis: Analysis) -> None:
    """Draw the button that makes the report, then the one that downloads it."""
    with st.container(border=True, key="report"):
        st.header("Take it away", anchor=False)
        coding = visit.coding_of(analysis.clip)
        place = st.empty()
        if visit.drawn.get(_KIND, (None, ""))[0] != coding:
            if not place.button(_FORMAT.label, key="make_report", icon=":material/description:"):
                st.caption("One file with pictures of the face, for reading, printing or a supplement.")
                return
            with progress_box(place, "Making the report") as tell:
                visit.drawn[_KIND] = (coding, report_html(analysis, coding, tell))
        place.download_button(
            "Download the report",
            visit.drawn[_KIND][1],
            _FORMAT.name_for(analysis.clip.name),
            _FORMAT.mime,
            key="download_report",
            icon=":material/download:",
            on_click="ignore",
        )
        st.caption("It opens in any browser, without a network. It shows a face: share it as you would the recording.")
