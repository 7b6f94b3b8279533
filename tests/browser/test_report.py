"""The report as a reader meets it: offline, in a browser, on a phone, on paper."""

import pytest
import torch
from axe_playwright_python.sync_playwright import Axe

from mer_core.checkpoints import Checkpoint
from mer_core.clips import read_clip
from mer_core.inputs import InputSpec
from mer_core.models import build_model
from mer_core.predictor import Predictor
from mer_core.report import report_html
from mer_core.samples import sample_clips

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    torch.manual_seed(0)
    checkpoint = Checkpoint("untrained", build_model("ststnet").eval(), "ststnet", InputSpec())
    analysis = Predictor(checkpoint).analyze(read_clip(sample_clips()["positive"].path))
    path = tmp_path_factory.mktemp("report") / "report.html"
    path.write_text(report_html(analysis), encoding="utf-8")
    return path.as_uri()


@pytest.fixture
def opened(browser, address):
    """Opens the report offline in a window of a given width; what it asked for and complained of is kept."""
    contexts = []

    def open_at(width, scheme="light"):
        context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme, offline=True)
        contexts.append(context)
        page = context.new_page()
        page.asked, page.complaints = [], []
        page.on("request", lambda request: page.asked.append(request.url))
        page.on("console", lambda message: page.complaints.append(message.text))
        page.goto(address)
        return page

    yield open_at
    for context in contexts:
        context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1440, 800, 390])
def test_it_fits_every_screen_and_asks_for_nothing(opened, address, width, scheme):
    page = opened(width, scheme)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.evaluate("[...document.images].every(image => image.naturalWidth > 0)")
    assert [url for url in page.asked if not url.startswith("data:")] == [address]
    assert page.complaints == []


def test_it_prints_on_a_few_pages_of_a4(opened, tmp_path):
    page = opened(1440)
    page.pdf(path=tmp_path / "report.pdf", prefer_css_page_size=True, print_background=True)
    content = (tmp_path / "report.pdf").read_bytes()
    pages = content.count(b"/Type /Page\n") or content.count(b"/Type /Page ")
    assert 3 <= pages <= 9
    assert b"/MediaBox [0 0 594" in content or b"/MediaBox [0 0 595" in content


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_serious(opened, scheme):
    found = Axe().run(opened(1440, scheme)).response["violations"]
    serious = [rule for rule in found if rule["impact"] in ("serious", "critical")]
    assert {rule["id"]: [node["html"][:120] for node in rule["nodes"]] for rule in serious} == {}
