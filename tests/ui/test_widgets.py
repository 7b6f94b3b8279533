import pytest
import streamlit as st

from ui.widgets import plain, progress_box


def test_a_file_name_is_not_read_as_markdown():
    assert plain("my_clip*[1].mp4") == r"my\_clip\*\[1\].mp4"


def test_the_progress_box_lets_errors_through():
    with pytest.raises(ValueError, match="broken"), progress_box(st.empty(), "Reading") as tell:
        tell("Reading", 2.0)
        raise ValueError("broken")
