"""Coding blind: a person's own markers and score sheet, made before anything that was found may be seen."""

from dataclasses import replace
from functools import partial

import streamlit as st

from mer_core.analysis import PreparedClip
from mer_core.blind_coding import BlindCoding, commit, missing_markers
from mer_core.coder_agreement import marker_agreement
from mer_core.interval import UNSET, Interval
from mer_core.markers import MARKERS
from mer_core.session_file import SESSION_ENDING, blind_session_of, session_json
from ui.analyze.downloads import coding_fields
from ui.analyze.face import tell_deck_blind
from ui.analyze.markers import markers_by_number, take_actions
from ui.analyze.reopening import import_result, open_work
from ui.analyze.score_sheet import score_sheet
from ui.analyze.settings import Settings, frame_rate_field
from ui.analyze.working import markers_of
from ui.frame import script_of
from ui.state import Source, Visit
from ui.twins import show_in

_HIDDEN = (
    "Everything the machine found is hidden: its markers and other movements, the motion curve, arrows and "
    "amplification, what moved, the network's answer, and the files with them."
)
_NOT_BLIND = (
    "What the machine found in this clip was on your screen during this visit, so this coding is stored as **not "
    'blind**. To code a clip blind, turn on "Code blind first" before you open it.'
)
_HOW = {
    "onset": "go there in the deck and press Onset (key O)",
    "apex": "go there in the deck and press Apex (key A)",
    "offset": "if you see it end",
}


def blind_switch(visit: Visit) -> None:
    """Draw the switch that opens the next clip with everything hidden."""
    show_in("opens_blind", visit.opens_blind)
    st.toggle(
        "Code blind first: what the machine finds stays hidden until you commit your own markers",
        visit.opens_blind,
        key="opens_blind",
        on_change=_switch,
        args=(visit,),
        help="The next clip opens with everything hidden. You set onset and apex and, if you like, fill in a FACS "
        "score sheet. A clip whose findings were on the screen before can no longer be coded blind in this visit.",
    )


def start_button(visit: Visit) -> None:
    """Draw the way to code the open clip oneself while its findings are hidden, unless that was done."""
    if visit.stage == "open":
        st.button(
            "Code blind first",
            key="code_blind",
            icon=":material/visibility_off:",
            on_click=_start,
            args=(visit,),
            help="Hides everything the machine found until you have committed your own markers and score sheet.",
        )


def stage_badge(visit: Visit) -> None:
    """Draw whether the findings are hidden, or were until an own coding was committed."""
    if visit.stage == "blind":
        st.badge("findings hidden", icon=":material/visibility_off:", color="blue")
    elif visit.blind is not None:
        st.badge("coded blind" if visit.blind.is_blind else "coded, not blind", icon=":material/edit_note:")


def blind_reading(visit: Visit, source: Source, prepared: PreparedClip, settings: Settings) -> None:
    """Draw what a blind coder needs instead of the findings: markers, score sheet, and the way to commit them."""
    interval = markers_of(visit, prepared)
    tell_deck_blind(visit, prepared, interval)
    with st.container(border=True, key="blind_markers"):
        st.header("1 Your markers", anchor=False)
        _what_is_hidden(visit, prepared)
        _markers(prepared, interval, source)
        if not source.is_pair:
            markers_by_number(visit, prepared, interval)
        if prepared.clip.timestamps_ms is None:
            frame_rate_field(visit)
    with st.container(border=True, key="blind_sheet"):
        st.header("2 Your score sheet", anchor=False)
        score_sheet(visit)
    with st.container(border=True, key="blind_commit"):
        st.header("3 Commit", anchor=False)
        coding_fields(visit, prepared.clip)
        _commit_button(visit, prepared)
        _other_ways(visit, prepared, settings)
    import_result(visit)


def refuse_to_explain() -> None:
    """Draw, in place of an explanation, that it would give away what is still being coded."""
    st.title("Explain an answer", anchor=False)
    st.info(
        "You are coding the open clip blind. An explanation would show what the machine found in it; commit your "
        "markers first.",
        icon=":material/visibility_off:",
    )
    st.page_link(script_of("Analyze"), label="Back to your coding", icon=":material/arrow_back:")


