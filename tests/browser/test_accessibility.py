"""What axe-core finds on every page, in light and in dark: nothing."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from tests.browser.pages import PAGES, REFUSALS
from tests.browser.stock import Made
from tests.running_site import Site

pytestmark = pytest.mark.browser

EVERY_RULE = {"resultTypes": ["violations"], "rules": {"target-size": {"enabled": True}}}
COLOURS = {"resultTypes": ["violations"], "runOnly": ["color-contrast", "link-in-text-block"]}
TALL = 4000  # px: what lies below a bar that sticks comes out when it is scrolled, but axe would call it covered
ON_A_PHONE = (
    "/",
    "/papers/",
    "/methods/hinton-kd/",
    "/runs/",
    "/runs/{run}/",
    "/runs/{failed}/",
    "/runs/{run}/try/",
    "/queue/",
    "/leaderboard/",
    "/groups/{group}/",
    "/compare/?runs={run},{other}",
)
AT_WORK_MS = 90_000  # a worker of a busy machine takes its time
RULES = {"light": EVERY_RULE, "dark": COLOURS}  # in the dark nothing but the colours changes
WIDE, PHONE = (1280, PAGES + REFUSALS), (390, ON_A_PHONE)


def faults(page: Page, path: str, theme: str) -> list[str]:
    """Each rule that is broken, how bad that is, and the first place."""
    page.emulate_media(color_scheme=theme)
    return [
        f"{path} ({theme}): {rule['id']}, {rule['impact']}: {rule['nodes'][0]['html'][:200]}"
        for rule in Axe().run(page, options=RULES[theme]).response["violations"]
    ]


@pytest.mark.parametrize(
    ("width", "paths", "theme"),
    [
        pytest.param(*WIDE, "light", id="wide-light"),
        pytest.param(*PHONE, "dark", id="phone-dark"),
        pytest.param(*WIDE, "dark", id="wide-dark", marks=pytest.mark.whole),
        pytest.param(*PHONE, "light", id="phone-light", marks=pytest.mark.whole),
    ],
)
def test_axe_finds_no_fault_on_any_page(browser: Browser, site: Site, made: Made, width, paths, theme):
    context = browser.new_context(
        base_url=site.url, locale="en-GB", reduced_motion="reduce", viewport={"width": width, "height": TALL}
    )
    page = context.new_page()
    found = []
    for path in paths:
        page.goto(made.at(path))
        found += faults(page, path, theme)
    context.close()
    assert not found, "\n".join(found)


def test_axe_finds_no_fault_while_runs_work_and_wait(browser: Browser, site: Site, two_runs):
    working, waiting = two_runs
    context = browser.new_context(
        base_url=site.url, locale="en-GB", reduced_motion="reduce", viewport={"width": 1280, "height": TALL}
    )
    page = context.new_page()
    page.goto("/queue/")
    expect(page.locator(f"#progress-{working}")).to_be_visible(timeout=AT_WORK_MS)
    found = [fault for theme in RULES for fault in faults(page, "/queue/", theme)]
    for path in (f"/runs/{working}/", f"/runs/{waiting}/", "/", "/runs/"):
        page.goto(path)
        found += [fault for theme in RULES for fault in faults(page, path, theme)]
    context.close()
    assert not found, "\n".join(found)
