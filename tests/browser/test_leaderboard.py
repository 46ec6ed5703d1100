"""The leaderboard on a real site: marks and rows that answer each other, and all of it without scripts."""

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.asking import api
from tests.browser.stock import Made
from tests.running_site import Site

pytestmark = pytest.mark.browser

OWN_METHODS = "/leaderboard/?kind=method"


@pytest.fixture(scope="module")
def measured(site: Site, made: Made) -> list[dict]:
    """What the API says of two students of different size."""
    return api(site, "leaderboard/?kind=method")["networks"]


def open_board(page: Page) -> None:
    page.goto(OWN_METHODS)
    expect(page.locator(".board-interactive .points path").first).to_be_visible()
    expect(page.locator(".board-drawing")).to_be_hidden()


def test_every_network_is_a_mark_and_a_row(page: Page, measured):
    open_board(page)
    assert len(measured) >= 2
    expect(page.locator(".board-interactive .points path")).to_have_count(len(measured))
    expect(page.locator("tr[data-key]")).to_have_count(len(measured))


def test_a_row_under_the_pointer_or_in_focus_shows_its_mark(page: Page, measured):
    open_board(page)
    row = page.locator(f"#network-{measured[0]['key']}")
    row.hover()
    expect(page.locator(".board-interactive .hoverlayer")).to_contain_text(
        f"{100 * measured[0]['quality']['mean']:.1f}"
    )
    page.locator("h1").hover()
    expect(row).not_to_have_class(re.compile("marked"))
    row.get_by_role("link").last.focus()
    expect(row).to_have_class(re.compile("marked"))
    expect(page.locator(".board-interactive .hoverlayer .hovertext")).to_have_count(1)


def test_a_mark_under_the_pointer_shows_its_row_and_leads_to_its_runs(page: Page, measured):
    open_board(page)
    mark = page.locator(".board-interactive .points path").first
    box = mark.bounding_box()
    page.mouse.move(box["x"] + box["width"] / 2 + 40, box["y"] + box["height"] / 2)
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2, steps=4)
    expect(page.locator("tr.marked")).to_have_count(1)
    address = page.locator("tr.marked .board-runs a").get_attribute("href")
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.wait_for_url("**/runs/?configuration=*")
    assert page.url.endswith(address)
    expect(page.locator(".runs-table tbody tr").first).to_contain_text("succeeded")


def test_without_scripts_the_drawing_leads_to_runs_and_the_choices_work(browser: Browser, site: Site, measured):
    context = browser.new_context(base_url=site.url, locale="en-GB", java_script_enabled=False)
    page = context.new_page()
    page.goto("/")
    page.get_by_role("navigation", name="Main").get_by_role("link", name="Leaderboard").click()
    expect(page.locator(".scatter")).to_be_visible()
    expect(page.locator(".board-interactive")).to_be_hidden()
    page.get_by_role("combobox", name="Networks").select_option("method")
    page.get_by_role("combobox", name="Against").select_option("latency_p50_ms")
    page.get_by_role("button", name="Show").click()
    expect(page.locator("tr[data-key]")).to_have_count(len(measured))
    expect(page.locator(".axis-name").first).to_contain_text("Latency")
    page.get_by_role("columnheader").get_by_role("link", name="Size on disk").click()
    smallest = min(measured, key=lambda network: network["costs"]["size_bytes"]["mean"])
    expect(page.locator("tr[data-key]").first).to_have_attribute("data-key", smallest["key"])
    page.locator(f"#mark-{smallest['key']} .mark").click()
    assert f"configuration={smallest['configurations'][0]}" in page.url
    context.close()


@pytest.mark.parametrize("language", ["en-GB", "zh-CN"])
def test_the_bar_holds_its_links_in_one_line(browser: Browser, site: Site, language):
    context = browser.new_context(base_url=site.url, locale=language)
    page = context.new_page()
    for width in (390, 900, 980, 1160):
        page.set_viewport_size({"width": width, "height": 700})
        page.goto("/leaderboard/")
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert page.locator(".top").bounding_box()["height"] < 70, width
    context.close()
