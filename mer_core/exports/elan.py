"""The analysis as an annotation file of ELAN, the annotation tool of the Max Planck Institute for Psycholinguistics."""

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import PurePath
from xml.etree import ElementTree

from mer_core import __version__
from mer_core.clips import Clip
from mer_core.coded_events import MACHINE, CodedEvent
from mer_core.errors import MerError
from mer_core.regions import REGIONS

MOVEMENT_TIER, APEX_TIER, PROVENANCE_TIER = "movement", "apex", "provenance"
_SCHEMA = "{http://www.w3.org/2001/XMLSchema-instance}noNamespaceSchemaLocation"
_TIER_TYPE = "default-lt"
# The media types ELAN itself writes; it opens other videos under the general one.
_MEDIA_TYPES = {".mp4": "video/mp4", ".m4v": "video/mp4", ".mov": "video/quicktime", ".mpg": "video/mpeg"}
_ANY_VIDEO = "video/*"
_CODERS = " (coder)"
# What XML 1.0 cannot hold at all, not even escaped; a file name can.
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def elan_eaf(events: Sequence[CodedEvent], clip: Clip) -> str:
    """The events as an ELAN annotation file (EAF 3.0), to lie beside the clip.

    Tier "movement" holds the interval from onset to offset, "apex" the apex as an interval of one frame, then one tier
    a face region (empty where it did not move), one for anything else that was coded, and "provenance" who set what
    and with which settings. What a coder committed beforehand has tiers of its own with the coder as annotator:
    "movement (coder)", "apex (coder)" and one an action unit, such as "AU12 L (coder)". ELAN counts whole ms, so times
    are rounded to them.

    Args:
        events: what was coded, with times; the first is the movement as a whole.
        clip: gives the media file's name and the length of a frame.

    Raises:
        MerError: the clip's frame rate is unknown, and with it all times.
    """
    if clip.fps is None:
        raise MerError("ELAN needs times, and this clip's frame rate is unknown; give it (--fps, or Settings).")
    document = _Document(clip.name)
    movement = events[0]
    onset, apex, offset = (float(time) for time in movement.times_ms if time is not None)
    tiers: dict[str, list[tuple[float, float, str]]] = {
        MOVEMENT_TIER: [(onset, offset, _movement_text(movement))],
        APEX_TIER: [(apex, apex + 1000 / clip.fps, "apex")],
        **{region.name.replace("_", " "): [] for region in REGIONS},
    }
    own = [event for event in events[1:] if event.is_own_coding]
    for event in (event for event in events[1:] if event not in own):
        if event.onset_ms is not None and event.offset_ms is not None:
            text = " ".join(part for part in (event.intensity, event.note) if part)
            tiers.setdefault(event.what, []).append((event.onset_ms, event.offset_ms, text))
    tiers[PROVENANCE_TIER] = [(onset, offset, _provenance_text(movement))]
    for name, annotations in tiers.items():
        document.add_tier(name, movement.subject, movement.coder or MACHINE, annotations)
    for name, annotations in _own_tiers(own, 1000 / clip.fps).items():
        document.add_tier(name, movement.subject, own[0].coder or "coder", annotations)
    return document.text()


def _own_tiers(events: Sequence[CodedEvent], frame_ms: float) -> dict[str, list[tuple[float, float, str]]]:
    """The tiers of what a coder committed; without an offset they end with the apex, and say so."""
    tiers: dict[str, list[tuple[float, float, str]]] = {}
    for event in events:
        if event.onset_ms is None or event.apex_ms is None:
            continue
        after_apex = event.apex_ms + frame_ms
        end = after_apex if event.offset_ms is None else event.offset_ms
        said = [event.intensity, event.note, "" if event.offset_ms is not None else "no offset set"]
        if event.is_whole_movement:
            said[0] = "blind" if event.blind else "not blind"
        tiers.setdefault(event.what + _CODERS, []).append((event.onset_ms, end, "; ".join(filter(None, said))))
        if event.is_whole_movement:
            tiers[f"{APEX_TIER}{_CODERS}"] = [(event.apex_ms, after_apex, "apex")]
    return tiers


