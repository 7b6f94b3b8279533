"""From the visit's source to its analysis, with progress, and each result kept for the next rerun."""

import streamlit as st

from mer_core.analysis import Analysis, PreparedClip
from mer_core.blind_coding import neutral_interval
from mer_core.interval import Interval
from mer_core.predictor import prepare_clip
from mer_core.preview import make_preview
from ui.analyze.settings import Settings
from ui.deck.payload import DeckFrames
from ui.state import Source, Visit
from ui.widgets import progress_box

_READING = "Reading the clip"
# What was drawn or measured stays when a marker moves, if it does not hang on the markers.
_PROPOSAL, _OF_THE_CLIP = "proposal", ("frame", "proposal")
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
    if remove_head_motion not in visit.prepared or visit.frames is None:
        draw_below = skeleton if visit.frames is None else lambda: None  # else the page is there already
        with progress_box(place, _READING, draw_below) as tell:
            kept = next((prepared.clip for prepared in visit.prepared.values()), None)
            clip = kept or source.read(lambda share: tell(_READING, 0.3 * share))
            if remove_head_motion not in visit.prepared:
                visit.prepared[remove_head_motion] = prepare_clip(
                    clip, remove_head_motion, progress=lambda share: tell(_step(share), 0.3 + 0.6 * share)
                )
            if visit.frames is None:
                preview = make_preview(
                    visit.prepared[remove_head_motion],
                    lambda share: tell("Preparing the pictures", 0.9 + 0.1 * share),
                    is_even=visit.is_coding_blind,
                )
                visit.frames = DeckFrames.of(preview, clip, source.pair_names)
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


def markers_of(visit: Visit, prepared: PreparedClip) -> Interval:
    """The markers in use; of a blind coder only his own, the others stand where they say nothing."""
    if visit.interval is not None:
        return visit.interval
    if visit.source is not None and visit.source.is_pair:
        return starting_interval(visit.source, prepared)
    return neutral_interval(prepared.clip.num_frames) if visit.is_coding_blind else prepared.candidates[0]


def analysis_of(visit: Visit, settings: Settings, prepared: PreparedClip, interval: Interval) -> Analysis:
    """The analysis of these markers with these settings, which is about to be shown; the last one is kept.

    Raises:
        MotionError: the onset or the apex shows no face.
    """
    assert not visit.is_coding_blind  # whoever asks shows it
    visit.see(prepared.clip)
    key = _key(settings, interval)
    if visit.analysis is None or visit.analysis[0] != key:
        visit.analysis = (key, _analyze(settings, prepared, interval))
        visit.drawn = {kind: made for kind, made in visit.drawn.items() if kind[0] in _OF_THE_CLIP}
    return visit.analysis[1]


def analysis_of_proposal(visit: Visit, settings: Settings, prepared: PreparedClip, proposal: Interval) -> Analysis:
    """The analysis of a proposal, wherever the markers stand by now; the last one is kept.

    Raises:
        MotionError: the onset or the apex shows no face.
    """
    kind = (_PROPOSAL, _key(settings, proposal))
    if kind not in visit.drawn:
        is_shown = visit.analysis is not None and visit.analysis[0] == kind[1]
        found = visit.analysis[1] if visit.analysis and is_shown else _analyze(settings, prepared, proposal)
        visit.drawn = {old: made for old, made in visit.drawn.items() if old[0] != _PROPOSAL} | {kind: found}
    return visit.drawn[kind]


def _key(settings: Settings, interval: Interval) -> tuple[str, str, str, bool, Interval]:
    checkpoint = settings.shared.predictor.checkpoint
    # By name too: two checkpoints may have the same weights and take other channels.
    return checkpoint.name, checkpoint.sha256, settings.method, settings.remove_head_motion, interval


def _analyze(settings: Settings, prepared: PreparedClip, interval: Interval) -> Analysis:
    with settings.shared.lock:
        return settings.shared.predictor.analyze_interval(
            prepared, interval, settings.method, settings.remove_head_motion
        )
