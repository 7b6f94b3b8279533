"""The tiers of an ELAN annotation file from a stranger."""

import re
from dataclasses import dataclass
from pathlib import PurePosixPath
from xml.etree import ElementTree

from mer_core.clip_sources.limits import shown
from mer_core.errors import MarkerFileError

# Without a document type there are no entities, neither such as grow without end nor such as read other files.
_DOCUMENT_TYPE = re.compile("<!(DOCTYPE|ENTITY)")
_TIME = re.compile("-?[0-9]{1,12}")


@dataclass(frozen=True)
class Annotation:
    """One annotation: begin and end in ms of the media, and its text."""

    begin_ms: int
    end_ms: int
    text: str


@dataclass(frozen=True)
class Tier:
    """One tier and its annotations that have times, in their order."""

    name: str
    annotations: tuple[Annotation, ...]


@dataclass(frozen=True)
class ElanFile:
    """What an annotation file says.

    Attributes:
        tiers: in the file's order.
        media_name: of the first media file without its folder; empty when none is linked.
        origin_ms: where in that media ELAN's time begins; all times include it.
    """

    tiers: tuple[Tier, ...]
    media_name: str
    origin_ms: int


def read_elan(text: str, name: str) -> ElanFile:
    """The tiers of an ELAN annotation file (EAF 2.7 to 3.0), times counted from the beginning of the media.

    Args:
        text: of the file.
        name: of the file, for messages.

    Raises:
        MarkerFileError: it is no such file, declares a document type, or has a time that is none.
    """
    root = _root(text, name)
    header = root.find("HEADER")
    if header is not None and header.get("TIME_UNITS", "milliseconds") != "milliseconds":
        raise MarkerFileError(f"{name} counts {shown(header.get('TIME_UNITS', ''))}; only milliseconds are understood.")
    media = root.find("HEADER/MEDIA_DESCRIPTOR")
    origin = 0 if media is None else _ms(media.get("TIME_ORIGIN", "0"), name)
    times = _slot_times(root, name)
    tiers = tuple(_tier(element, times, origin) for element in root.iterfind("TIER"))
    return ElanFile(tiers, "" if media is None else _media_name(media), origin)


def _root(text: str, name: str) -> ElementTree.Element:
    if _DOCUMENT_TYPE.search(text):
        raise MarkerFileError(f"{name} declares a document type, which no ELAN file needs; save it again with ELAN.")
    try:
        root = ElementTree.fromstring(text)
    except (ElementTree.ParseError, ValueError) as error:
        raise MarkerFileError(f"{name} is not readable XML ({error}); save it again with ELAN.") from error
    if root.tag != "ANNOTATION_DOCUMENT":
        raise MarkerFileError(f"{name} is XML, but not an ELAN annotation file; save it with ELAN as .eaf.")
    return root


def _slot_times(root: ElementTree.Element, name: str) -> dict[str, int]:
    """Ms of the time slots by their ids; slots that ELAN has not aligned have none."""
    times = {}
    for slot in root.iterfind("TIME_ORDER/TIME_SLOT"):
        time = slot.get("TIME_VALUE")
        if time is not None:
            times[slot.get("TIME_SLOT_ID", "")] = _ms(time, name)
    return times


def _tier(element: ElementTree.Element, times: dict[str, int], origin: int) -> Tier:
    found = []
    for annotation in element.iterfind("ANNOTATION/ALIGNABLE_ANNOTATION"):
        begin, end = (times.get(annotation.get(f"TIME_SLOT_REF{number}", "")) for number in (1, 2))
        if begin is not None and end is not None:
            text = (annotation.findtext("ANNOTATION_VALUE") or "").strip()
            found.append(Annotation(begin + origin, end + origin, text))
    found.sort(key=lambda one: one.begin_ms)
    return Tier(element.get("TIER_ID", ""), tuple(found))


def _media_name(media: ElementTree.Element) -> str:
    place = media.get("RELATIVE_MEDIA_URL") or media.get("MEDIA_URL") or ""
    return PurePosixPath(place.replace("\\", "/")).name


def _ms(value: str, name: str) -> int:
    if not _TIME.fullmatch(value):
        raise MarkerFileError(f"{name} has {shown(value)!r} where a time in ms belongs; save it again with ELAN.")
    return int(value)
