import pympi
import pytest

from mer_core.errors import MarkerFileError
from mer_core.marker_reading.elan_file import read_elan
from mer_core.marker_reading.from_elan import elan_markers


@pytest.fixture
def written_by_pympi(tmp_path):
    """The text of an annotation file with these tiers: name to (begin, end, text)."""

    def write(tiers, media=None):
        eaf = pympi.Elan.Eaf()
        eaf.remove_tier("default")
        for name, annotations in tiers.items():
            eaf.add_tier(name)
            for begin, end, text in annotations:
                eaf.add_annotation(name, begin, end, text)
        if media is not None:
            eaf.add_linked_file(media, mimetype="video/mp4")
        eaf.to_file(str(tmp_path / "coder.eaf"))
        return (tmp_path / "coder.eaf").read_text(encoding="utf-8")

    return write


def found(text):
    return elan_markers(text, "coder.eaf")


def eaf(inside, attributes=""):
    return f"<ANNOTATION_DOCUMENT{attributes}>{inside}</ANNOTATION_DOCUMENT>"


def test_tiers_named_onset_apex_and_offset_give_where_their_annotations_begin(written_by_pympi):
    text = written_by_pympi(
        {"Onset": [(110, 120, "")], "APEX": [(250, 260, "")], "offset": [(400, 410, "x")], "AU": []}
    )
    markers = found(text)
    assert markers.times_ms == (110, 250, 400)
    assert markers.where == "coder.eaf, tiers Onset and APEX and offset"
    assert markers.remarks == ()


def test_of_several_movements_the_first_counts_and_that_is_said(written_by_pympi):
    text = written_by_pympi(
        {
            "onset": [(110, 120, ""), (500, 510, "")],
            "apex": [(90, 100, ""), (250, 260, ""), (600, 610, "")],
            "offset": [(400, 410, "")],
        }
    )
    markers = found(text)
    assert markers.times_ms == (110, 250, 400)
    assert "2 further annotations passed over" in markers.remarks[0]


def test_the_offset_may_be_missing(written_by_pympi):
    assert found(written_by_pympi({"onset": [(110, 120, "")], "apex": [(250, 260, "")]})).times_ms == (110, 250, None)


def test_a_movement_and_an_apex_within_it_are_as_this_program_writes_them(written_by_pympi):
    tiers = {"movement": [(110, 400, "")], "apex": [(90, 100, ""), (250, 260, "")], "brow left": [(110, 400, "")]}
    assert found(written_by_pympi(tiers)).times_ms == (110, 250, 400)


def test_a_coders_tier_whose_annotations_say_what_they_are(written_by_pympi):
    tiers = {"talk": [(0, 900, "hello")], "ana": [(250, 260, " Apex"), (110, 120, "onset"), (300, 310, "blink")]}
    markers = found(written_by_pympi(tiers))
    assert markers.times_ms == (110, 250, None)
    assert markers.where == "coder.eaf, tier ana"
    assert "1 further annotation passed over" in markers.remarks[0]


def test_three_annotations_with_gaps_are_three_moments(written_by_pympi):
    assert found(written_by_pympi({"ana": [(110, 120, "a"), (250, 260, "b"), (400, 410, "c")]})).times_ms == (
        110, 250, 400,
    )  # fmt: skip


def test_three_annotations_without_gaps_are_phases_that_end_with_the_last(written_by_pympi):
    assert found(written_by_pympi({"ana": [(110, 250, ""), (250, 300, ""), (300, 400, "")]})).times_ms == (
        110,
        250,
        400,
    )


def test_the_name_of_the_media_is_read_without_its_folder(written_by_pympi):
    tiers = {"onset": [(110, 120, "")], "apex": [(250, 260, "")]}
    assert found(written_by_pympi(tiers, "file:///C:/clips/S01 smile.mp4")).clip_name == "S01 smile.mp4"


def test_a_shifted_media_file_shifts_the_times_and_that_is_said():
    inside = (
        '<HEADER><MEDIA_DESCRIPTOR MEDIA_URL="a.mp4" MIME_TYPE="video/mp4" TIME_ORIGIN="1000"/></HEADER>'
        '<TIME_ORDER><TIME_SLOT TIME_SLOT_ID="a" TIME_VALUE="10"/><TIME_SLOT TIME_SLOT_ID="b" TIME_VALUE="20"/>'
        '<TIME_SLOT TIME_SLOT_ID="c" TIME_VALUE="30"/></TIME_ORDER>'
    )
    for tier, one, two in (("onset", "a", "b"), ("apex", "b", "c")):
        inside += (
            f'<TIER TIER_ID="{tier}"><ANNOTATION><ALIGNABLE_ANNOTATION TIME_SLOT_REF1="{one}" TIME_SLOT_REF2="{two}"/>'
            "</ANNOTATION></TIER>"
        )
    markers = found(eaf(inside))
    assert markers.times_ms == (1010, 1020, None)
    assert "begins 1000 ms into its media" in markers.remarks[0]


