"""The report as one HTML file."""

from collections.abc import Callable
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template
from markupsafe import Markup

from mer_core import __version__
from mer_core.analysis import Analysis
from mer_core.coded_events import Coding
from mer_core.report.contents import Contents
from mer_core.report.gather import gather

_FOLDER = Path(__file__).resolve().parent
_TEMPLATE, _STYLE = "report.html.j2", "report.css"


def report_html(
    analysis: Analysis,
    coding: Coding | None = None,
    tell: Callable[[str, float], None] | None = None,
    made: datetime | None = None,
) -> str:
    """The report of an analysis as HTML: no script, nothing outside the file; takes some seconds.

    It holds pictures of the face, and says so.

    Args:
        analysis: what was found.
        coding: what a person adds: whom the clip shows, who coded it, notes.
        tell: told what is being done and the finished share, 0 to 1.
        made: when the report is made, UTC; now if None.
    """
    contents = gather(analysis, coding or Coding(), made or datetime.now(UTC), tell or (lambda text, share: None))
    return page(contents)


def page(contents: Contents) -> str:
    """The contents laid out as HTML."""
    laid_out = _template().render(report=contents, style=_style(), version=__version__)
    # Names from damaged file systems hold halves of letters that no file can store.
    return laid_out.encode("utf-8", "replace").decode()


@cache
def _template() -> Template:
    # Every value is escaped: a clip is named by strangers.
    environment = Environment(
        loader=FileSystemLoader(_FOLDER),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template(_TEMPLATE)


@cache
def _style() -> Markup:
    return Markup((_FOLDER / _STYLE).read_text(encoding="utf-8"))
