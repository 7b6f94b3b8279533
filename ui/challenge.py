"""The challenge on the Overview page: can you see it? A clip plays once, the visitor answers, the truth is shown."""

import secrets
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import streamlit as st

from mer_core.challenge import (
    PARTS,
    Challenge,
    Guess,
    Part,
    Side,
    draw_challenge,
    has_sides,
    is_place,
    judged_sentences,
    render_challenge,
    truth_sentences,
    write_challenge,
)
from mer_core.errors import MerError
from ui.challenge_player.component import challenge_actions, challenge_link, challenge_player
from ui.challenge_player.payload import challenge_payload
from ui.frame import script_of
from ui.state import Source, current_visit
from ui.twins import is_outdated, twin_key
from ui.widgets import plain

_KEY = "challenge"
_FILE = "synthetic-challenge.mp4"
_PART_NAMES: dict[Part, str] = {**{part: part.capitalize() for part in PARTS}, "eye": "Eyes", "mouth": "Mouth"}
# In the order in which they are seen.
_SIDE_NAMES: dict[Side, str] = {"R": "Left in the picture", "L": "Right in the picture", "B": "Both"}
_MOST_PLAYS = 999
# One clip at a time for all visitors: it must not slow down those who are watching.
_DRAWING = ThreadPoolExecutor(max_workers=1, thread_name_prefix="challenge")


@dataclass(eq=False)
class Round:
    """One challenge and what the visitor has answered so far; nothing of it outlives the session.

    Attributes:
        challenge: what moves, where and when.
        frames: the clip as the player gets it.
        key: names this round to the player.
        part: the part of the face answered; None before.
        side: its side.
        ms: the moment answered; None before.
        plays: how often the clip was played.
        following: the next round, in the making once the truth of this one is shown; None before.
        answered: number of the player's last action that was taken into account.
    """

    challenge: Challenge
    frames: bytes
    key: str
    part: Part | None = None
    side: Side | None = None
    ms: int | None = None
    plays: int = 0
    following: "Future[Round] | None" = None
    answered: int = 0

    @classmethod
    def drawn(cls, unlike: Part | None = None) -> "Round":
        """A new round in which another part moves than `unlike`; drawing its clip takes about half a second."""
        challenge, key = draw_challenge(secrets.randbelow(2**31), unlike), secrets.token_hex(8)
        return cls(challenge, challenge_payload(render_challenge(challenge), challenge, key), key)

    @property
    def guess(self) -> Guess | None:
        """The answer, once it names a place."""
        return None if self.part is None or self.side is None else Guess(self.part, self.side, self.ms)

    @property
    def is_revealed(self) -> bool:
        """Whether the truth is shown."""
        return self.following is not None

    def reveal(self) -> None:
        """Show the truth; while it is looked at, the next clip is drawn."""
        if self.following is None:
            self.following = _DRAWING.submit(Round.drawn, self.challenge.part)

    def choose_part(self, part: Part | None) -> None:
        """Answer a part; a side that was answered before is kept where the part has sides."""
        kept = self.side if self.part is not None and has_sides(self.part) else None
        self.part = part
        self.side = None if part is None else kept if has_sides(part) else "B"


def challenge_section() -> None:
    """Draw the challenge: an invitation, and once that is taken up, the round."""
    with st.container(border=True, key="challenge"):
        # Its own place, emptied at once when the round begins: a button that is left over would keep the focus.
        invitation = st.empty()
        if _KEY in st.session_state:
            _show(st.session_state[_KEY])
        else:
            with invitation.container():
                _invite()


def _invite() -> None:
    st.header("Try it with your own eyes", anchor=False)
    st.markdown(
        "Somewhere in a face one thing moves, once, by one to three pixels, for less than half a second. Say where and "
        "when; then see the truth, slowly and amplified. It takes about 20 seconds."
    )
    st.button("Can you see it?", key="challenge_start", icon=":material/visibility:", on_click=_start)
    st.caption(
        "A public-domain photograph, moved by a computed action unit while the head sways a little. No score is kept."
    )


def _start() -> None:
    st.session_state[_KEY] = Round.drawn()


def _show(current: Round) -> None:
    st.header("Can you see it?", anchor=False)
    with st.container(key="challenge_round"):
        left, right = st.columns(2, gap="medium")
    with left:
        challenge_player(current.frames)
    with right:
        _answer_or_truth(current)


@st.fragment
def _answer_or_truth(current: Round) -> None:
    """The visitor's side of the round; it alone is drawn again with every answer."""
    state = {name: getattr(current, name) for name in ("key", "part", "side", "ms", "plays")}
    challenge_link({**state, "sequence": current.answered, "isRevealed": current.is_revealed}, lambda: _take(current))
    if current.following is not None and current.guess is not None:
        _truth(current, current.guess, current.following)
    else:
        _answer(current)


