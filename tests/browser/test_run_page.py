"""A run's page with a real worker: live, after a break, stopped, failed; and without scripts."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.asking import ask, wait_for
from tests.browser.stock import Made
from tests.running_site import Site

pytestmark = pytest.mark.browser

RUN_MS = 120_000  # a run on a slow machine, teacher included
OFFLINE_MS = 1_500  # a smoke run says several lines in it


def start(site: Site, preset: str, seed: int) -> dict:
    return ask(f"{site.url}/api/v1/runs/", {"method": "hinton-kd", "preset": preset, "seed": seed})


def log_events(run: dict) -> list[tuple[str, str]]:
    """(number, text) of every log line, by the API."""
    found, address = [], f"{run['url']}events/?page_size=100"
    while address:
        page = ask(address)
        found += [
            (str(event["seq"]), event["body"]["text"]["en"]) for event in page["results"] if event["kind"] == "log"
        ]
        address = page["next"]
    return found


def log_lines(page: Page) -> list[tuple[str, str]]:
    lines = page.locator("#run-log-lines > span")
    return [tuple(line) for line in lines.evaluate_all("all => all.map(e => [e.dataset.seq, e.textContent.trimEnd()])")]


@pytest.fixture
def forgiving_page(browser: Browser, site: Site) -> Iterator[Page]:
    """Its console may complain: of a connection that a test has cut."""
    context = browser.new_context(base_url=site.url, locale="en-GB")
    context.set_default_timeout(15_000)
    yield context.new_page()
    context.close()


def test_the_page_fills_by_itself_and_says_every_line_once(page: Page, site: Site):
    run = start(site, "smoke", 31)
    page.goto(run["page"])
    page.evaluate("window.untouched = true")
    expect(page.locator(".stepper [aria-current]")).to_be_visible(timeout=RUN_MS)
    expect(page.locator(".pill").first).to_have_text("succeeded", timeout=RUN_MS)
    expect(page.locator("#run-said")).to_contain_text("succeeded")
    expect(page.get_by_role("table", name="Quality")).to_contain_text("Teacher")
    expect(page.locator("#run-files")).to_contain_text("student.zip")
    expect(page.locator("#run-cost")).to_contain_text("compute time")
    assert log_lines(page) == log_events(run)
    assert page.evaluate("window.untouched"), "nobody reloaded the page"


def test_lines_that_come_are_in_the_readers_language(browser: Browser, site: Site):
    run = start(site, "small", 34)
    said = [{"en": "Trained.", "zh": "已训练。"}, "an old line"]
    events = [
        f"id: {n}\nevent: log\ndata: {json.dumps({'text': text})}\n\n" for n, text in enumerate(said, start=10**6)
    ]
    context = browser.new_context(base_url=site.url, locale="zh-CN")
    page = context.new_page()
    page.route(
        "**/events/?after=*", lambda route: route.fulfill(content_type="text/event-stream", body="".join(events))
    )
    page.goto(run["page"])
    lines = page.locator("#run-log-lines > span")
    expect(lines.filter(has_text="已训练。")).to_have_attribute("lang", "zh-Hans")
    expect(lines.filter(has_text="an old line")).to_have_attribute("lang", "en")
    page.get_by_role("button", name="取消").click()
    context.close()


def test_after_a_break_no_line_is_lost_or_doubled(forgiving_page: Page, site: Site):
    page, run = forgiving_page, start(site, "smoke", 32)
    page.goto(run["page"])
    expect(page.locator(".stepper [aria-current]")).to_be_visible(timeout=RUN_MS)
    page.context.set_offline(True)
    page.wait_for_timeout(OFFLINE_MS)
    page.context.set_offline(False)
    expect(page.locator(".pill").first).to_have_text("succeeded", timeout=RUN_MS)
    expect(page.locator("#run-connection")).to_be_hidden()
    assert log_lines(page) == log_events(run)


def test_a_running_job_is_stopped_and_repeated_without_scripts(page_without_scripts: Page, site: Site):
    page, run = page_without_scripts, start(site, "small", 33)
    wait_for(run, {"running"}, RUN_MS / 1000)
    page.goto(run["page"])
    expect(page.locator("noscript p")).to_contain_text("As it stood at")
    page.get_by_role("link", name="Reload").click()
    page.get_by_role("button", name="Cancel").click()
    wait_for(ask(run["url"]), {"cancelled"}, RUN_MS / 1000)
    page.reload()
    expect(page.locator(".pill").first).to_have_text("cancelled")
    expect(page.get_by_text("Stopped on request.")).to_be_visible()
    page.get_by_role("button", name="Repeat").click()
    expect(page.get_by_role("link", name="Repeats this run")).to_be_visible()
    page.get_by_role("button", name="Cancel").click()


def test_a_failed_run_says_why_what_it_said_last_and_what_to_try(page: Page, made: Made):
    page.goto(made.failed)
    head = page.locator("#run-header")
    expect(head).to_contain_text("training diverged")
    expect(head.get_by_role("region", name="The last lines")).to_contain_text("line 999")
    expect(head).to_contain_text("lower learning rate")
    expect(page.get_by_role("button", name="Cancel")).to_have_count(0)


def test_a_long_log_is_read_upwards_searched_and_left_at_its_end(page: Page, made: Made):
    page.goto(made.failed)
    lines = page.locator("#run-log-lines")
    expect(lines.locator("span")).to_have_count(200)
    page.get_by_role("link", name="Earlier lines").click()
    expect(lines.locator("span")).to_have_count(400)
    assert [text for _seq, text in log_lines(page)] == [f"line {number}" for number in range(600, 1000)]
    page.get_by_label("Find in the log").fill("line 77")
    expect(page.locator(".log-found output")).to_have_text("10")  # 770 to 779; line 77 is on an earlier page
    page.keyboard.press("Enter")
    expect(lines.locator(".current-hit")).to_have_text("line 770")
    page.get_by_label("only these lines").check()
    expect(lines.locator("span:visible")).to_have_count(10)
    page.get_by_label("only these lines").uncheck()
    lines.evaluate("box => (box.scrollTop = 0)")
    page.get_by_role("button", name="Jump to the end").click()
    expect(lines.locator("span").last).to_be_in_viewport()


def test_a_long_log_is_read_in_pages_and_searched_without_scripts(page_without_scripts: Page, made: Made):
    page = page_without_scripts
    page.goto(made.failed)
    page.get_by_role("link", name="The log in pages").click()
    page.get_by_role("link", name="Earlier lines").first.click()
    expect(page.locator("#run-log-lines")).to_contain_text("line 799")
    page.get_by_label("Lines with").fill("line 77")
    page.get_by_role("button", name="Search", exact=True).click()
    expect(page.get_by_text("11 entries have it.")).to_be_visible()


def test_a_curve_is_zoomed_by_keys_buttons_and_dragging_and_smoothed(page: Page, made: Made):
    page.goto(made.long)
    chart = page.locator(".chart-frame").filter(has=page.locator(".chart-tools")).first
    line = chart.locator(".lines .line").first
    whole = line.get_attribute("d")
    heights = [float(place.split(" ")[1]) for place in whole[1:].split("L")]
    assert len(heights) <= 200 and min(heights) < 50 < sorted(heights)[1], "one peak is drawn, near the chart's top"

    box = chart.locator("svg").bounding_box()
    page.mouse.move(box["x"] + box["width"] * 0.3, box["y"] + box["height"] / 2)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.4, box["y"] + box["height"] / 2, steps=4)
    page.mouse.up()
    expect(line).not_to_have_attribute("d", whole)
    assert "3000" not in chart.locator(".ticks").text_content()
    chart.locator("svg").focus()
    page.keyboard.press("0")
    expect(line).to_have_attribute("d", whole)
    chart.get_by_role("button", name="Zoom in").click()
    expect(line).not_to_have_attribute("d", whole)
    chart.get_by_role("button", name="Whole curve").click()
    expect(line).to_have_attribute("d", whole)

    slider = chart.get_by_label("Smoothing")
    slider.focus()
    page.keyboard.press("End")
    expect(chart.locator(".lines .smooth")).to_have_count(1)
    expect(chart.locator("output")).to_have_text("0.99")
    page.keyboard.press("Home")
    expect(chart.locator(".lines .smooth")).to_have_count(0)
    expect(chart.locator("output")).to_have_text("off")


def test_a_finished_run_can_be_read_whole_without_scripts(page_without_scripts: Page, made: Made):
    page = page_without_scripts
    page.goto(made.long)
    expect(page.get_by_role("img", name=re.compile("Loss against the teacher"))).to_be_visible()
    expect(page.locator(".chart-tools").first).to_be_hidden()
    page.get_by_text("Numbers", exact=True).first.click()
    expect(page.locator(".chart-frame table").first).to_be_visible()
    with page.expect_download() as coming:
        page.get_by_role("link", name="Every point as CSV").click()
    rows = coming.value.path().read_text().splitlines()
    assert (rows[0], len(rows)) == ("name,step,value", 3001)
    assert "student/soft_loss,1711,9" in rows
