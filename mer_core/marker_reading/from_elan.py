"""Markers from the tiers of an ELAN annotation file."""

from collections.abc import Sequence

from mer_core.clip_sources.limits import shown
from mer_core.errors import MarkerFileError
from mer_core.exports.elan import APEX_TIER, MOVEMENT_TIER
from mer_core.marker_reading.elan_file import Annotation, ElanFile, Tier, read_elan
from mer_core.marker_reading.found import FoundMarkers, Times
from mer_core.markers import MARKERS

_ONSET, _APEX, _OFFSET = MARKERS


def elan_markers(text: str, name: str) -> FoundMarkers:
    """The markers in an ELAN annotation file, by the first rule that fits.

    1. tiers named onset and apex (and offset): where their annotations begin;
    2. tiers named movement and apex, as this program writes them: begin and end of the movement, begin of the apex;
    3. one tier whose annotations say onset and apex (and offset): where they begin;
    4. one tier with exactly three annotations: where they begin, in their order.

    Names and texts may be in capitals. Where three annotations follow on each other without a gap (rules 3 and 4),
    they are phases, and the offset is where the last of them ends. Where a file has several movements, the first
    counts.

    Args:
        text: of the file.
        name: of the file, for messages.

    Raises:
        MarkerFileError: it is no such file, or no rule fits; the sentence names the tiers.
    """
    file = read_elan(text, name)
    tiers = {tier.name.strip().lower(): tier for tier in file.tiers}
    return _from_marker_tiers(tiers, file, name) or _from_movement_tier(tiers, file, name) or _from_one_tier(file, name)


def _from_marker_tiers(tiers: dict[str, Tier], file: ElanFile, name: str) -> FoundMarkers | None:
    if _ONSET not in tiers or _APEX not in tiers:
        return None
    named = [tiers[marker] for marker in MARKERS if marker in tiers]
    for tier in named[:2]:
        if not tier.annotations:
            raise MarkerFileError(f"{name}: the tier {shown(tier.name)} has no annotation with times; add one.")
    onset = tiers[_ONSET].annotations[0].begin_ms
    apex = next((one.begin_ms for one in tiers[_APEX].annotations if one.begin_ms > onset), None)
    if apex is None:
        raise MarkerFileError(f"{name}: the tier {shown(tiers[_APEX].name)} has nothing after the onset at {onset} ms.")
    offsets = tiers[_OFFSET].annotations if _OFFSET in tiers else ()
    offset = next((one.begin_ms for one in offsets if one.begin_ms >= apex), None)
    return _found(name, named, (onset, apex, offset), file, _others(named))


def _from_movement_tier(tiers: dict[str, Tier], file: ElanFile, name: str) -> FoundMarkers | None:
    if MOVEMENT_TIER not in tiers or APEX_TIER not in tiers or not tiers[MOVEMENT_TIER].annotations:
        return None
    movement = tiers[MOVEMENT_TIER].annotations[0]
    within = [one for one in tiers[APEX_TIER].annotations if movement.begin_ms < one.begin_ms <= movement.end_ms]
    if not within:
        raise MarkerFileError(
            f"{name}: the tier {shown(tiers[APEX_TIER].name)} has nothing between {movement.begin_ms} and "
            f"{movement.end_ms} ms, where the movement lies."
        )
    used = [tiers[MOVEMENT_TIER], tiers[APEX_TIER]]
    return _found(name, used, (movement.begin_ms, within[0].begin_ms, movement.end_ms), file, _others(used))


def _from_one_tier(file: ElanFile, name: str) -> FoundMarkers:
    for rule in (_named_in, _three_in):
        fitting = [(tier, found) for tier in file.tiers if (found := rule(tier))]
        if len(fitting) > 1:
            listed = shown(", ".join(tier.name for tier, _ in fitting))
            raise MarkerFileError(f"{name} has markers in the tiers {listed}; keep one of them.")
        if fitting:
            tier, found = fitting[0]
            more = len(tier.annotations) - sum(one is not None for one in found)
            return _found(name, [tier], _begins(found), file, more)
    listed = shown(", ".join(tier.name for tier in file.tiers)) or "no tier"
    raise MarkerFileError(
        f"{name} has {listed}; name tiers onset, apex and offset, or put exactly three annotations into one tier."
    )


def _named_in(tier: Tier) -> list[Annotation | None]:
    """Onset, apex and offset by their texts; nothing unless onset and apex are there."""
    found = [next((one for one in tier.annotations if one.text.lower() == marker), None) for marker in MARKERS]
    return found if found[0] and found[1] else []


def _three_in(tier: Tier) -> list[Annotation | None]:
    return list(tier.annotations) if len(tier.annotations) == len(MARKERS) else []


def _begins(found: Sequence[Annotation | None]) -> Times:
    onset, apex, offset = found
    assert onset is not None and apex is not None  # both rules see to it
    if offset is None:
        return onset.begin_ms, apex.begin_ms, None
    are_phases = onset.end_ms == apex.begin_ms and apex.end_ms == offset.begin_ms
    return onset.begin_ms, apex.begin_ms, offset.end_ms if are_phases else offset.begin_ms


def _others(tiers: Sequence[Tier]) -> int:
    return max(len(tier.annotations) for tier in tiers) - 1


def _found(name: str, tiers: Sequence[Tier], times: Times, file: ElanFile, more: int) -> FoundMarkers:
    listed = " and ".join(shown(tier.name) for tier in tiers)
    where = f"{name}, tier{'s' * (len(tiers) > 1)} {listed}"
    remarks = []
    if more:
        remarks.append(f"{where}: {more} further annotation{'s' * (more > 1)} passed over; the first movement counts.")
    if file.origin_ms:
        remarks.append(f"{name} begins {file.origin_ms} ms into its media; that was added to its times.")
    return FoundMarkers(where, times, clip_name=file.media_name, remarks=tuple(remarks))
