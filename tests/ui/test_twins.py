"""Widgets whose value is also kept elsewhere: told it once, and again only when it has changed."""

from streamlit.testing.v1 import AppTest


def note_kept_elsewhere():
    import streamlit as st

    from ui.twins import show_in

    show_in("note", st.session_state.setdefault("kept", "smiles"))
    st.text_input("Note", st.session_state["kept"], key="note")


def units_chosen_elsewhere():
    import streamlit as st

    from ui.twins import twin_key

    chosen = st.session_state.setdefault("kept", ["AU12"])
    st.multiselect("Units", ["AU1", "AU12"], chosen, key=twin_key("units", chosen))


def test_a_widget_that_shows_the_value_is_not_told_it_again():
    # Told a value, the browser drops what is being typed into the widget.
    page = AppTest.from_function(note_kept_elsewhere).run()
    assert page.text_input[0].value == "smiles"
    assert page.text_input[0].proto.set_value
    page.run()
    assert page.text_input[0].value == "smiles"
    assert not page.text_input[0].proto.set_value


def test_a_widget_is_told_a_value_that_was_changed_elsewhere():
    page = AppTest.from_function(note_kept_elsewhere).run()
    page.session_state["kept"] = "frowns"
    page.run()
    assert page.text_input[0].value == "frowns"
    assert page.text_input[0].proto.set_value


def test_a_twin_keeps_its_key_and_is_left_alone_until_its_value_changes_elsewhere():
    page = AppTest.from_function(units_chosen_elsewhere).run()
    first = page.multiselect[0].key
    page.run()
    assert page.multiselect[0].key == first
    assert not page.multiselect[0].proto.set_value
    page.session_state["kept"] = ["AU1"]
    page.run()
    assert page.multiselect[0].key != first
    assert page.multiselect[0].value == ["AU1"]
