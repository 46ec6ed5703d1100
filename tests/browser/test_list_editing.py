"""A list is put in order by keyboard, by pointer, and without scripts."""

import re

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.running_site import Site

pytestmark = pytest.mark.browser
EDIT = "/lists/knowledge-distillation/edit/"
ROWS = "[data-row]"


def row(page: Page, nickname: str) -> Locator:
    """Of the first section that has it: the list names each paper once or twice."""
    return page.locator(ROWS).filter(has=page.locator(".nickname", has_text=re.compile(f"^{nickname}$"))).first


def order(page: Page) -> list[str]:
    return page.locator(f"section:has({ROWS}) {ROWS} .entry-title").all_inner_texts()


def place(page: Page, nickname: str) -> int:
    return int(row(page, nickname).get_by_role("spinbutton", name="Place").input_value())


def test_the_keyboard_moves_a_paper_up_again_and_again_and_hears_where_it_is(page: Page):
    page.goto(EDIT)
    before = place(page, "TinyBERT")
    row(page, "TinyBERT").get_by_role("button", name="Up", exact=True).focus()
    for step in (1, 2):
        page.keyboard.press("Enter")
        expect(page.locator("#live")).to_contain_text(f"“TinyBERT” stands at {before - step} of")
        expect(row(page, "TinyBERT").get_by_role("button", name="Up", exact=True)).to_be_focused()
    page.reload()
    assert place(page, "TinyBERT") == before - 2


def test_enter_in_the_box_of_the_place_moves_there(page: Page):
    page.goto(EDIT)
    box = row(page, "MobileBERT").get_by_role("spinbutton", name="Place")
    box.fill("1")
    box.press("Enter")
    expect(page.locator("#live")).to_contain_text("“MobileBERT” stands at 1 of")
    expect(row(page, "MobileBERT").get_by_role("spinbutton", name="Place")).to_be_focused()


def test_the_pointer_drags_a_paper_by_its_grip(page: Page):
    page.goto(EDIT)
    moved, target = row(page, "BERT-PKD"), row(page, "TinyBERT")
    wanted = place(page, "TinyBERT")
    grip = moved.locator(".grip")
    grip.scroll_into_view_if_needed()
    start, end = grip.bounding_box(), target.bounding_box()
    upwards = start["y"] > end["y"]
    page.mouse.move(start["x"] + 5, start["y"] + 5)
    page.mouse.down()
    page.mouse.move(end["x"] + 40, end["y"] + (3 if upwards else end["height"] - 3), steps=6)
    expect(page.locator(".drop-before, .drop-after")).to_have_count(1)
    page.mouse.up()
    expect(page.locator("#live")).to_contain_text(f"“BERT-PKD” stands at {wanted} of")
    page.reload()
    assert place(page, "BERT-PKD") == wanted


def test_escape_leaves_a_dragged_paper_where_it_was(page: Page):
    page.goto(EDIT)
    before = order(page)
    start, end = row(page, "BERT-PKD").locator(".grip").bounding_box(), row(page, "TinyBERT").bounding_box()
    page.mouse.move(start["x"] + 5, start["y"] + 5)
    page.mouse.down()
    page.mouse.move(end["x"] + 40, end["y"] + 3, steps=4)
    page.keyboard.press("Escape")
    page.mouse.up()
    page.reload()
    assert order(page) == before


def test_without_scripts_the_same_buttons_move_and_keep_the_focus(browser: Browser, site: Site):
    context = browser.new_context(base_url=site.url, locale="en-GB", java_script_enabled=False)
    page = context.new_page()
    page.goto(EDIT)
    before = place(page, "TinyBERT")
    step = "Down" if before == 1 else "Up"
    row(page, "TinyBERT").get_by_role("button", name=step, exact=True).click()
    expect(row(page, "TinyBERT").locator("[data-said]")).to_contain_text("“TinyBERT” stands at")
    assert place(page, "TinyBERT") == before + (1 if step == "Down" else -1)
    assert row(page, "TinyBERT").locator("button[autofocus]").inner_text() == step
    expect(page.locator(".grip").first).to_be_hidden()
    context.close()
