"""You and the machine: a committed coding beside what was proposed and measured."""

import streamlit as st

from mer_core.analysis import PreparedClip
from mer_core.blind_coding import BlindCoding
from mer_core.clips import Clip
from mer_core.coder_agreement import (
    COUNTS_AS_FOUND,
    FITS,
    OTHERWISE,
    STILL,
    MarkerAgreement,
    PartMotion,
    UnitAgreement,
    UnitCheck,
    marker_agreement,
    unit_agreement,
)
from mer_core.errors import MerError
from mer_core.explain.au_evidence import au_evidence
from mer_core.facs import FACS_UNITS
from mer_core.interval import Interval, with_markers
from mer_core.markers import MARKERS
from ui.analyze.settings import Settings
from ui.analyze.working import analysis_of_proposal, starting_interval
from ui.state import Source, Visit
from ui.widgets import frame_text, plain

_SIDES = {"": "", "L": "left", "R": "right", "B": "both sides", "A": "both sides, unequal"}
_FINDINGS = {
    OTHERWISE: "that part of the face moved, but not like this",
    STILL: "no motion above this clip's noise there",
}
_NO_RULE = "not compared: no rule here tells how it moves the skin"
_NO_CODING = (
    '"Consistent with" is no coding: the machine measures where skin moved and in which direction, and several action '
    "units can move it alike. It is not the standard that you are held to."
)


def comparison_card(visit: Visit, source: Source, prepared: PreparedClip, settings: Settings) -> None:
    """Draw the coder's markers and action units beside the machine's, and how far they agree."""
    coding = visit.blind
    if coding is None or coding.interval is None:
        return
    with st.container(border=True, key="comparison"):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.subheader("You and the machine", anchor=False, width="content")
            st.badge("blind" if coding.is_blind else "not blind", color="green" if coding.is_blind else "orange")
        st.caption(f"Committed {_when(coding)}{f' by {plain(coding.coder)}' if coding.coder else ''}; it stays so.")
        machine = starting_interval(source, prepared)
        if not source.is_pair:
            agreement = marker_agreement(coding.interval, prepared.candidates)
            machine = agreement.machine
            _markers(agreement, prepared)
        _units(visit, settings, prepared, coding, machine)
        if not source.is_pair:
            own = coding.interval
            _to_own_markers(visit, with_markers(machine, own.onset, own.apex, coding.offset))


def _markers(agreement: MarkerAgreement, prepared: PreparedClip) -> None:
    clip = prepared.clip
    st.table(
        {
            "Marker": [name.capitalize() for name in MARKERS],
            "You": [_own(agreement, clip, name) for name in MARKERS],
            "Machine": [frame_text(clip, getattr(agreement.machine, name)) for name in MARKERS],
            "Yours is": [_apart(agreement, clip, name) for name in MARKERS],
        },
        border="horizontal",
        hide_index=True,
    )
    if agreement.place:
        first = frame_text(clip, prepared.candidates[0].apex)
        st.markdown(
            f"Compared with the proposal nearest to yours, number {agreement.place + 1} of "
            f"{len(prepared.candidates)}; the machine's first choice has its apex at {first}."
        )
    st.markdown(_overlap(agreement))


def _overlap(agreement: MarkerAgreement) -> str:
    if agreement.overlap is None:
        return "You set no offset, so the two intervals have no overlap to state."
    verdict = "counts" if agreement.overlap >= COUNTS_AS_FOUND else "does not count"
    return (
        f"Overlap (IoU) **{agreement.overlap:.2f}**: shared frames over the frames of either. In the MEGC spotting "
        f"challenges, that ask for {COUNTS_AS_FOUND:g}, this {verdict} as the same movement."
    )


def _units(visit: Visit, settings: Settings, prepared: PreparedClip, coding: BlindCoding, machine: Interval) -> None:
    try:
        analysis = analysis_of_proposal(visit, settings, prepared, machine)
    except MerError as error:
        st.error(plain(str(error)), icon=":material/error:")
        return
    agreement = unit_agreement(coding.sheet, au_evidence(analysis))
    st.markdown("**Action units.** Yours, beside the motion measured from the machine's onset to its apex:")
    lines = [_checked(check) for check in agreement.checks]
    if not agreement.checks:
        lines.append("You scored that there was none." if agreement.was_scored else "You scored none.")
    lines += [_unscored(part) for part in agreement.unscored]
    if not agreement.unscored:
        lines.append("Nothing else moved above this clip's noise.")
    st.markdown("\n".join(f"- {line}" for line in lines))
    if agreement.was_scored:
        st.markdown(_ratio(agreement))
    st.caption(_NO_CODING)


def _checked(check: UnitCheck) -> str:
    scored = check.scored
    how = ", ".join(filter(None, (_SIDES[scored.side], f"intensity {scored.intensity}" if scored.intensity else "")))
    if check.finding == FITS:
        where = f" ({_SIDES[check.sides]})" if check.sides else ""
        found = f":material/check: a movement is consistent with it{where}"
    else:
        found = _FINDINGS.get(check.finding, _NO_RULE)
    return f"**{scored.unit}** {FACS_UNITS[scored.unit]}{f', {how}' if how else ''}: {found}."


def _unscored(part: PartMotion) -> str:
    farthest = part.evidence[0]
    where = f"{farthest.region.part} ({_SIDES[part.sides]})" if part.sides else farthest.region.part
    fits = f"consistent with {' or '.join(part.units)}" if part.units else "no action unit listed here moves it so"
    moved = f"{where.capitalize()} moved {farthest.motion.direction} by {farthest.motion.px:.1f} px"
    return f"Not in your sheet: {moved}, {fits}."


def _ratio(agreement: UnitAgreement) -> str:
    if agreement.ratio is None:
        return "Neither of you has an action unit to compare."
    return (
        f"{agreement.num_fitting} of your {agreement.num_checked} comparable units fit; FACS ratio "
        f"**{agreement.ratio:.2f}** (twice the {agreement.num_fitting} agreed on over your {agreement.num_checked} and "
        f"the machine's {agreement.num_machine}, its alternatives settled in your favour)."
    )


def _to_own_markers(visit: Visit, own: Interval) -> None:
    st.button(
        "Measure between my markers",
        key="to_own_markers",
        icon=":material/straighten:",
        type="tertiary",
        on_click=visit.mark,
        args=(own,),
        disabled=visit.interval == own,
        help="Puts your markers into the deck. What you committed stays as it is; markers moved from now on are not "
        "blind. Undo takes it back.",
    )


def _own(agreement: MarkerAgreement, clip: Clip, name: str) -> str:
    return "not set" if agreement.frames_apart(name) is None else frame_text(clip, getattr(agreement.mine, name))


def _apart(agreement: MarkerAgreement, clip: Clip, name: str) -> str:
    frames, ms = agreement.frames_apart(name), agreement.ms_apart(name, clip)
    if frames is None:
        return ""
    if frames == 0:
        return "the same"
    size = f"{abs(frames)} frame{'' if abs(frames) == 1 else 's'}"
    return f"{f'{abs(ms):.0f} ms ({size})' if ms is not None else size} {'later' if frames > 0 else 'earlier'}"


def _when(coding: BlindCoding) -> str:
    return coding.committed.replace("T", " ").replace("+00:00", " UTC")
