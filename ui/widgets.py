"""Small pieces that several pages share."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from mer_core.clip_sources.suffixes import CLIP_SUFFIXES, STILL_SUFFIXES
from mer_core.samples import sample_clips
from ui.state import Visit, current_visit, open_sample, open_uploads

_LEAST_PROGRESS = 0.03


def sample_buttons(primary: str | None = None) -> bool:
    """Whether a sample was chosen just now; draws one button a sample, that of `primary` filled.

    Before blind coding they are called Sample 1, 2, 3 in an order of the visit's own.
    """
    if current_visit().opens_blind:
        return _nameless_sample_buttons(current_visit())
    chosen = False
    with st.container(horizontal=True, key="samples"):
        for name, sample in sample_clips().items():
            chosen |= st.button(
                f"{sample.movement} ({name})",
                key=f"sample_{name}",
                icon=":material/play_circle:",
                type="primary" if name == primary else "secondary",
                on_click=open_sample,
                args=(name,),
            )
    st.caption("Samples are synthetic: one public-domain photograph, moved by computed action units.")
    return chosen


def _nameless_sample_buttons(visit: Visit) -> bool:
    chosen = False
    with st.container(horizontal=True, key="samples"):
        for number, name in enumerate(visit.sample_order, start=1):
            chosen |= st.button(
                f"Sample {number}",
                key=f"blind_sample_{number}",  # a key is in the page, so it must not name the movement
                icon=":material/play_circle:",
                on_click=open_sample,
                args=(name,),
            )
    st.caption("Samples are synthetic; before blind coding nobody says which movement is which.")
    return chosen


def uploader(visit: Visit) -> bool:
    """Whether files were uploaded just now; they lie in the visit's folder and the widget is empty again."""
    uploads = st.file_uploader(
        "Your own clip, or an onset and an apex picture",
        type=[*CLIP_SUFFIXES, *STILL_SUFFIXES],
        accept_multiple_files=True,
        key=f"upload_{visit.uploads}",
        help="A video, a GIF, a zip of numbered frames, or pictures of one face: two are taken as onset and apex, by "
        "these words in their names or else in the order given; more as the frames of a clip.",
    )
    if not uploads:
        return False
    open_uploads(uploads)
    return True


def failure_box(visit: Visit) -> None:
    """What went wrong, until it is dismissed or another clip is opened; nothing when all is well."""
    if visit.failure is None:
        return
    with st.container(key="failure", gap="xsmall"):
        kept = "" if visit.source is None else " The clip that was open before is still here."
        st.error(plain(visit.failure) + kept, icon=":material/error:")
        st.button("Dismiss", key="dismiss", type="tertiary", on_click=_dismiss, args=(visit,))


def way_back(visit: Visit) -> None:
    """Draw the ways back to the open clip, or rid of it, while another is being chosen."""
    if visit.source is None:
        return
    with st.container(horizontal=True, key="way_back"):
        st.button("Back to the open clip", key="keep_clip", icon=":material/arrow_back:", on_click=_keep, args=(visit,))
        st.button("Erase it now", key="erase_clip", icon=":material/delete:", on_click=visit.close, type="tertiary")


@contextmanager
def progress_box(
    place: DeltaGenerator, first: str, draw_below: Callable[[], None] = lambda: None
) -> Iterator[Callable[[str, float], None]]:
    """A box that says what is being done and how far it is; call what it gives with a text and a share, 0 to 1.

    It stands in `place`, an `st.empty()`, and disappears when the work ends, also by an error; so does what is drawn
    below it.
    """
    with place.container():
        with st.container(border=True, key="working"):
            bar = st.progress(0.0, first)
        draw_below()
    shown_text, shown_share = first, 0.0

    def tell(text: str, share: float) -> None:
        nonlocal shown_text, shown_share
        share = min(max(share, 0.0), 1.0)
        # A message for every frame would keep the browser busier than the work itself.
        if text != shown_text or share - shown_share >= _LEAST_PROGRESS:
            shown_text, shown_share = text, share
            bar.progress(share, text)

    try:
        yield tell
    finally:
        place.empty()


def plain(text: str) -> str:
    """The text with Markdown's signs taken literally: file names hold underscores, stars and brackets."""
    return "".join(f"\\{letter}" if letter in r"\`*_{}[]<>()#+!|~$:" else letter for letter in text)


def _keep(visit: Visit) -> None:
    visit.is_choosing = False


def _dismiss(visit: Visit) -> None:
    visit.failure = None
