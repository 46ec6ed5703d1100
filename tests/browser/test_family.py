"""A family is filled from the command line and by its page's button, on a site with a real keeper and worker."""

import os
import re
import subprocess
import sys

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.running_site import ROOT, Site

pytestmark = pytest.mark.browser

ADDRESS = "/families/embeddings/?preset=smoke&data=similarities&seeds=2"  # a family of one method
TAKEN_IN_S, RUN_S = 40, 180


def reload_until(page: Page, words: str, seconds: int) -> None:
    for _third in range(3 * seconds):
        page.reload()
        if page.locator("#measure").get_by_text(words).count():
            return
        page.wait_for_timeout(333)
    expect(page.locator("#measure")).to_contain_text(words)


def test_what_a_sweep_measured_is_taken_in_and_the_button_measures_the_rest(page: Page, site: Site):
    command = [sys.executable, "-m", "workers", "sweep", "embeddings", "--preset", "smoke", "--seeds", "1"]
    subprocess.run(command, cwd=ROOT, env=os.environ | {"VAR_DIR": str(site.state_dir)}, check=True, timeout=RUN_S)
    page.goto(ADDRESS)
    reload_until(page, "1 run", TAKEN_IN_S)

    page.get_by_role("button", name="Measure what is missing · 1 run").click()
    reload_until(page, "Complete: every method has run with 2 seeds.", RUN_S)
    rows = page.locator(".family-rows tbody tr.kind-method").first
    expect(rows.locator("td").last).to_have_text("2")
    rows.get_by_role("link", name="2").click()
    for seed in (0, 1):
        expect(
            page.get_by_role("checkbox", name=f"Compare Whitening of sentence embeddings, seed {seed}")
        ).to_be_visible()


def test_a_family_is_read_and_chosen_without_scripts(browser: Browser, site: Site, made):
    context = browser.new_context(base_url=site.url, locale="en-GB", java_script_enabled=False)
    page = context.new_page()
    page.goto("/methods/tinybert/")
    page.get_by_role("link", name="Knowledge distillation").first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Knowledge distillation")
    expect(page.locator(".board-plot svg.scatter")).to_be_visible()
    page.get_by_label("Against").select_option("parameters_body")
    page.get_by_role("button", name="Show").click()
    expect(page).to_have_url(re.compile("cost=parameters_body"))
    context.close()
