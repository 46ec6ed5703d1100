"""Groups of runs as a reader starts and follows them: real browser, real Redis, real worker; then without scripts."""

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.asking import api
from tests.running_site import Site

pytestmark = pytest.mark.browser

GROUP_MS = 240_000  # three smoke runs one after another on a slow, busy machine, a teacher for each seed
# The worker keeps teachers: what one group's seeds trained, the next group's need not train again.
ADDRESS = re.compile(r"/groups/([0-9a-f-]{36})/")


def fill_panel(page: Page, seeds: str, temperatures: str = "") -> None:
    page.goto("/methods/hinton-kd/")
    page.get_by_role("radio", name=re.compile("smoke", re.IGNORECASE)).check()
    page.get_by_role("textbox", name="Seeds", exact=True).fill(seeds)
    if temperatures:
        page.locator("summary", has_text="Vary").click()
        page.locator("[name=vary_temperature]").fill(temperatures)


def test_three_seeds_in_one_press_become_a_mean_with_its_interval(page: Page, site: Site):
    fill_panel(page, "20-22")
    button = page.locator(".run-button")
    expect(button).to_contain_text("3 runs · about")
    button.click()
    page.wait_for_url(ADDRESS)

    # The page fills by itself: nobody reloads it from here on.
    expect(page.locator("#group-header")).to_contain_text("3 of 3 runs done", timeout=GROUP_MS)
    expect(page.locator("#group-numbers")).to_contain_text("3 seeds")
    group = api(site, f"groups/{ADDRESS.search(page.url)[1]}/")
    assert (group["size"], group["succeeded"]) == (3, 3)
    student = next(row for row in group["results"] if (row["role"], row["metric"]) == ("student", "accuracy"))
    shown = f"{100 * student['mean']:.1f} ± {100 * student['deviation']:.1f}"
    expect(page.get_by_role("main")).to_contain_text(shown)
    expect(page.locator("#group-runs").get_by_role("link")).to_have_count(3)
    expect(page.get_by_role("main")).to_contain_text(re.compile("ordering holds|inside the noise"))


def test_many_runs_are_asked_about_and_stopped_by_one_press(page: Page):
    fill_panel(page, "0-5", "1, 2")
    expect(page.locator(".run-button")).to_contain_text("12 runs")
    page.locator(".run-button").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Start 12 runs?")
    page.get_by_role("button", name="Start 12 runs").click()
    page.wait_for_url(ADDRESS)
    page.get_by_role("button", name=re.compile("Cancel the")).click()
    expect(page.locator("#group-header")).to_contain_text("12 of 12 runs done", timeout=30_000)
    expect(page.get_by_role("button", name=re.compile("Run these .* again"))).to_be_visible()
    page.goto("/groups/")
    expect(page.get_by_role("main")).to_contain_text("Temperature 1, 2 · seeds 0–5")


def test_a_group_is_started_and_read_without_scripts(browser: Browser, site: Site):
    context = browser.new_context(base_url=site.url, locale="en-GB", java_script_enabled=False)
    context.set_default_timeout(15_000)
    page = context.new_page()
    page.goto("/methods/hinton-kd/")
    page.get_by_role("radio", name=re.compile("smoke", re.IGNORECASE)).check()
    page.get_by_role("textbox", name="Seeds", exact=True).fill("20, 21")
    page.locator(".run-button").click()
    expect(page.locator("#group-header")).to_contain_text("of 2 runs done")
    expect(page.get_by_role("link", name="Reload")).to_be_visible()
    # The page asks again by itself, without scripts too.
    expect(page.locator("#group-header")).to_contain_text("2 of 2 runs done", timeout=GROUP_MS)
    expect(page.get_by_role("main")).to_contain_text("fewer than 3 seeds: not claimed")
    context.close()