def _answer(current: Round) -> None:
    _place(current)
    _moment(current)
    with st.container(horizontal=True, key="challenge_actions"):
        isnt_placed = current.guess is None
        why = "Say where first" if isnt_placed else None
        st.button(
            "Show me",
            key="challenge_reveal",
            type="primary",
            disabled=isnt_placed,
            help=why,
            on_click=_reveal,
            args=(current,),
        )
        _put_away()


def _place(current: Round) -> None:
    key = twin_key("challenge_part", current.part)
    st.segmented_control(
        "Where did it move? Click the face, or choose",
        list(PARTS),
        default=current.part,
        format_func=_PART_NAMES.__getitem__,
        key=key,
        on_change=_choose_part,
        args=(current, key),
    )
    if current.part is None or not has_sides(current.part):
        return
    key = twin_key("challenge_side", current.side)
    st.segmented_control(
        "On which side?",
        list(_SIDE_NAMES),
        default=current.side,
        format_func=_SIDE_NAMES.__getitem__,
        key=key,
        on_change=_choose_side,
        args=(current, key),
    )


def _moment(current: Round) -> None:
    challenge = current.challenge
    shown = current.ms or 0
    key = twin_key("challenge_ms", shown)
    said = "press Space while it plays, or set it here" if current.ms is None else f"{current.ms} ms"
    st.slider(
        f"When? {said[0].upper()}{said[1:]}",
        0,
        challenge.last_ms,
        shown,
        step=challenge.step_ms,
        format="%d ms",
        key=key,
        on_change=_choose_moment,
        args=(current, key),
        help="A press comes a little after what was seen; here it can be put back.",
    )


def _truth(current: Round, guess: Guess, following: "Future[Round]") -> None:
    place, moment = judged_sentences(current.challenge, guess)
    what, how = truth_sentences(current.challenge)
    with st.container(key="challenge_truth", gap="xsmall"):
        st.markdown(f"**{plain(place)}**")
        st.markdown(f"**{plain(moment)}**")
        st.markdown(plain(what))
        st.markdown(plain(how))
        seen = {0: "You answered without playing it.", 1: "You played it once."}
        st.caption(seen.get(current.plays, f"You played it {current.plays} times."))
    with st.container(horizontal=True, key="challenge_actions"):
        if st.button("Another one", key="challenge_next", type="primary", icon=":material/replay:"):
            st.session_state[_KEY] = following.result()
            st.rerun()
        if st.button("Open this clip in Analyze", key="challenge_open", icon=":material/frame_inspect:"):
            _open(current.challenge)
            st.switch_page(script_of("Analyze"))
        _put_away()


def _put_away() -> None:
    if st.button("Close", key="challenge_close", type="tertiary"):
        del st.session_state[_KEY]
        st.rerun()


def _open(challenge: Challenge) -> None:
    """Open the clip as if it had been uploaded: it lies in the visit's folder and is erased with it."""
    visit = current_visit()
    path = visit.new_folder() / _FILE
    try:
        write_challenge(path, challenge)
        visit.open(Source((path,)))
    except MerError as error:
        visit.refuse(str(error))


def _take(current: Round) -> None:
    """Do what was done in the player since the last time; what belongs to another round is passed over."""
    reported = challenge_actions()
    if not isinstance(reported, dict) or reported.get("key") != current.key:
        return
    for action in reported.get("list", []):
        if action.get("sequence", 0) > current.answered:
            if not current.is_revealed:
                _do(current, action)
            current.answered = action["sequence"]


def _do(current: Round, action: dict[str, Any]) -> None:
    """One action from the browser, whose values may be anything."""
    match action:
        case {"do": "play", "ms": ms}:
            current.plays = min(current.plays + 1, _MOST_PLAYS)
            if isinstance(ms, int | float) and 0 <= ms <= current.challenge.last_ms:
                current.ms = round(ms)
        case {"do": "place", "part": None}:
            current.part = current.side = None
        case {"do": "place", "part": part, "side": side} if is_place(part, side):
            current.part, current.side = part, side


def _reveal(current: Round) -> None:
    _take(current)  # what was answered in the player just before the click counts
    current.reveal()


def _choose_part(current: Round, key: str) -> None:
    if not is_outdated(key):
        current.choose_part(st.session_state[key])


def _choose_side(current: Round, key: str) -> None:
    if not is_outdated(key):
        current.side = st.session_state[key]


def _choose_moment(current: Round, key: str) -> None:
    if not is_outdated(key):
        current.ms = st.session_state[key]
