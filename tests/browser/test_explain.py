import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from tests.browser.deck import opened

pytestmark = pytest.mark.browser


@pytest.mark.parametrize(("width", "options"), [(1440, {}), (390, {"has_touch": True, "is_mobile": True})])
def test_from_the_answer_to_its_pictures_and_their_checks(warm_server, open_page, width, options):
    page = open_page(f"{warm_server}/analyze?sample=positive", width=width, height=900, **options)
    opened(page)
    page.locator(".st-key-page_header").get_by_role("link", name="Explain").click()
    pictures = page.get_by_role("img", name="Integrated Gradients for")
    expect(pictures).to_be_visible()
    before = pictures.get_attribute("src")
    expect(page.locator(".st-key-evidence")).to_contain_text("consistent with AU12 (lip corner puller)")
    page.get_by_text("Sideways", exact=True).click()
    expect(pictures).not_to_have_attribute("src", before)
    page.get_by_role("button", name="Check Integrated Gradients").click()
    expect(page.locator(".st-key-checks")).to_contain_text("Does it depend on what was learnt?")
    assert page.evaluate("document.querySelector('.stMain').scrollWidth") <= width


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing_serious_on_the_explain_page(warm_server, open_page, theme):
    page = open_page(f"{warm_server}/analyze?sample=positive", width=1440, height=900, color_scheme=theme)
    opened(page)
    page.locator(".st-key-page_header").get_by_role("link", name="Explain").click()
    expect(page.get_by_role("img", name="Integrated Gradients for")).to_be_visible()
    found = [rule for rule in Axe().run(page).response["violations"] if rule["impact"] in ("serious", "critical")]
    assert {rule["id"]: [node["html"][:120] for node in rule["nodes"]] for rule in found} == {}
