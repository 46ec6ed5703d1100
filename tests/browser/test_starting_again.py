"""From a run that ended to the next one: the same once more, or the form filled with what it asked for."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.browser.asking import api, ask
from tests.browser.stock import Made, id_in
from tests.running_site import Site

pytestmark = pytest.mark.browser

LONG = {"method": "hinton-kd", "preset": "small"}
ASKED = ("method", "preset", "data", "seed", "params")


@pytest.fixture(autouse=True)
def nothing_left_at_work(site: Site, made: Made) -> Iterator[None]:
    """What a test starts takes longer than the test needs it."""
    yield
    for run in api(site, "runs/?page_size=5")["results"]:
        if run["state"] in {"queued", "starting", "running"}:
            ask(f"{run['url']}cancel/", {})


def run_of(site: Site, page_address: str) -> dict:
    return api(site, f"runs/{id_in(page_address)}/")


@pytest.mark.parametrize("ending", ["cancelled", "failed"])
def test_a_run_that_ended_badly_is_tried_again(reader: Page, site: Site, made: Made, ending):
    first = getattr(made, ending)
    reader.goto(first)
    reader.get_by_role("button", name="Repeat").click()
    expect(reader.get_by_role("link", name="Repeats this run")).to_have_attribute("href", f"/runs/{id_in(first)}/")
    assert {name: run_of(site, reader.url)[name] for name in ASKED} == {
        name: run_of(site, first)[name] for name in ASKED
    }


def test_a_clone_begins_with_what_the_run_asked_for(reader: Page, site: Site, made: Made):
    reader.goto(made.cancelled)
    reader.get_by_role("link", name="Clone with changes").click()
    expect(reader.get_by_role("radio", name=re.compile("small", re.IGNORECASE))).to_be_checked()
    expect(reader.get_by_role("textbox", name="Seeds", exact=True)).to_have_value("66")
    temperature = reader.locator("[name=param_temperature]")
    expect(temperature).to_have_value("5")
    expect(temperature).to_be_visible()
    temperature.fill("3")
    reader.locator(".run-button").click()
    reader.wait_for_url(re.compile(r"/runs/[0-9a-f-]{36}/"))
    first, clone = run_of(site, made.cancelled), run_of(site, reader.url)
    assert clone["params"] == first["params"] | {"temperature": 3}
    assert (clone["preset"], clone["data"], clone["seed"]) == (first["preset"], first["data"], first["seed"])


def test_a_run_that_waits_is_cancelled_before_it_began(reader: Page, site: Site, made: Made):
    ahead, waiting = (ask(f"{site.url}/api/v1/runs/", LONG | {"seed": seed}) for seed in (71, 72))
    reader.goto(waiting["page"])
    reader.get_by_role("button", name="Cancel").click()
    expect(reader.locator(".pill").first).to_have_text("cancelled")
    assert run_of(site, waiting["page"])["started_at"] is None
    assert ask(ahead["url"])["state"] in {"queued", "starting", "running"}
