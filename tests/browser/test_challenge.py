import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from tests.browser.deck import settled

pytestmark = pytest.mark.browser

# Phase and button text at every change: the clip may be over before anybody outside the page looks again.
LOG = """(player) => {
  const now = () => `${player.dataset.phase}: ${player.querySelector(".main").textContent}`;
  player.told = [now()];
  const note = () => now() !== player.told.at(-1) && player.told.push(now());
  new MutationObserver(note).observe(player, { attributeFilter: ["data-phase"], childList: true, subtree: true });
}"""
HAS_ENDED = "(player) => player.told.length > 1 && player.dataset.phase === 'answering'"


def begun(page):
    """The player, once the clip can be played."""
    page.get_by_role("button", name="Can you see it?").click()
    return ready(page)


def ready(page):
    player = page.locator(".challenge")
    expect(player).to_have_attribute("data-phase", "ready")
    return player


def frame(player):
    return int(player.get_attribute("data-frame"))


def played(player, press, press_at=None):
    """Play to the end by `press`; press again once frame `press_at` was shown."""
    page, element = player.page, player.element_handle()
    element.evaluate(LOG)
    press()
    if press_at is not None:
        page.wait_for_function("([player, frame]) => Number(player.dataset.frame) >= frame", arg=[element, press_at])
        press()
    page.wait_for_function(HAS_ENDED, arg=element)
    marked = [] if press_at is None else ["playing: Marked"]
    assert element.evaluate("(player) => player.told.slice(1)") == [
        "playing: There!",
        *marked,
        "answering: Play it again",
    ]


def played_by_key(player, press_at=None):
    """Play to the end by Space, as `played`."""
    player.locator(".main").focus()
    played(player, lambda: player.page.keyboard.press("Space"), press_at)


def choose(page, name):
    """Press a choice beside the player, once the control that it replaced is gone."""
    choice = page.locator(".st-key-challenge").get_by_role("radio", name=name, exact=True)
    expect(choice).to_have_count(1)
    choice.click()


def moment(page):
    """The named moment in ms, once the native slider has it."""
    slider = page.locator(".st-key-challenge").get_by_role("slider")
    expect(slider).not_to_have_value("0")
    return int(slider.input_value())


def test_a_visitor_sees_presses_space_clicks_the_face_and_is_told_the_truth(warm_server, open_page):
    page = open_page(warm_server, width=1440, height=900)
    player = begun(page)
    expect(player.get_by_role("button", name="Play it once")).to_be_focused()  # Space works at once
    assert frame(player) == 0
    page.wait_for_timeout(500)
    assert frame(player) == 0  # nothing moves before it is asked for
    played_by_key(player, press_at=20)
    assert 400 <= moment(page) < 1800
    said = moment(page)
    area = player.get_by_role("button", name="the right cheek (left in the picture)")
    area.click()
    expect(area).to_have_attribute("aria-pressed", "true")
    chosen = page.locator(".st-key-challenge").get_by_role("radio", checked=True)
    expect(chosen).to_have_text(["Cheek", "Left in the picture"])
    page.get_by_role("button", name="Show me").click()
    truth = page.locator(".st-key-challenge_truth")
    expect(truth).to_contain_text(f"You said {said} ms:")
    expect(truth).to_contain_text("px, in a picture 320 px high")
    expect(player.get_by_text("amplified: computed, not recorded")).to_be_visible()
    expect(player).to_have_attribute("data-phase", "truth")
    seen, amplified = (
        player.locator(f"canvas.{name}").evaluate("(c) => c.toDataURL()") for name in ("seen", "amplified")
    )
    assert seen != amplified
    page.get_by_role("button", name="Another one").click()
    expect(truth).to_have_count(0)
    ready(page)
    expect(page.get_by_role("button", name="Show me")).to_be_disabled()


def test_the_clip_plays_at_its_own_speed_and_every_play_is_counted(warm_server, open_page):
    page = open_page(warm_server, width=1440, height=900)
    player = begun(page)
    for times in ("once", "2 times"):
        begun_at = page.evaluate("performance.now()")
        played_by_key(player)
        assert page.evaluate("performance.now()") - begun_at > 1700
        expect(player.locator(".hint")).to_contain_text(f"Played {times}.")
        page.wait_for_timeout(800)  # a press right after the end is not taken for a wish to see it again
    choose(page, "Chin")
    page.get_by_role("button", name="Show me").click()
    expect(page.locator(".st-key-challenge_truth")).to_contain_text("You played it 2 times.")
    expect(page.locator(".st-key-challenge_truth")).to_contain_text("You named no moment.")


