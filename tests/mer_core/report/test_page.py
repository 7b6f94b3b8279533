"""The file itself: one piece, no script, nothing from outside, whatever a stranger called the clip."""

from dataclasses import replace
from html.parser import HTMLParser

import pytest

from mer_core.analysis import Analysis
from mer_core.report import report_html
from mer_core.report.contents import Contents
from mer_core.report.gather import gather
from mer_core.report.page import page
from tests.mer_core.report.conftest import CODING, MADE

_VOID = {"meta", "img", "circle", "rect", "path"}
_HOSTILE = '<script>alert(1)</script><img src=x onerror="alert(2)">'


class Read(HTMLParser):
    """Every element with its attributes, and the text; complains where elements are not closed in order."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self._open: list[str] = []
        self.feed(html)
        assert self._open == []

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))
        if tag not in _VOID:
            self._open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        if tag not in _VOID:
            assert self._open.pop() == tag

    def handle_data(self, data):
        self.text += data


@pytest.fixture(scope="module")
def html(contents: Contents) -> str:
    return page(contents)


def test_the_file_is_whole_html_in_one_piece_below_a_megabyte_and_a_half(html: str) -> None:
    assert html.startswith("<!DOCTYPE html>")
    assert len(html.encode()) < 1_500_000
    assert {"html", "head", "style", "body", "main", "section", "footer"} <= {tag for tag, _ in Read(html).elements}


def test_nothing_runs_and_nothing_is_fetched(html: str) -> None:
    for tag, attributes in Read(html).elements:
        assert tag not in ("script", "link", "iframe", "object", "embed", "base", "form")
        assert not any(name.startswith("on") for name in attributes)
        if "src" in attributes:
            assert attributes["src"].startswith("data:image/")
        if "href" in attributes:
            assert attributes["href"].startswith(("https://doi.org/", "https://arxiv.org/"))
    assert "url(" not in html
    assert "@import" not in html
    assert "default-src 'none'" in html


def test_every_picture_has_words_for_those_who_cannot_see_it(html: str) -> None:
    elements = Read(html).elements
    pictures = [attributes for tag, attributes in elements if tag == "img"]
    assert len(pictures) >= 10
    assert all(len(attributes["alt"]) > 20 for attributes in pictures)
    drawn = [attributes for tag, attributes in elements if tag == "svg"]
    assert drawn
    assert all(len(attributes["aria-label"]) > 20 for attributes in drawn)


def test_movement_comes_first_the_category_second_and_limits_third(html: str) -> None:
    places = [html.index(f"<h2>{title}") for title in ("What moved", "What the network calls it", "What this cannot")]
    assert places == sorted(places)
    assert html.index("<h2>") == places[0]


def test_what_a_stranger_typed_is_text_and_nothing_else(contents: Contents) -> None:
    about = replace(
        contents.about, clip=_HOSTILE, notes=_HOSTILE, facts=(replace(contents.about.facts[0], value=_HOSTILE),)
    )
    read = Read(page(replace(contents, about=about)))
    assert "script" not in {tag for tag, _ in read.elements}
    assert not any("onerror" in attributes for _, attributes in read.elements)
    assert read.text.count(_HOSTILE) == 4  # title, heading, fact, notes


def test_a_hostile_clip_and_coding_stay_text_all_the_way(analysis: Analysis) -> None:
    clip = replace(analysis.clip, name=f"{_HOSTILE}\ud800\u202e.mp4")
    quiet = replace(
        analysis,
        prepared=replace(analysis.prepared, clip=clip),
        prediction=replace(analysis.prediction, is_finding=False),
    )
    read = Read(report_html(quiet, replace(CODING, subject=_HOSTILE, notes=_HOSTILE), made=MADE))
    assert "script" not in {tag for tag, _ in read.elements}
    assert "\u202e" not in read.text
    assert read.text.count("<script>alert(1)") >= 4


def test_notes_of_a_coder_are_shown_and_the_file_says_that_it_shows_a_face(html: str) -> None:
    text = Read(html).text
    assert "speaks at the end\nlooks away" in text
    assert "pictures of a person's face" in text
    assert "2026-05-04 13:07 UTC" in text


def test_the_same_analysis_gives_the_same_report_but_for_what_it_took(analysis: Analysis, contents: Contents) -> None:
    told: list[float] = []
    again = gather(analysis, CODING, MADE, lambda text, share: told.append(share))
    steady = replace(again, record=replace(again.record, timings=contents.record.timings))
    assert page(steady) == page(contents)
    assert told == sorted(told)
    assert len(told) > 8