def _movement_text(movement: CodedEvent) -> str:
    return f"onset {_ms(movement.onset_ms)}, apex {_ms(movement.apex_ms)}, offset {_ms(movement.offset_ms)}"


def _provenance_text(movement: CodedEvent) -> str:
    frames = " ".join(str(frame) for frame in movement.frames or () if frame is not None)
    return (
        f"{movement.note}; frames {frames} counted from {movement.frame_base}; {MACHINE} {movement.app_version}, "
        f"settings {movement.settings_hash}"
    )


def _ms(time: float | None) -> str:
    return "unknown" if time is None else f"{time:.3f}".rstrip("0").rstrip(".") + " ms"


class _Document:
    """An EAF document that grows tier by tier."""

    def __init__(self, clip_name: str) -> None:
        self.root = ElementTree.Element(
            "ANNOTATION_DOCUMENT",
            {
                "AUTHOR": f"{MACHINE} {__version__}",
                "DATE": datetime.now(UTC).isoformat(timespec="seconds"),
                "FORMAT": "3.0",
                "VERSION": "3.0",
                _SCHEMA: "http://www.mpi.nl/tools/elan/EAFv3.0.xsd",
            },
        )
        header = self._add(self.root, "HEADER", MEDIA_FILE="", TIME_UNITS="milliseconds")
        place = f"./{_xml_text(clip_name)}"
        kind = _MEDIA_TYPES.get(PurePath(clip_name).suffix.lower(), _ANY_VIDEO)
        self._add(header, "MEDIA_DESCRIPTOR", MEDIA_URL=place, MIME_TYPE=kind, RELATIVE_MEDIA_URL=place)
        self.last_annotation = self._add(header, "PROPERTY", NAME="lastUsedAnnotationId")
        self.slots = self._add(self.root, "TIME_ORDER")
        self.num_annotations = 0

    def add_tier(
        self, name: str, participant: str, annotator: str, annotations: Sequence[tuple[float, float, str]]
    ) -> None:
        attributes = {"LINGUISTIC_TYPE_REF": _TIER_TYPE, "TIER_ID": _xml_text(name), "ANNOTATOR": _xml_text(annotator)}
        if participant:
            attributes["PARTICIPANT"] = _xml_text(participant)
        tier = self._add(self.root, "TIER", **attributes)
        for begin, end, text in annotations:
            self._add_annotation(tier, round(begin), round(end), text)

    def text(self) -> str:
        self.last_annotation.text = str(self.num_annotations)
        self._sort_slots()
        self._add(
            self.root,
            "LINGUISTIC_TYPE",
            GRAPHIC_REFERENCES="false",
            LINGUISTIC_TYPE_ID=_TIER_TYPE,
            TIME_ALIGNABLE="true",
        )
        ElementTree.indent(self.root)
        body = ElementTree.tostring(self.root, encoding="unicode")
        return f'<?xml version="1.0" encoding="UTF-8"?>\n{body}\n'

    def _add_annotation(self, tier: ElementTree.Element, begin: int, end: int, text: str) -> None:
        self.num_annotations += 1
        annotation = self._add(
            self._add(tier, "ANNOTATION"),
            "ALIGNABLE_ANNOTATION",
            ANNOTATION_ID=f"a{self.num_annotations}",
            # An annotation without any length is none to ELAN; frames of under 1 ms could round to that.
            TIME_SLOT_REF1=self._slot(begin),
            TIME_SLOT_REF2=self._slot(max(end, begin + 1)),
        )
        self._add(annotation, "ANNOTATION_VALUE").text = _xml_text(text)

    def _slot(self, time_ms: int) -> str:
        name = f"ts{len(self.slots) + 1}"
        self._add(self.slots, "TIME_SLOT", TIME_SLOT_ID=name, TIME_VALUE=str(time_ms))
        return name

    def _sort_slots(self) -> None:
        self.slots[:] = sorted(self.slots, key=lambda slot: int(slot.get("TIME_VALUE", "0")))

    @staticmethod
    def _add(parent: ElementTree.Element, tag: str, **attributes: str) -> ElementTree.Element:
        return ElementTree.SubElement(parent, tag, attributes)


def _xml_text(text: str) -> str:
    return _NOT_XML.sub("?", text)