def test_a_region_is_chosen_by_key_and_both_sides_by_two(warm_server, open_page):
    page = open_page(warm_server, width=1440, height=900)
    player = begun(page)
    played_by_key(player)
    left = player.get_by_role("button", name="the left brow (right in the picture)")
    left.focus()
    page.keyboard.press("Space")
    expect(left).to_have_attribute("aria-pressed", "true")
    right = player.get_by_role("button", name="the right brow (left in the picture)")
    expect(right).to_have_attribute("aria-pressed", "false")
    right.focus()
    page.keyboard.press("Enter")
    expect(right).to_have_attribute("aria-pressed", "true")
    expect(left).to_have_attribute("aria-pressed", "true")
    expect(page.locator(".st-key-challenge").get_by_role("radio", checked=True)).to_have_text(["Brow", "Both"])
    choose(page, "Chin")  # the twin leads as well
    expect(player.get_by_role("button", name="the chin")).to_have_attribute("aria-pressed", "true")
    expect(left).to_have_attribute("aria-pressed", "false")


def test_the_truth_stands_still_for_who_asked_for_reduced_motion(warm_server, open_page):
    page = open_page(warm_server, width=1440, height=900, reduced_motion="reduce")
    player = begun(page)
    choose(page, "Chin")
    page.get_by_role("button", name="Show me").click()
    expect(player).to_have_attribute("data-phase", "truth")
    at = frame(player)
    page.wait_for_timeout(1000)
    assert frame(player) == at
    player.get_by_role("button", name="Play it slowly").click()
    expect(player).to_have_attribute("data-phase", "playing")
    player.get_by_role("button", name="Stop").click()
    expect(player).to_have_attribute("data-phase", "truth")


def test_on_a_phone_a_finger_does_it_all(warm_server, open_page):
    page = open_page(warm_server, width=390, height=844, has_touch=True, is_mobile=True)
    page.get_by_role("button", name="Can you see it?").tap()
    player = ready(page)
    played(player, player.locator(".main").tap, press_at=20)
    player.get_by_role("button", name="the nose").tap()
    expect(page.locator(".st-key-challenge").get_by_role("radio", checked=True)).to_have_text("Nose")
    sizes = "(all) => all.filter((each) => !each.closest('label')).map((each) => each.getBoundingClientRect().height)"
    heights = page.locator(".st-key-challenge button:visible").evaluate_all(sizes)
    assert min(heights) >= 44
    wide = "Math.max(document.documentElement.scrollWidth, document.querySelector('.stMain').scrollWidth)"
    assert page.evaluate(wide) <= 390
    page.get_by_role("button", name="Show me").tap()
    expect(page.locator(".st-key-challenge_truth")).to_contain_text("You said")
    assert page.evaluate(wide) <= 390


def wait_until_quiet(page, asked):
    """Wait until nothing more was asked for in a second; the browser tells "networkidle" only once a page."""
    before = -1
    while len(asked) > before:
        before = len(asked)
        page.wait_for_timeout(1000)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing_serious_before_and_after_the_truth(warm_server, open_page, theme):
    page = open_page(warm_server, width=1440, height=900, color_scheme=theme, reduced_motion="reduce")
    player = begun(page)
    played_by_key(player)
    for ask in (None, "Show me"):
        if ask:
            choose(page, "Chin")
            page.get_by_role("button", name=ask).click()
            expect(page.locator(".st-key-challenge_truth")).to_be_visible()
        page.wait_for_timeout(500)
        rules = Axe().run(page, context=".st-key-challenge").response["violations"]
        found = [rule for rule in rules if rule["impact"] in ("serious", "critical")]
        assert {rule["id"]: [node["html"][:120] for node in rule["nodes"]] for rule in found} == {}


def test_its_pictures_have_no_address_and_it_opens_in_analyze(warm_server, open_page):
    page = open_page("about:blank")
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(warm_server)
    expect(page.locator(".st-key-page_limits")).to_be_visible()
    settled(page)
    wait_until_quiet(page, asked)
    asked.clear()
    begun(page)
    assert [url for url in asked if url.startswith("http") and "/static/" not in url] == []
    choose(page, "Chin")
    page.get_by_role("button", name="Show me").click()
    page.get_by_role("button", name="Open this clip in Analyze").click()
    expect(page.get_by_text("synthetic-challenge.mp4").first).to_be_visible()
    expect(page.locator(".deck")).to_have_attribute("data-state", "ready")
