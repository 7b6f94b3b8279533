"""Whether the reader's browser shows the app light or dark."""

import streamlit as st


def is_dark() -> bool:
    """Whether the dark theme is on; light until the browser has said."""
    return st.context.theme.type == "dark"