@pytest.mark.parametrize(
    ("tiers", "words"),
    [
        ({}, "has no tier; name tiers onset, apex and offset"),
        ({"a": [], "b": [(1, 2, "")]}, "has a, b; name tiers onset, apex and offset, or put exactly three"),
        ({"onset": [], "apex": [(1, 2, "")]}, "the tier onset has no annotation with times"),
        ({"onset": [(50, 60, "")], "apex": [(10, 20, "")]}, "the tier apex has nothing after the onset at 50 ms"),
        ({"movement": [(50, 90, "")], "apex": [(10, 20, "")]}, "the tier apex has nothing between 50 and 90 ms"),
        (
            {"ana": [(1, 2, ""), (3, 4, ""), (5, 6, "")], "bo": [(1, 2, ""), (3, 4, ""), (5, 6, "")]},
            "has markers in the tiers ana, bo; keep one of them",
        ),
    ],
)
def test_tiers_that_no_rule_fits_are_named(written_by_pympi, tiers, words):
    with pytest.raises(MarkerFileError) as error:
        found(written_by_pympi(tiers))
    assert str(error.value).startswith("coder.eaf")
    assert words in str(error.value)


def laughs(levels):
    entities = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, levels))
    return f'<!DOCTYPE l [<!ENTITY a0 "ha">{entities}]><ANNOTATION_DOCUMENT>&a{levels - 1};</ANNOTATION_DOCUMENT>'


@pytest.mark.parametrize(
    ("text", "words"),
    [
        # Left to itself, Python's parser makes 2 MB of the first of these 500 bytes, and stops only at 8 MB.
        (laughs(7), "declares a document type"),
        (laughs(10), "declares a document type"),
        ('<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>', "declares a document type"),
        ("<!DOCTYPE a PUBLIC 'x' 'http://example.org/a.dtd'><a/>", "declares a document type"),
        (eaf("&x;"), "not readable XML (undefined entity"),
        ("<ANNOTATION_DOCUMENT>", "not readable XML"),
        ("onset,apex\n1,2\n", "not readable XML"),
        (eaf("\x00"), "not readable XML"),
        ("<html/>", "is XML, but not an ELAN annotation file"),
        (eaf('<HEADER TIME_UNITS="PAL-frames"/>'), "counts PAL-frames; only milliseconds"),
        (eaf('<TIME_ORDER><TIME_SLOT TIME_SLOT_ID="a" TIME_VALUE="soon"/></TIME_ORDER>'), "'soon' where a time in ms"),
        (eaf(f'<TIME_ORDER><TIME_SLOT TIME_VALUE="{"9" * 5000}"/></TIME_ORDER>'), "where a time in ms belongs"),
        (eaf('<HEADER><MEDIA_DESCRIPTOR TIME_ORIGIN="1e3"/></HEADER>'), "'1e3' where a time in ms belongs"),
    ],
)
def test_hostile_and_damaged_files_get_one_sentence(text, words):
    with pytest.raises(MarkerFileError) as error:
        found(text)
    assert str(error.value).startswith("coder.eaf")
    assert words in str(error.value)


def test_a_file_in_another_encoding_than_it_declares_is_read_as_it_is():
    assert read_elan('<?xml version="1.0" encoding="UTF-16"?><ANNOTATION_DOCUMENT/>', "coder.eaf").tiers == ()


def test_elements_nested_without_end_do_no_harm():
    depth = 200_000
    assert read_elan(eaf("<a>" * depth + "</a>" * depth), "coder.eaf").tiers == ()


def test_annotations_without_times_are_passed_over():
    inside = (
        '<TIME_ORDER><TIME_SLOT TIME_SLOT_ID="a"/></TIME_ORDER><TIER TIER_ID="t"><ANNOTATION>'
        '<ALIGNABLE_ANNOTATION TIME_SLOT_REF1="a" TIME_SLOT_REF2="gone"/></ANNOTATION><ANNOTATION>'
        '<REF_ANNOTATION ANNOTATION_REF="x"/></ANNOTATION></TIER>'
    )
    (tier,) = read_elan(eaf(inside), "coder.eaf").tiers
    assert tier.annotations == ()
