"""The frame around every page: title, navigation, and what must be said in plain sight."""

from dataclasses import dataclass
from pathlib import Path

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from mer_core.disclosures import LEARNT_FROM, NOT_FOR_DECISIONS, PRIVACY, TAGLINE
from ui.cached import tested_networks
from ui.state import current_visit, keep_until_left
from ui.widgets import plain

_STYLE = Path(__file__).with_name("style.css")
# A picture of our own: Streamlit would fetch a Material Symbol for the browser's tab from a font server.
_ICON = Path(__file__).with_name("icon.png")


@dataclass(frozen=True)
class Page:
    """One page: its title, its script relative to `app.py`, and a Material Symbol."""

    title: str
    script: str
    icon: str


# Only pages that exist; st.navigation is not used because beside a folder named pages/ it breaks deep links.
PAGES: tuple[Page, ...] = (
    Page("Overview", "app.py", ":material/home:"),
    Page("Analyze", "pages/analyze.py", ":material/frame_inspect:"),
    Page("Explain", "pages/explain.py", ":material/query_stats:"),
)


def begin_page(title: str) -> DeltaGenerator:
    """The container for the page's content, between the header and the limits; call it before anything else.

    Raises:
        ValueError: the title is not one of `PAGES`.
    """
    page = next((page for page in PAGES if page.title == title), None)
    if page is None:
        raise ValueError(f"Unknown page {title!r}; PAGES has {', '.join(page.title for page in PAGES)}.")
    st.set_page_config(page_title=f"{title} · MER Studio", page_icon=str(_ICON), layout="wide")
    st.html(_STYLE)
    keep_until_left(current_visit())
    _header(page)
    body = st.container(key="page_body")
    _limits()
    return body


def script_of(title: str) -> str:
    """The script of a page, for `st.switch_page`."""
    return next(page.script for page in PAGES if page.title == title)


def _header(current: Page) -> None:
    with st.container(key="page_header", horizontal=True, vertical_alignment="center", gap="medium"):
        st.markdown("**MER Studio**", width="content")
        for page in PAGES:
            with st.container(key=f"nav_{'current' if page is current else page.title.lower()}", width="content"):
                st.page_link(page.script, label=page.title, icon=page.icon)
        st.caption(TAGLINE, width="content")


def _limits() -> None:
    with st.container(key="page_limits", gap="xsmall"):
        st.caption(f"**Limits.** {LEARNT_FROM} {plain(tested_networks())} {NOT_FOR_DECISIONS}")
        st.caption(f"**Privacy.** {PRIVACY}")
