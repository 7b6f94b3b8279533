"""One analysis as a page to take away: a single HTML file without scripts that opens offline and prints to PDF.

`gather.py` collects what it says into the typed values of `contents.py`; `page.py` writes them into the template.
"""

from mer_core.report.page import report_html

__all__ = ["report_html"]
