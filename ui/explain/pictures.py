"""The pictures of why, side by side on the face."""

import numpy as np
import streamlit as st

from mer_core.analysis import Analysis
from mer_core.drawing.explain_views import attribution_picture, strain_control_picture
from mer_core.explain.agreement import LOOKS_LIKE_THE_CONTROL
from mer_core.explain.attribution import NotPossible
from mer_core.pictures import png_bytes
from ui.explain.why import CONTROL, Choice, attribution_of
from ui.state import Visit
from ui.widgets import plain

_CONTROL_SAID = f"No network has a say in this one: it is how much the skin was stretched. {LOOKS_LIKE_THE_CONTROL}"


def pictures(visit: Visit, analysis: Analysis, choice: Choice) -> None:
    """Draw the two chosen pictures beside each other, each with what it shows and how far it can be read."""
    for column, method in zip(st.columns(2), (choice.method, choice.beside), strict=True):
        with column, st.container(gap="xsmall"):
            if method == CONTROL:
                _show(strain_control_picture(analysis, choice.look), "Strain of the skin, the control")
                st.caption(_CONTROL_SAID)
            else:
                _attribution(visit, analysis, choice, method)


def _attribution(visit: Visit, analysis: Analysis, choice: Choice, method: str) -> None:
    found = attribution_of(visit, analysis, method, choice.target)
    if isinstance(found, NotPossible):
        st.info(f"{found.method.title}: {plain(found.reason)}", icon=":material/block:")
        return
    channel = choice.channel if choice.channel in found.channels else None
    picture = attribution_picture(analysis, found, channel, choice.look)
    _show(picture, f"{found.method.title} for {choice.target}, on the face at the onset")
    said = [found.method.sentence, *found.notes]
    if choice.channel is not None and channel is None:
        said.append("This method cannot tell the parts of the motion apart.")
    st.caption(plain(" ".join(said)))


def _show(picture: np.ndarray, alt: str) -> None:
    st.image(png_bytes(picture), width="stretch", output_format="PNG", alt=alt)
