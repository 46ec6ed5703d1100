"""A sentence typed on a finished run's page, answered by a real worker; with scripts and without."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.stock import Made

pytestmark = pytest.mark.browser

ROLES = ["Teacher", "Student, labels only", "Student, soft targets"]


def ask_models(page: Page, address: str, text: str) -> None:
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


def test_all_models_answer_on_the_page_itself(page: Page, made: Made):
    text = "a dull zorp , but not bad"
    ask_models(page, made.run, text)
    expect_answers(page, text)
    assert page.url == made.run


def test_all_models_answer_on_a_page_of_their_own_without_scripts(page_without_scripts: Page, made: Made):
    text = "a dull zorp , but not bad"
    ask_models(page_without_scripts, made.run, text)
    expect_answers(page_without_scripts, text)
    assert page_without_scripts.url == f"{made.run}try/"


def test_what_is_typed_never_becomes_markup(page: Page, made: Made):
    ask_models(page, made.run, "<img src=x onerror=document.title='broken'>")
    expect(page.locator(".as-read")).to_contain_text("onerror")
    assert page.locator("#run-try img").count() == 0
    assert "broken" not in page.title()


def test_a_second_sentence_takes_the_place_of_the_first(page: Page, made: Made):
    ask_models(page, made.run, "zorp")
    expect(page.locator(".as-read .unknown")).to_have_count(1)
    page.get_by_label("A sentence").fill("dull")
    page.get_by_role("button", name="Ask all models").click()
    expect(page.locator(".as-read .unknown")).to_have_count(0)
    expect(page.locator("table.answers")).to_have_count(1)
