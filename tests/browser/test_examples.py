"""The examples on a method's page work when they are pasted, as they stand there, against the site that shows them."""

import json
import subprocess
import sys

import pytest
from playwright.sync_api import Page, expect

from tests.browser.asking import UNFINISHED, ask, wait_for
from tests.running_site import Site

pytestmark = pytest.mark.browser

RUN_S = 180  # a smoke run on a slow machine, teacher included


def example(page: Page, name: str) -> str:
    page.goto("/methods/hinton-kd/")
    figure = page.get_by_role("figure", name=name)
    expect(figure).to_be_visible()
    return figure.locator("pre").text_content()


def test_the_curl_example_starts_a_run(page: Page, site: Site):
    done = subprocess.run(["sh"], input=example(page, "curl"), capture_output=True, text=True, timeout=30)
    assert done.returncode == 0, done.stderr
    run = json.loads(done.stdout)
    assert (run["method"], run["preset"], run["state"]) == ("hinton-kd", "smoke", "queued")
    ask(f"{run['url']}cancel/", {})
    assert wait_for(ask(run["url"]), {"cancelled", "succeeded"}, RUN_S)["state"] not in UNFINISHED


def test_the_python_example_prints_what_the_run_measured(page: Page, site: Site):
    done = subprocess.run(
        [sys.executable, "-"], input=example(page, "Python"), capture_output=True, text=True, timeout=RUN_S
    )
    assert done.returncode == 0, done.stderr
    first, *results = done.stdout.splitlines()
    state, page_address = first.split()
    assert state == "succeeded" and page_address.startswith(site.url)
    assert any(line.startswith("student accuracy 0.") and line.endswith(" share") for line in results)