def _what_is_hidden(visit: Visit, prepared: PreparedClip) -> None:
    st.caption(_HIDDEN)
    if _saw(visit, prepared):
        st.warning(_NOT_BLIND, icon=":material/visibility:")


def _markers(prepared: PreparedClip, interval: Interval, source: Source) -> None:
    if source.is_pair:
        st.markdown("Onset and apex are the two pictures that were given.")
        return
    lines = []
    for name, marker in zip(MARKERS, interval.sources, strict=True):
        place = f"**{prepared.clip.moment(getattr(interval, name))}**"
        todo = _HOW[name]
        lines.append(f"- {name.capitalize()}: {f':gray[not set yet, {todo}]' if marker == UNSET else place}")
    st.markdown("\n".join(lines))


def _commit_button(visit: Visit, prepared: PreparedClip) -> None:
    missing = missing_markers(markers_of(visit, prepared))
    if missing:
        st.caption(f"Set the {' and the '.join(missing)} first. The offset and the score sheet may stay open.")
    else:
        st.caption("Your markers and your score sheet then stay as they are, with the time; this cannot be undone.")
    if st.button(
        "Commit, and show what the machine found",
        key="commit",
        icon=":material/visibility:",
        type="primary",
        disabled=bool(missing),
        on_click=_commit,
        args=(visit, prepared),
    ):
        st.rerun()  # the header and the deck follow


def _commit(visit: Visit, prepared: PreparedClip) -> None:
    take_actions(visit, prepared)  # a key pressed in the deck just before the click counts
    interval = markers_of(visit, prepared)
    if visit.blind is None or visit.blind.committed or missing_markers(interval):
        return  # a second click came before the page had changed
    coder = visit.paperwork.coding_of(prepared.clip).coder
    committed = commit(visit.blind, interval, coder, _saw(visit, prepared))
    nearest = marker_agreement(interval, prepared.candidates)
    is_pair = visit.source is not None and visit.source.is_pair
    visit.end_blind(committed, nearest.machine if nearest.place and not is_pair else None)


def _other_ways(visit: Visit, prepared: PreparedClip, settings: Settings) -> None:
    """Draw how to go on another day, and how to stop."""
    with st.container(horizontal=True, key="blind_ways"):
        st.download_button(
            "Save for later",
            partial(_session_text, visit, prepared, settings),
            f"blind{SESSION_ENDING}",
            "application/json",
            key="save_blind",
            icon=":material/download:",
            type="tertiary",
            on_click="ignore",
            help="A session with your markers and score sheet so far, and nothing that was found.",
        )
        open_work(visit, prepared)
        with st.popover("Stop coding blind", icon=":material/close:", key="stop_blind", type="tertiary"):
            st.markdown(
                "Everything is shown then, your score sheet is dropped, and your markers are not stored as blind."
            )
            if st.button("Drop it and show everything", key="give_up", on_click=_give_up, args=(visit,)):
                st.rerun()


def _session_text(visit: Visit, prepared: PreparedClip, settings: Settings) -> str:
    predictor = settings.shared.predictor
    assert visit.blind is not None
    seen = replace(visit.blind, findings_seen=_saw(visit, prepared))
    coding = replace(visit.paperwork.coding_of(prepared.clip), blind=seen)
    motion = predictor.settings(settings.method, settings.remove_head_motion)
    session = blind_session_of(prepared, visit.interval, predictor.checkpoint, motion, coding)
    if visit.is_sample:  # its file name tells what its face does
        session = replace(session, clip=replace(session.clip, name="a bundled sample"))
    return session_json(session)


def _give_up(visit: Visit) -> None:
    is_whole = visit.interval is not None and UNSET not in visit.interval.sources
    visit.end_blind(None, visit.interval if is_whole else None)


def _saw(visit: Visit, prepared: PreparedClip) -> bool:
    """Whether this clip's findings were on the coder's screen, now or before a session was saved."""
    return visit.has_seen(prepared.clip) or (visit.blind is not None and visit.blind.findings_seen)


def _start(visit: Visit) -> None:
    visit.start_blind(BlindCoding())
    st.query_params.clear()  # the address may name a sample


def _switch(visit: Visit) -> None:
    visit.opens_blind = st.session_state["opens_blind"]
