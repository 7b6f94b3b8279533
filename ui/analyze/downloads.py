"""The analysis to take away."""

from collections.abc import Callable
from pathlib import PurePath

import streamlit as st

from mer_core.analysis import Analysis
from mer_core.exports import analysis_json, curve_csv
from mer_core.pictures import overview_picture, png_bytes


def downloads(analysis: Analysis) -> None:
    """Draw the buttons for the curve (CSV), the picture (PNG) and everything as JSON; each file is made on demand."""
    stem = PurePath(analysis.clip.name).stem or "clip"
    with st.container(horizontal=True, key="downloads"):
        _button("Curve (CSV)", f"{stem}-curve.csv", "text/csv", lambda: curve_csv(analysis))
        _button("Picture (PNG)", f"{stem}-motion.png", "image/png", lambda: png_bytes(overview_picture(analysis)))
        _button("All (JSON)", f"{stem}-analysis.json", "application/json", lambda: analysis_json(analysis))


def _button(label: str, file_name: str, mime: str, make: Callable[[], str | bytes]) -> None:
    st.download_button(
        label, make, file_name, mime, key=f"download_{mime}", icon=":material/download:", on_click="ignore"
    )
