from pathlib import Path

import pytest

from ui.frame import PAGES, begin_page, script_of

ROOT = Path(__file__).resolve().parents[2]


def test_navigation_names_only_pages_that_exist():
    assert all((ROOT / page.script).is_file() for page in PAGES)


def test_every_page_is_in_the_navigation():
    scripts = {"app.py", *(f"pages/{path.name}" for path in (ROOT / "pages").glob("*.py"))}
    assert scripts == {page.script for page in PAGES}


def test_pages_are_found_by_title():
    assert script_of("Analyze") == "pages/analyze.py"


def test_an_unknown_page_is_refused():
    with pytest.raises(ValueError, match="Unknown page 'Nowhere'"):
        begin_page("Nowhere")
