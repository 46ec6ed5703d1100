"""Runs beside each other, as a reader puts them there: ticked in the list, or as a run and its repetition."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.stock import Made, id_in

pytestmark = pytest.mark.browser


def section(page: Page, name: str):
    return page.get_by_role("region", name=name, exact=True)


def test_ticked_runs_stand_beside_each_other(reader: Page, made: Made):
    reader.goto("/runs/?state=succeeded")
    for address in (made.run, made.other):
        reader.locator(f'input[name="runs"][value="{id_in(address)}"]').check()
    reader.get_by_role("button", name="Compare the ticked runs").click()
    expect(reader.get_by_role("heading", level=1)).to_have_text("Compare 2 runs")
    expect(section(reader, "Parameters").get_by_role("rowheader")).to_have_text(["Student"])
    expect(section(reader, "Results").get_by_role("rowgroup").last).to_contain_text("Accuracy")
    expect(reader.locator("#curves .chart .line")).to_have_count(2)


def test_another_run_is_pinned_as_the_baseline(reader: Page, made: Made):
    reader.goto(made.at("/compare/?runs={run},{other},{again}"))
    compared = reader.locator(".compared > li")
    expect(compared.nth(0)).to_contain_text("Baseline")
    pinned = compared.nth(1).get_by_role("link").first.get_attribute("href")
    compared.nth(1).get_by_role("link", name="Pin as baseline").click()
    expect(compared.nth(0).get_by_role("link").first).to_have_attribute("href", pinned)
    expect(compared.nth(0)).to_contain_text("Baseline")
    first_column = section(reader, "Results").locator("td.number:nth-child(3)")
    expect(first_column.locator(".difference")).to_have_count(0)
    compared.nth(2).get_by_role("link", name="Take out").click()
    expect(compared).to_have_count(2)


def test_another_curve_is_chosen(reader: Page, made: Made):
    reader.goto(made.at("/compare/?runs={run},{other}"))
    choice = reader.get_by_label("Curve", exact=True)
    shown = choice.input_value()
    asked = next(name for name in choice.locator("option").all_text_contents() if name != shown)
    choice.select_option(asked)
    reader.locator("#curves").get_by_role("button", name="Show").click()
    expect(reader.locator("#curves figcaption")).to_have_text(asked)
    expect(reader.locator("#curves .chart .line")).to_have_count(2)


def test_a_repetition_says_what_differs_and_how_far_the_numbers_moved(reader: Page, made: Made):
    reader.goto(made.again)
    expect(reader.get_by_role("link", name="Repeats this run")).to_have_attribute("href", f"/runs/{id_in(made.run)}/")
    reader.get_by_role("link", name="Compare with the original").click()
    again = section(reader, "The same again")
    expect(again).to_contain_text("Every number that the seed settles is the same in both runs.")
    again.get_by_text("Times, which are never the same twice").click()
    expect(again.get_by_role("table")).to_contain_text("Moved by")
    expect(reader.get_by_text("Nothing that was asked for differs.")).to_be_visible()


def test_a_run_is_added_by_its_address(reader: Page, made: Made):
    reader.goto(made.run)
    reader.get_by_role("link", name="Compare with…").click()
    expect(reader.get_by_role("main")).to_contain_text("Choose at least two runs to compare.")
    reader.get_by_label("Add runs by address or id").fill(made.other)
    reader.get_by_role("button", name="Add").click()
    expect(reader.get_by_role("heading", level=1)).to_have_text("Compare 2 runs")
