"""The whole path as a reader walks it: real browser, real Redis, real worker."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.asking import api

pytestmark = pytest.mark.browser

RUN_MS = 90_000  # a smoke run on a slow machine, teacher included
READ_MS = 20_000  # a document is read in a process of its own, and that process begins slowly on a busy machine
BIBTEX = """@inproceedings{rowan-2031,
  title = {A {Rowan} Tree Grows in the Test Bed},
  author = {Example, Ada and Sample, Bo},
  booktitle = {Proceedings of Nowhere},
  year = {2031}
}
@article{broken-2031,
  title = {An entry without its end
"""


def number_of_papers(site) -> int:
    return api(site, "papers/?count=true&page_size=1")["count"]


def test_from_the_home_page_to_measured_results(page: Page, site):
    page.goto("/")
    page.get_by_role("searchbox", name=re.compile("Search")).first.fill("TinyBERT")
    page.keyboard.press("Enter")
    page.get_by_role("link", name=re.compile("TinyBERT: Distilling BERT")).first.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("TinyBERT: Distilling BERT")
    expect(page.get_by_text("Xiaoqi Jiao").first).to_be_visible()

    page.get_by_role("navigation", name="Main").get_by_role("link", name="Methods").click()
    page.get_by_role("link", name=re.compile("soft targets", re.IGNORECASE)).first.click()
    page.get_by_role("radio", name=re.compile("smoke", re.IGNORECASE)).check()
    page.get_by_role("button", name=re.compile("^Run")).click()
    page.wait_for_url(re.compile(r"/runs/[0-9a-f-]{36}/"))

    # The page fills by itself: nobody reloads it from here on.
    results = page.locator("table.results").first
    expect(results).to_contain_text("Teacher", timeout=RUN_MS)
    expect(page.locator(".pill").first).to_have_text("succeeded", timeout=RUN_MS)
    run_id = re.search(r"/runs/([0-9a-f-]{36})/", page.url)[1]

    run = api(site, f"runs/{run_id}/")
    assert run["state"] == "succeeded"
    accuracy = {row["role"]: row["value"] for row in run["results"] if row["metric"] == "accuracy"}
    assert {"teacher", "baseline", "student"} <= set(accuracy)
    assert all(0 < value <= 1 for value in accuracy.values())

    page.goto("/methods/hinton-kd/")
    expect(page.locator(f'a[href*="{run_id}"]').first).to_be_visible()
    shown = f"{accuracy['student'] * 100:.1f}"
    expect(page.get_by_role("main")).to_contain_text(shown)


def test_a_bibtex_file_goes_through_preview_and_accept(page: Page, site, tmp_path):
    file = tmp_path / "mine.bib"
    file.write_text(BIBTEX)
    before = number_of_papers(site)
    page.goto("/import/")
    page.locator('input[type="file"]').set_input_files(file)
    page.get_by_role("button", name=re.compile("Look|Preview", re.IGNORECASE)).first.click()
    expect(page.get_by_role("main")).to_contain_text("A Rowan Tree Grows in the Test Bed", timeout=READ_MS)
    expect(page.get_by_role("main")).to_contain_text("line 7")  # where the broken entry begins
    assert number_of_papers(site) == before, "nothing is written before accept"
    page.get_by_role("button", name="Add 1 paper").click()
    expect(page.get_by_role("main")).to_contain_text("1 added", timeout=READ_MS)
    expect(page.get_by_role("main")).to_contain_text("A Rowan Tree Grows in the Test Bed")
    assert number_of_papers(site) == before + 1


def test_a_running_job_is_cancelled_from_its_page(page: Page):
    page.goto("/methods/hinton-kd/")
    page.get_by_role("radio", name=re.compile("small", re.IGNORECASE)).check()
    page.get_by_role("textbox", name="Seeds", exact=True).fill("77")
    page.get_by_role("button", name=re.compile("^Run")).click()
    page.wait_for_url(re.compile(r"/runs/[0-9a-f-]{36}/"))
    expect(page.locator(".pill").first).to_have_text("running", timeout=30_000)
    page.get_by_role("button", name="Cancel").click()
    expect(page.locator(".pill").first).to_have_text("cancelled", timeout=15_000)
