"""How a coder and the machine agree, in sentences for the app and the report."""

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
)
from mer_core.facs import unit_title
from mer_core.markers import MARKERS

NO_CODING = (
    '"Consistent with" is no coding: the machine measures where skin moved and in which direction, and several action '
    "units can move it alike. It is not the standard that you are held to."
)
_SIDES = {"": "", "L": "left", "R": "right", "B": "both sides", "A": "both sides, unequal"}
_FINDINGS = {
    OTHERWISE: "that part of the face moved, but not like this",
    STILL: "no motion above this clip's noise there",
}
_NO_RULE = "not compared: no rule here tells how it moves the skin"


def standing_words(coding: BlindCoding) -> str:
    """Whether a committed coding may be called blind."""
    return "blind" if coding.is_blind else "not blind"


def committed_sentence(coding: BlindCoding) -> str:
    """When a coding was committed, and by whom."""
    when = coding.committed.replace("T", " ").replace("+00:00", " UTC")
    return f"Committed {when}{f' by {coding.coder}' if coding.coder else ''}; it stays so."


def marker_rows(agreement: MarkerAgreement, clip: Clip) -> list[tuple[str, str, str, str]]:
    """A row a marker: its name, the coder's, the machine's, and how far the coder's is from that."""
    return [
        (name.capitalize(), _own(agreement, clip, name), _machine(agreement, clip, name), _apart(agreement, clip, name))
        for name in MARKERS
    ]


def proposal_sentence(agreement: MarkerAgreement, clip: Clip, first_apex: int, num_proposals: int) -> str:
    """Which proposal was compared with; empty where it is the machine's first choice."""
    if not agreement.place:
        return ""
    return (
        f"Compared with the proposal nearest to yours, number {agreement.place + 1} of {num_proposals}; the machine's "
        f"first choice has its apex at {clip.moment(first_apex)}."
    )


def overlap_sentence(agreement: MarkerAgreement) -> str:
    """How far the two intervals overlap, and what that counts as."""
    if agreement.overlap is None:
        return "You set no offset, so the two intervals have no overlap to state."
    verdict = "counts" if agreement.overlap >= COUNTS_AS_FOUND else "does not count"
    return (
        f"Overlap (IoU) {agreement.overlap:.2f}: shared frames over the frames of either. In the MEGC spotting "
        f"challenges, that ask for {COUNTS_AS_FOUND:g}, this {verdict} as the same movement."
    )


def unit_sentences(agreement: UnitAgreement) -> list[str]:
    """One sentence an action unit of the sheet, then one each for what moved and is not in it."""
    told = [_checked(check) for check in agreement.checks]
    if not told:
        told.append("You scored that there was none." if agreement.was_scored else "You scored none.")
    unscored = [_unscored(part) for part in agreement.unscored]
    return [*told, *(unscored or ["Nothing else moved above this clip's noise."])]


def ratio_sentence(agreement: UnitAgreement) -> str:
    """How many action units both have; empty where the coder looked for none."""
    if not agreement.was_scored:
        return ""
    if agreement.ratio is None:
        return "Neither of you has an action unit to compare."
    return (
        f"{agreement.num_fitting} of your {agreement.num_checked} comparable units fit; FACS ratio "
        f"{agreement.ratio:.2f} (twice the {agreement.num_fitting} agreed on over your {agreement.num_checked} and "
        f"the machine's {agreement.num_machine}, its alternatives settled in your favour)."
    )


def _checked(check: UnitCheck) -> str:
    scored = check.scored
    how = ", ".join(filter(None, (_SIDES[scored.side], f"intensity {scored.intensity}" if scored.intensity else "")))
    if check.finding == FITS:
        where = f" ({_SIDES[check.sides]})" if check.sides else ""
        found = f"a movement is consistent with it{where}"
    else:
        found = _FINDINGS.get(check.finding, _NO_RULE)
    return f"{unit_title(scored.unit)}{f', {how}' if how else ''}: {found}."


def _unscored(part: PartMotion) -> str:
    farthest = part.evidence[0]
    where = f"{farthest.region.part} ({_SIDES[part.sides]})" if part.sides else farthest.region.part
    fits = f"consistent with {' or '.join(part.units)}" if part.units else "no action unit listed here moves it so"
    moved = f"{where.capitalize()} moved {farthest.motion.direction} by {farthest.motion.px:.1f} px"
    return f"Not in your sheet: {moved}, {fits}."


def _own(agreement: MarkerAgreement, clip: Clip, name: str) -> str:
    return "not set" if agreement.frames_apart(name) is None else clip.moment(getattr(agreement.mine, name))


def _machine(agreement: MarkerAgreement, clip: Clip, name: str) -> str:
    return clip.moment(getattr(agreement.machine, name))


def _apart(agreement: MarkerAgreement, clip: Clip, name: str) -> str:
    frames, ms = agreement.frames_apart(name), agreement.ms_apart(name, clip)
    if frames is None:
        return ""
    if frames == 0:
        return "the same"
    size = f"{abs(frames)} frame{'' if abs(frames) == 1 else 's'}"
    return f"{f'{abs(ms):.0f} ms ({size})' if ms is not None else size} {'later' if frames > 0 else 'earlier'}"
