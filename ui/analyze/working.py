"""From the visit's source to its analysis, with progress, and each result kept for the next rerun."""

import streamlit as st

from mer_core.analysis import Analysis, PreparedClip
from mer_core.interval import Interval
from mer_core.predictor import prepare_clip
from mer_core.preview import make_preview
from ui.analyze.settings import Settings
from ui.deck.payload import DeckFrames
from ui.state import Source, Visit
from ui.widgets import progress_box

_READING = "Reading the clip"
# About the heights of what stands there later, px of a wide screen.
_DECK_PX, _CARDS_PX = 785, (435, 300, 200)


def prepared_clip(visit: Visit, source: Source, remove_head_motion: bool) -> PreparedClip:
    """The clip of the visit's source with its face and curve; made on the first call, with progress on the page.

    The first call also makes the frames for the deck.

    Raises:
        MerError: the clip cannot be read, or shows no face.
    """
    # The place is taken also when there is nothing to do: what follows would otherwise be drawn anew, and lose focus.
    place = st.empty()
    if remove_head_motion not in visit.prepared:
        draw_below = skeleton if visit.frames is None else lambda: None  # else the page is there already
        with progress_box(place, _READING, draw_below) as tell:
            kept = next((prepared.clip for prepared in visit.prepared.values()), None)
            clip = kept or source.read(lambda share: tell(_READING, 0.3 * share))
            prepared = prepare_clip(
                clip, remove_head_motion, progress=lambda share: tell(_step(share), 0.3 + 0.6 * share)
            )
            if visit.frames is None:
                preview = make_preview(prepared, lambda share: tell("Preparing the pictures", 0.9 + 0.1 * share))
                visit.frames = DeckFrames.of(preview, clip, source.pair_names)
            visit.prepared[remove_head_motion] = prepared
    visit.settle()
    return visit.prepared[remove_head_motion]


def skeleton() -> None:
    """Draw empty boxes where the deck and its reading will stand, as high as these, so that nothing jumps."""
    with st.container(key="skeleton"):
        left, right = st.columns([8, 5], gap="medium")
        left.container(height=_DECK_PX, border=False)
        for height in _CARDS_PX:
            right.container(height=height, border=False)


def _step(share: float) -> str:
    return "Finding the face in every frame" if share < 0.5 else "Measuring how far it moves"


def starting_interval(source: Source, prepared: PreparedClip) -> Interval:
    """The markers before anybody moved one: the best proposal, or the two pictures as they were given."""
    return Interval(0, 1, 1, ("user", "user", "user")) if source.is_pair else prepared.candidates[0]


def analysis_of(visit: Visit, settings: Settings, prepared: PreparedClip, interval: Interval) -> Analysis:
    """The analysis of these markers with these settings; the last one is kept.

    Raises:
        MotionError: the onset or the apex shows no face.
    """
    predictor = settings.shared.predictor
    key = (predictor.checkpoint.sha256, settings.method, settings.remove_head_motion, interval)
    if visit.analysis is None or visit.analysis[0] != key:
        with settings.shared.lock:
            analysis = predictor.analyze_interval(prepared, interval, settings.method, settings.remove_head_motion)
        visit.analysis = (key, analysis)
        visit.drawn = {kind: made for kind, made in visit.drawn.items() if kind[0] == "frame"}
    return visit.analysis[1]
