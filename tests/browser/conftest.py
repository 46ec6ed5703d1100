"""One running site for all browser tests, a few runs that it has made, and a Chromium before it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from tests.browser import chromium
from tests.browser.asking import api, ask, wait_for
from tests.browser.stock import Made, store_runs
from tests.running_site import Site, start_site

CHROMIUM_FLAGS = [
    "--no-sandbox",  # tests may run as root, where Chromium's sandbox refuses to start
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
RUN_S = 180  # a smoke run on a slow machine, teacher included
CANCELLED = {"method": "hinton-kd", "preset": "small", "seed": 66, "params": {"temperature": 5}}


@pytest.fixture(scope="session")
def site(tmp_path_factory) -> Iterator[Site]:
    running = start_site(tmp_path_factory.mktemp("site") / "var")
    yield running
    if running.process.poll() is None:
        running.stop()


@pytest.fixture(scope="session")
def made(site: Site) -> Made:
    """Three quick runs that a worker really did, for every test that only reads; and runs that ended badly."""
    asked = {"method": "hinton-kd", "preset": "smoke", "seeds": [3], "varied": {"student": ["bilstm-16", "bilstm-64"]}}
    group = api(site, "groups/", asked)
    runs = [wait_for(ask(run["url"]), {"succeeded"}, RUN_S) for run in group["runs"]]
    again = wait_for(ask(f"{runs[0]['url']}repeat/", {}), {"succeeded"}, RUN_S)
    cancelled = ask(f"{ask(f'{site.url}/api/v1/runs/', CANCELLED)['url']}cancel/", {})
    wait_for(cancelled, {"cancelled"}, RUN_S)
    failed, long = store_runs(site)
    return Made(group["page"], *(run["page"] for run in (*runs, again, cancelled)), failed, long)


@pytest.fixture
def two_runs(site: Site) -> Iterator[list[str]]:
    """One that goes to work and one that waits behind it; both gone at the end, whatever happened."""
    asked = {"method": "hinton-kd", "preset": "small", "data": "opinions"}
    ids = [api(site, "runs/", asked | {"seed": seed})["id"] for seed in (901, 902)]
    yield ids
    for run_id in ids:
        api(site, f"runs/{run_id}/cancel/", {})


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """Gone after the last of these tests: while Playwright's event loop runs, Django lets nobody ask a database."""
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=chromium.find_system(), args=CHROMIUM_FLAGS)
        yield running
        running.close()


@pytest.fixture
def page(browser: Browser, site: Site) -> Iterator[Page]:
    """A page whose console must stay free of errors and of breaches of the content security policy."""
    context = browser.new_context(base_url=site.url, locale="en-GB", viewport={"width": 1280, "height": 900})
    context.set_default_timeout(15_000)
    tab = context.new_page()
    complaints: list[str] = []
    tab.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    tab.on("pageerror", lambda error: complaints.append(str(error)))
    yield tab
    context.close()
    assert complaints == []


@pytest.fixture
def page_without_scripts(browser: Browser, site: Site) -> Iterator[Page]:
    context = browser.new_context(base_url=site.url, locale="en-GB", java_script_enabled=False)
    context.set_default_timeout(15_000)
    yield context.new_page()
    context.close()


@pytest.fixture(params=["page", "page_without_scripts"])
def reader(request: pytest.FixtureRequest) -> Page:
    """A page with scripts, then one without: what the test says holds for both."""
    return request.getfixturevalue(request.param)
