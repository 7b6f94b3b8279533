from dataclasses import replace
from xml.etree import ElementTree

import pympi
import pytest

from mer_core.coded_events import CodedEvent, Coding, coded_events
from mer_core.errors import MerError
from mer_core.exports import elan_eaf
from mer_core.regions import REGIONS


@pytest.fixture
def read_by_pympi(tmp_path):
    def read(text):
        (tmp_path / "written.eaf").write_text(text, encoding="utf-8")
        return pympi.Elan.Eaf(str(tmp_path / "written.eaf"))

    return read


def test_pympi_reads_tiers_for_the_movement_the_apex_every_region_and_provenance(analysis, read_by_pympi):
    eaf = read_by_pympi(elan_eaf(coded_events(analysis), analysis.clip))
    regions = [region.name.replace("_", " ") for region in REGIONS]
    assert list(eaf.get_tier_names()) == ["movement", "apex", *regions, "provenance"]


def test_the_movement_lasts_from_onset_to_offset_and_the_apex_one_frame(analysis, read_by_pympi):
    eaf = read_by_pympi(elan_eaf(coded_events(analysis), analysis.clip))
    assert [(begin, end) for begin, end, _ in eaf.get_annotation_data_for_tier("movement")] == [(140, 400)]
    assert eaf.get_annotation_data_for_tier("apex") == [(280, 290, "apex")]


def test_a_region_that_moved_has_its_motion_and_one_that_did_not_is_empty(analysis, read_by_pympi):
    events = coded_events(analysis)
    eaf = read_by_pympi(elan_eaf(events, analysis.clip))
    moved = {event.what: event.note for event in events[1:]}
    for region in REGIONS:
        name = region.name.replace("_", " ")
        texts = [text for _, _, text in eaf.get_annotation_data_for_tier(name)]
        assert texts == ([moved[name]] if name in moved else [])
    assert "mouth left" in moved
    assert len(moved) < len(REGIONS)


def test_provenance_says_who_set_what_with_which_settings(analysis, read_by_pympi):
    events = coded_events(analysis, Coding("S01", "ana"))
    eaf = read_by_pympi(elan_eaf(events, analysis.clip))
    ((_, _, text),) = eaf.get_annotation_data_for_tier("provenance")
    assert "apex user" in text
    assert "frames 14 28 40 counted from 0" in text
    assert events[0].settings_hash in text
    assert eaf.get_parameters_for_tier("movement")["ANNOTATOR"] == "ana"
    assert eaf.get_parameters_for_tier("movement")["PARTICIPANT"] == "S01"


@pytest.mark.parametrize(
    ("name", "kind"), [("a b.mp4", "video/mp4"), ("c.MOV", "video/quicktime"), ("d.avi", "video/*"), ("f", "video/*")]
)
def test_the_clip_is_linked_by_its_name_alone(analysis, read_by_pympi, name, kind):
    clip = replace(analysis.clip, name=name)
    (media,) = read_by_pympi(elan_eaf(coded_events(analysis), clip)).media_descriptors
    assert media["RELATIVE_MEDIA_URL"] == media["MEDIA_URL"] == f"./{name}"
    assert media["MIME_TYPE"] == kind


def test_the_time_slots_are_in_order_and_whole(analysis):
    at_30_fps = replace(analysis.clip, timestamps_ms=analysis.clip.timestamps_ms * 10 / 3)
    found = replace(analysis, prepared=replace(analysis.prepared, clip=at_30_fps))
    root = ElementTree.fromstring(elan_eaf(coded_events(found), at_30_fps))
    times = [int(slot.get("TIME_VALUE")) for slot in root.iterfind("TIME_ORDER/TIME_SLOT")]
    assert times == sorted(times)
    assert {467, 933, 967, 1333} == set(times)


def test_two_movements_of_under_a_millisecond_still_have_a_length(analysis, read_by_pympi):
    fast = replace(analysis.clip, timestamps_ms=analysis.clip.timestamps_ms / 1000)
    found = replace(analysis, prepared=replace(analysis.prepared, clip=fast))
    eaf = read_by_pympi(elan_eaf(coded_events(found), fast))
    assert [(begin, end) for begin, end, _ in eaf.get_annotation_data_for_tier("movement")] == [(0, 1)]


def test_scored_action_units_get_tiers_of_their_own(analysis, read_by_pympi):
    scored = CodedEvent(coder="ana", au="AU12", side="L", intensity="B", onset_ms=100, apex_ms=200, offset_ms=300)
    eaf = read_by_pympi(elan_eaf((*coded_events(analysis), scored), analysis.clip))
    assert eaf.get_annotation_data_for_tier("AU12 L") == [(100, 300, "B")]


def test_signs_that_xml_cannot_hold_are_replaced_and_others_escaped(analysis, read_by_pympi):
    notes = 'a\x00b <&"> \x1b[31m ü'
    eaf = read_by_pympi(elan_eaf(coded_events(analysis, Coding(notes=notes)), analysis.clip))
    ((_, _, text),) = eaf.get_annotation_data_for_tier("provenance")
    assert 'a?b <&"> ?[31m ü' in text


def test_without_a_frame_rate_there_is_no_file(without_times):
    with pytest.raises(MerError, match="frame rate is unknown"):
        elan_eaf(coded_events(without_times), without_times.clip)
