"""The queue's page in a browser: it follows what is at work without being reloaded, and cancels one's own runs."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.running_site import Site

pytestmark = pytest.mark.browser
AT_WORK_MS = 90_000  # a worker of a busy machine takes its time
STOPPED_MS = 30_000


def test_the_queue_follows_runs_and_cancels_them_without_being_reloaded(page: Page, two_runs):
    working, waiting = two_runs
    page.goto("/queue/")
    expect(page.locator(f"#progress-{working}")).to_be_visible(timeout=AT_WORK_MS)
    expect(page.get_by_text("Next, when a slot is free.")).to_be_visible()
    page.locator(f"#cancel-{waiting}").click()
    expect(page.get_by_text("Nothing waits.")).to_be_visible()
    expect(page).to_have_url(re.compile("/queue/$"))  # where it was pressed

    expect(page.locator("#queue-live")).to_have_attribute("data-refresh", "/queue/")
    page.request.post(f"/api/v1/runs/{working}/cancel/")
    expect(page.get_by_text("Nothing is at work.")).to_be_visible(timeout=STOPPED_MS)
    expect(page.locator("#queue-live")).not_to_have_attribute("data-refresh", re.compile("."))


def test_the_queue_reads_the_same_without_scripts(browser: Browser, site: Site, two_runs):
    context = browser.new_context(base_url=site.url, locale="en-GB", java_script_enabled=False)
    page = context.new_page()
    page.goto("/queue/")
    expect(page.get_by_role("link", name="Reload")).to_be_visible()
    page.locator(f"#cancel-{two_runs[1]}").click()
    expect(page.get_by_text("Nothing waits.")).to_be_visible()
    page.goto(f"/runs/{two_runs[1]}/")
    expect(page.locator(".pill").first).to_have_text("cancelled")
    context.close()
