"""Overview: what MER Studio is and is not, a sample one click away, and the networks with what is known of them."""

import streamlit as st

from ui.challenge import challenge_section
from ui.frame import begin_page, script_of
from ui.overview import what_it_is, zoo_table
from ui.state import current_visit
from ui.widgets import sample_buttons, uploader

with begin_page("Overview"):
    st.title("See how a face moved, before anyone names it", anchor=False)
    st.markdown(
        "MER Studio finds brief, faint facial movements in a clip, measures them, and shows what small networks make "
        "of them. It describes movement; it does not read feelings and does not detect lies."
    )
    if sample_buttons(primary="positive") or uploader(current_visit()):
        st.switch_page(script_of("Analyze"))
    challenge_section()
    what_it_is()
    zoo_table()
