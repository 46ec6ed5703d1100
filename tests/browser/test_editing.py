"""Editing as an editor does it: rows and suggestions while typing, a live preview; and all of it without scripts."""

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.running_site import Site

pytestmark = pytest.mark.browser

PAPER = "/papers/minilm-deep-self-attention-distillation-for-task-agnostic-compression-of-pre-trained-transformers/"
SAVE = {"name": "Save", "exact": True}


def test_a_link_and_an_author_are_added_while_typing(page: Page):
    page.goto(PAPER + "edit/#id_year")
    expect(page.locator("#id_year")).to_be_focused()
    page.get_by_role("button", name="Another link").click()
    page.keyboard.type("slides")
    page.keyboard.press("Tab")
    page.keyboard.type("example.org/slides")
    page.locator("#id_authors").focus()
    page.keyboard.press("Control+End")
    page.keyboard.type("\nXiaoqi Ji")
    page.get_by_role("button", name="Xiaoqi Jiao").click()
    page.get_by_role("button", **SAVE).click()
    expect(page.get_by_role("link", name="slides")).to_have_attribute("href", "https://example.org/slides")
    expect(page.locator(".authors")).to_contain_text("Xiaoqi Jiao")


def test_a_note_is_previewed_while_it_is_written(page: Page):
    page.goto(PAPER + "notes/new/?language=en")
    page.get_by_label("Note").fill("**Bold** <img src=x onerror=alert(1)>")
    preview = page.locator("#note-preview")
    expect(preview.locator("strong")).to_have_text("Bold")
    expect(preview.locator("img")).to_have_count(0)
    expect(page.get_by_role("button", name="Preview")).to_be_hidden()


def test_a_paper_is_added_and_removed_without_scripts(browser: Browser, site: Site):
    context = browser.new_context(base_url=site.url, locale="en-GB", java_script_enabled=False)
    page = context.new_page()
    page.goto("/add/")
    page.get_by_label("Title", exact=False).first.fill("A Hazel Grows in the Test Bed")
    page.get_by_role("button", name="Another link").click()
    expect(page.locator("[data-rows=links] [data-row]")).to_have_count(2)
    page.locator("#id_links-1-url").fill("https://example.org/hazel")
    page.get_by_role("button", name="Add this paper").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("A Hazel Grows in the Test Bed")
    expect(page.get_by_role("link", name="example.org")).to_be_visible()
    page.get_by_role("link", name="Edit this paper").click()
    page.get_by_role("link", name="Remove this paper").click()
    page.get_by_role("button", name="Remove the paper").click()
    expect(page).to_have_url(re.compile(r"/papers/$"))
    context.close()
