"""Markers and sessions from files: taken over at once, or as soon as the clip they belong to is open."""

from dataclasses import replace

import streamlit as st

from mer_core.analysis import PreparedClip
from mer_core.clip_sources.limits import shown
from mer_core.errors import CheckpointError, MarkerFileError, MerError
from mer_core.marker_files import MARKER_FILE_TYPES, MOST_MEGABYTES, ImportedMarkers, read_markers
from mer_core.session_file import Session, check_clip, clip_remarks, read_session
from ui.analyze.settings import choose_network, choose_settings
from ui.analyze.working import markers_of
from ui.cached import checkpoint_names, shared_predictor
from ui.state import Source, Visit
from ui.widgets import plain


def open_work(visit: Visit, prepared: PreparedClip) -> None:
    """Draw the way to markers or a session for the open clip."""
    # Markers of another coder, or of the machine, are none that a blind coder may see.
    only_session = visit.is_coding_blind or (visit.source is not None and visit.source.is_pair)
    title = "Open a session" if visit.is_coding_blind else "Open markers or a session"
    with st.popover(title, icon=":material/upload_file:", key="open_work"):
        label = "A session for this clip" if only_session else "A CSV table, an ELAN file or a session for this clip"
        _uploader(visit, label, ("json",) if only_session else MARKER_FILE_TYPES, prepared)


def import_result(visit: Visit) -> None:
    """Draw what came of the last file, until it is dismissed or another clip is opened."""
    imported, refused = visit.paperwork.imported, visit.paperwork.refused
    if imported is None and refused is None:
        return
    with st.container(key="import_result", gap="xsmall"):
        if refused is not None:
            st.error(plain(refused), icon=":material/error:")
        if imported is not None:
            st.success(plain(imported.found), icon=":material/upload_file:")
            for warning in imported.warnings:
                st.warning(plain(warning), icon=":material/warning:")
        st.button("Dismiss", key="dismiss_import", type="tertiary", on_click=visit.paperwork.forget_import)


def open_session(visit: Visit) -> None:
    """Draw, before a clip is open, the way to a session, and which clip one that was opened is waiting for."""
    if visit.paperwork.awaited is None:
        with st.popover("Open a session", icon=":material/upload_file:", key="open_session"):
            _uploader(visit, "A session (.mer.json) that was saved here", ("json",), None)
    else:
        clip = visit.paperwork.awaited.clip
        _waiting(visit, f"Add the clip of this session: {shown(clip.name)}, {clip.length} (hash {clip.short_hash}).")
    if visit.paperwork.refused is not None:
        import_result(visit)


def take_up_session(visit: Visit, source: Source, prepared: PreparedClip) -> None:
    """Apply a session that waits for the open clip, or say that it waits for another."""
    if visit.paperwork.awaited is None:
        return
    try:
        check_clip(visit.paperwork.awaited, prepared.clip)
    except MerError as error:
        _waiting(visit, str(error).replace(shown(prepared.clip.name), visit.name_of(prepared.clip)))
        return
    try:
        _apply(visit, source, prepared, visit.paperwork.awaited)
    except MerError as error:
        visit.paperwork.awaited, visit.paperwork.refused = None, str(error)
    st.rerun()


def _waiting(visit: Visit, sentence: str) -> None:
    with st.container(key="awaited", gap="xsmall"):
        st.info(plain(sentence), icon=":material/hourglass_empty:")
        st.button("Forget the session", key="forget_session", type="tertiary", on_click=visit.paperwork.forget_session)


def _uploader(visit: Visit, label: str, types: tuple[str, ...], prepared: PreparedClip | None) -> None:
    key = _key(visit)
    st.file_uploader(
        label,
        type=list(types),
        key=key,
        max_upload_size=MOST_MEGABYTES,
        on_change=_take,
        args=(visit, key, prepared),
    )


def _take(visit: Visit, key: str, prepared: PreparedClip | None) -> None:
    """Read the uploaded file; the widget is empty again afterwards."""
    upload = st.session_state[key]
    if upload is None or key != _key(visit):  # the browser reports a file until it has drawn the empty widget
        return
    visit.works += 1
    visit.paperwork.forget_import()
    try:
        _read(visit, upload.getvalue(), upload.name, prepared)
    except MerError as error:
        visit.paperwork.refused = str(error)


def _key(visit: Visit) -> str:
    return f"work_{visit.works}"


def _read(visit: Visit, content: bytes, name: str, prepared: PreparedClip | None) -> None:
    if name.lower().endswith(".json"):
        session = read_session(content, name)
        if prepared is None or visit.source is None:
            visit.paperwork.awaited = session
            return
        check_clip(session, prepared.clip)
        _apply(visit, visit.source, prepared, session)
    elif prepared is not None:
        visit.paperwork.imported = read_markers(content, name, prepared.clip, prepared.candidates[0])
        visit.mark(visit.paperwork.imported.interval)


def _apply(visit: Visit, source: Source, prepared: PreparedClip, session: Session) -> None:
    """Bring back a session's settings, markers and notes; where its times were others the clip is opened anew first.

    Raises:
        MarkerFileError: the clip is being coded blind, and the session was made with its findings in sight.
    """
    clip, blind = prepared.clip, session.coding.blind
    if visit.is_coding_blind and blind is None:
        raise MarkerFileError(
            "This session was saved with the machine's findings in sight and would show them; commit your own coding "
            "first, or stop coding blind."
        )
    fps = session.clip.fps_to_give
    if not source.is_pair and fps != source.fps and not session.clip.has_times_of(clip):
        visit.read_anew(replace(source, fps=fps))
        visit.paperwork.awaited = session
        return
    visit.paperwork.awaited = None
    warnings = (*_take_network(session), *clip_remarks(session, clip))
    choose_settings(session.flow_method, session.remove_head_motion)
    visit.paperwork.codings[clip.sha256] = replace(session.coding, blind=None)
    if blind is not None and not blind.committed:
        visit.start_blind(blind, session.interval)
    elif blind is not None:
        visit.end_blind(blind, session.interval)
    else:
        visit.mark(session.interval)
    name = visit.name_of(clip) if visit.is_coding_blind else session.clip.name
    found = f"Session of {shown(name)} opened: markers, settings and notes are back."
    visit.paperwork.imported = ImportedMarkers(markers_of(visit, prepared), found, warnings)


def _take_network(session: Session) -> tuple[str, ...]:
    """Choose the session's network; a sentence where that is not the same any more."""
    if session.model not in checkpoint_names():
        return (f"The session's network, {shown(session.model)}, is not on this machine; another one answers here.",)
    try:
        checkpoint = shared_predictor(session.model).predictor.checkpoint
    except CheckpointError as error:
        return (f"The session's network cannot be used, so another one answers here: {error}",)
    choose_network(session.model)
    if checkpoint.sha256 != session.model_sha256:
        return (f"The weights of {session.model} have changed since the session was saved; its answer may differ.",)
    return ()
