"""What holds on every page: width, weight, languages, no request elsewhere, no complaint of the browser."""

import itertools

import pytest
from playwright.sync_api import Browser, Page, Request, expect

from tests.browser.pages import PAGES
from tests.browser.stock import Made
from tests.running_site import Site

pytestmark = pytest.mark.browser

# Two looks that have nothing in common stand for all eight in `make test`.
AT_ONCE = {(1280, "light", "en-GB"), (390, "dark", "zh-CN")}
LOOKS = [
    pytest.param(*look, marks=[] if look in AT_ONCE else pytest.mark.whole)
    for look in itertools.product((1280, 390), ("light", "dark"), ("en-GB", "zh-CN"))
]
MAX_BYTES = 100_000
# Plotly weighs 4.8 MB. Its page says everything in a table first, fetches it afterwards, and the browser keeps it.
# Swagger weighs 0.4 MB. What /api/ says in short needs none of it; who opens every address wants its forms.
AFTER_THE_PAGE = ("plotly.min", "swagger-ui-bundle")


@pytest.mark.parametrize(("width", "theme", "language"), LOOKS)
def test_no_page_scrolls_sideways_or_asks_another_host(
    browser: Browser, site: Site, made: Made, width, theme, language
):
    context = browser.new_context(
        base_url=site.url, locale=language, color_scheme=theme, viewport={"width": width, "height": 844}
    )
    page = context.new_page()
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    asked: set[str] = set()
    page.on("request", lambda request: asked.add(request.url))
    for path in PAGES:
        policy = page.goto(made.at(path)).headers["content-security-policy"]
        assert "default-src 'self'" in policy and "unsafe" not in policy, path
        wide = page.evaluate("document.documentElement.scrollWidth")
        assert wide <= width, f"{path} is {wide} wide"
        assert page.locator("html").get_attribute("lang") == ("zh-hans" if language == "zh-CN" else "en")
        assert page.locator("h1:not(.swagger-ui h1)").count() == 1, path  # Swagger draws its own, a moment later
    context.close()
    assert complaints == []
    assert all(url.startswith((site.url, "data:")) for url in asked)


def test_no_page_sends_100_kb_before_pictures(browser: Browser, site: Site, made: Made):
    context = browser.new_context(base_url=site.url)
    page = context.new_page()
    keep_nothing(page)
    requests: list[Request] = []
    page.on("requestfinished", lambda request: requests.append(request))  # it takes no built-in
    weights = {}
    for path in PAGES:
        requests.clear()
        page.goto(made.at(path), wait_until="networkidle")
        sizes = [request.sizes()["responseBodySize"] for request in requests if counts(request)]
        weights[path] = [size for size in sizes if size]  # a redirect weighs nothing
    context.close()
    assert {path: sizes for path, sizes in weights.items() if len(sizes) < 3} == {}
    assert {path: sizes for path, sizes in weights.items() if sum(sizes) >= MAX_BYTES} == {}


def keep_nothing(page: Page) -> None:
    """Each page weighs what it weighs for a reader who comes for the first time."""
    session = page.context.new_cdp_session(page)
    session.send("Network.enable")
    session.send("Network.setCacheDisabled", {"cacheDisabled": True})


def counts(request: Request) -> bool:
    return request.resource_type in {"document", "stylesheet", "script"} and not any(
        script in request.url for script in AFTER_THE_PAGE
    )


def test_the_chart_has_no_button_that_sends_it_to_another_host(page: Page):
    page.goto("/timeline/")
    expect(page.locator(".modebar-btn").first).to_be_attached()
    assert page.locator(".modebar-btn[data-title*='hare']").count() == 0


def test_language_and_theme_are_switched_and_remembered_without_scripts(browser: Browser, site: Site):
    context = browser.new_context(
        base_url=site.url,
        locale="en-GB",
        color_scheme="light",
        java_script_enabled=False,
        viewport={"width": 1280, "height": 844},
    )
    page = context.new_page()
    page.goto("/lists/")
    page.get_by_role("button", name="中文").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("列表")
    page.get_by_role("button", name="深色").click()
    page.goto("/papers/")
    expect(page.get_by_role("heading", level=1)).to_have_text("论文")
    assert page.locator("html").get_attribute("data-theme") == "dark"
    context.close()
