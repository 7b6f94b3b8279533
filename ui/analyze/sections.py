"""The sections of the reading: all below one another, or one at a time where the screen is narrow."""

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

# The names are used in ui/style.css, which hides the choice on wide screens and the other sections on narrow ones.
_SECTIONS = {"movement": "Movement", "network": "Network", "limits": "Limits", "more": "More"}


def section_chooser() -> str:
    """The section that a narrow screen shows; draws the choice of it."""
    return st.segmented_control(
        "Section",
        tuple(_SECTIONS),
        format_func=_SECTIONS.__getitem__,
        key="section",
        default="movement",
        required=True,
        label_visibility="collapsed",
        width="stretch",
    )


def section(name: str) -> DeltaGenerator:
    """The place of one of the sections."""
    return st.container(key=f"section_{name}")
