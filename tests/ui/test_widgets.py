import numpy as np
import pytest
import streamlit as st

from mer_core.clips import Clip
from ui.widgets import frame_text, plain, progress_box


def clip(timestamps_ms):
    return Clip(np.zeros((3, 4, 4, 3), np.uint8), timestamps_ms, "clip", "")


def test_a_moment_is_told_in_ms_first():
    assert frame_text(clip(np.array([0.0, 10.0, 20.0])), 2) == "20 ms (frame 2)"


def test_without_a_frame_rate_there_is_only_the_frame():
    assert frame_text(clip(None), 2) == "frame 2"


def test_a_file_name_is_not_read_as_markdown():
    assert plain("my_clip*[1].mp4") == r"my\_clip\*\[1\].mp4"


def test_the_progress_box_lets_errors_through():
    with pytest.raises(ValueError, match="broken"), progress_box(st.empty(), "Reading") as tell:
        tell("Reading", 2.0)
        raise ValueError("broken")
