"""A sentence typed on a finished run's page, answered by a real worker; with scripts and without."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Iterator
from urllib.request import Request, urlopen

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.running_site import Site

pytestmark = pytest.mark.browser

RUN_S = 120  # a smoke run on a slow machine, teacher included
ROLES = ["Teacher", "Student, labels only", "Student, soft targets"]


@pytest.fixture(scope="module")
def finished(site: Site) -> str:
    """The address of a run that has succeeded."""
    asked = json.dumps({"method": "hinton-kd", "preset": "smoke", "seed": 5}).encode()
    headers = {"Content-Type": "application/json"}
    with urlopen(Request(f"{site.url}/api/v1/runs/", asked, headers), timeout=10) as answer:
        run = json.load(answer)
    give_up_at = time.monotonic() + RUN_S
    while run["state"] != "succeeded":
        assert time.monotonic() < give_up_at, run["state"]
        time.sleep(0.5)
        with urlopen(run["url"], timeout=10) as answer:
            run = json.load(answer)
    return run["page"]


@pytest.fixture
def page_without_scripts(browser: Browser, site: Site) -> Iterator[Page]:
    context = browser.new_context(base_url=site.url, locale="en-GB", java_script_enabled=False)
    yield context.new_page()
    context.close()


def ask(page: Page, address: str, text: str) -> None:
    page.goto(address)
    page.get_by_label("A sentence").fill(text)
    page.get_by_role("button", name="Ask all models").click()


def expect_answers(page: Page, text: str) -> None:
    answers = page.locator("table.answers")
    expect(answers.get_by_role("rowheader")).to_have_text(ROLES)
    shares = re.compile(r"^\d+\.\d$")
    for row in answers.locator("tbody tr").all():
        first, second = row.locator("td.number").all()[:2]
        expect(first).to_have_text(shares)
        expect(second).to_have_text(shares)
        assert float(first.text_content()) + float(second.text_content()) == pytest.approx(100, abs=0.11)
        expect(row.locator("td.number").last).to_have_text(re.compile(r"\d\sms$"))
    expect(page.locator(".as-read .unknown")).to_have_text(["zorp [UNK]"])
    expect(page.get_by_label("A sentence")).to_have_value(text)


def test_all_models_answer_on_the_page_itself(page: Page, finished: str):
    text = "a dull zorp , but not bad"
    ask(page, finished, text)
    expect_answers(page, text)
    assert page.url == finished


def test_all_models_answer_on_a_page_of_their_own_without_scripts(page_without_scripts: Page, finished: str):
    text = "a dull zorp , but not bad"
    ask(page_without_scripts, finished, text)
    expect_answers(page_without_scripts, text)
    assert page_without_scripts.url == f"{finished}try/"


def test_what_is_typed_never_becomes_markup(page: Page, finished: str):
    ask(page, finished, "<img src=x onerror=document.title='broken'>")
    expect(page.locator(".as-read")).to_contain_text("onerror")
    assert page.locator("#run-try img").count() == 0
    assert "broken" not in page.title()


def test_a_second_sentence_takes_the_place_of_the_first(page: Page, finished: str):
    ask(page, finished, "zorp")
    expect(page.locator(".as-read .unknown")).to_have_count(1)
    page.get_by_label("A sentence").fill("dull")
    page.get_by_role("button", name="Ask all models").click()
    expect(page.locator(".as-read .unknown")).to_have_count(0)
    expect(page.locator("table.answers")).to_have_count(1)
