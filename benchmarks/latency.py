"""How long a reader waits: from click to first event, from print to line, from cancel to end, from kill to end.

    .venv/bin/python -m benchmarks.latency [click] [line] [cancel] [kill] [deploy]

On a site of its own with toy jobs, whose worker is warm: the forkserver stands, a canary has come back. The lines are
read by Chromium. Times are of the wall clock, for they begin in one process and end in another.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import time
from collections.abc import Iterator
from http.cookiejar import CookieJar
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, build_opener, urlopen

from playwright.sync_api import sync_playwright

from tests.browser import chromium
from tests.faults.site import ToySite, toy_site

ROUNDS = 20
KILLS = 5
PAINTED = """() => {
  window.lags = [];
  new MutationObserver((changes) => requestAnimationFrame(() => setTimeout(() => {
    const now = Date.now() / 1000;
    for (const change of changes) for (const line of change.addedNodes) {
      const printed = / at ([0-9.]+)/.exec(line.textContent);
      if (printed) window.lags.push(now - Number(printed[1]));
    }
  }))).observe(document.getElementById("run-log-lines"), { childList: true });
}"""


def tell(what: str, target_s: float, seconds: list[float]) -> None:
    """p95: the smallest figure that at least 95 % of them do not exceed."""
    ordered = sorted(seconds)
    p50, p95 = ordered[(len(ordered) - 1) // 2], ordered[-(-len(ordered) * 95 // 100) - 1]
    load = os.getloadavg()[0]
    print(
        f"{what:<52} n {len(ordered):>3}  p50 {p50:6.2f} s  p95 {p95:6.2f} s  longest {ordered[-1]:6.2f} s"
        f"  target {target_s:g} s  load {load:.1f}",
        flush=True,
    )


def events(site: ToySite, run_id: str, after: int = 0) -> Iterator[tuple[int, str, dict]]:
    """A run's server-sent events after that number: number, kind and body."""
    seq, kind = 0, ""
    with urlopen(f"{site.site.url}/runs/{run_id}/events/?after={after}", timeout=120) as lines:
        for line in lines:
            name, _, value = line.decode().strip().partition(": ")
            if name == "id":
                seq = int(value)
            elif name == "event":
                kind = value
            elif name == "data":
                yield seq, kind, json.loads(value)


def until(site: ToySite, run_id: str, *states: str) -> float:
    """The wall clock's time when the run's events name one of the states."""
    for _seq, kind, body in events(site, run_id):
        if kind == "state" and body.get("state") in states:
            break
    return time.time()


# --- what is measured -------------------------------------------------------------------------------------------
def click(site: ToySite) -> None:
    """The form of a method's page is sent as a browser sends it; the first stage is the first thing a job says."""
    cookies = CookieJar()
    browser = build_opener(HTTPCookieProcessor(cookies))
    page = f"{site.site.url}/methods/toy/"
    browser.open(page).read()
    fields = {"preset": "smoke", "seed": "0", "param_kind": "steady", "param_seconds": "0.2", "param_steps": "2"}
    fields["csrfmiddlewaretoken"] = next(cookie.value for cookie in cookies if cookie.name == "csrftoken")
    seconds = []
    for _ in range(ROUNDS + 10):
        began = time.time()
        run_id = browser.open(f"{page}run/", urlencode(fields).encode()).url.rstrip("/").rpartition("/")[2]
        for _seq, kind, _body in events(site, run_id):
            if kind == "stage":
                seconds.append(time.time() - began)
            if kind == "end":
                break
    tell("click to the job's first event", 1, seconds)


def line(site: ToySite) -> None:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium.find_system(), args=["--no-sandbox"])
        tab, seconds = browser.new_page(), []
        for _ in range(3):
            run_id = site.submit(kind="steady", seconds=15, steps=30)
            tab.goto(f"{site.site.url}/runs/{run_id}/")
            tab.evaluate(PAINTED)
            tab.wait_for_selector(".pill:text-is('succeeded')", timeout=60_000)
            seconds += tab.evaluate("window.lags")
        browser.close()
    tell("print in a job to its line on the page", 1, seconds)


def cancel(site: ToySite) -> None:
    for what, rounds, job in (
        ("cancel to the end of a job that obeys", ROUNDS, {"kind": "steady", "steps": 100}),
        ("cancel to the end of one stuck in native code", ROUNDS, {"kind": "native"}),
    ):
        seconds = []
        for _ in range(rounds):
            run_id = site.submit(seconds=60, **job)
            until(site, run_id, "running")
            time.sleep(0.5)  # a job stuck in native code has to get there
            began = time.time()
            site.ask(f"/api/v1/runs/{run_id}/cancel/", {})
            seconds.append(until(site, run_id, "cancelled") - began)
        tell(what, 5, seconds)


def kill(site: ToySite) -> None:
    children, again, ends = [], [], []
    for _ in range(ROUNDS):
        run_id = site.submit(kind="steady", seconds=60)
        until(site, run_id, "running")
        began = time.time()
        site.strike("child")
        children.append(until(site, run_id, "failed") - began)
    tell("kill -9 of the child to the run's end", 30, children)
    for _ in range(KILLS):
        run_id = site.submit(kind="steady", seconds=90)
        until(site, run_id, "running")
        again.append(_begun_again_after(site, run_id, signal.SIGKILL, attempts=2))
        began = time.time()
        site.strike("worker")
        ends.append(until(site, run_id, "lost") - began)
    tell("kill -9 of the worker to the second attempt", 30, again)
    tell("kill -9 of the second worker to the run's end", 30, ends)


def deploy(site: ToySite) -> None:
    seconds = []
    for _ in range(KILLS):
        run_id = site.submit(kind="steady", seconds=90)
        until(site, run_id, "running")
        time.sleep(2)
        seconds.append(_begun_again_after(site, run_id, signal.SIGTERM, attempts=1))
        site.ask(f"/api/v1/runs/{run_id}/cancel/", {})
        until(site, run_id, "cancelled")
    tell("warm stop of the worker until its run is at work", 30, seconds)


def _begun_again_after(site: ToySite, run_id: str, number: int, *, attempts: int) -> float:
    """Seconds from the signal until the run's new attempt says its first word."""
    last = next(seq for seq, kind, _body in events(site, run_id) if kind == "stage")
    began = time.time()
    site.strike("worker", number)
    next(seq for seq, kind, _body in events(site, run_id, last) if kind == "stage")
    seconds = time.time() - began
    assert site.ask(f"/api/v1/runs/{run_id}/")["attempts"] == attempts
    return seconds


MEASURED = {"click": click, "line": line, "cancel": cancel, "kill": kill, "deploy": deploy}


def main(names: list[str]) -> None:
    with toy_site(RUN_SLOTS="1") as site:
        for name in names or MEASURED:
            MEASURED[name](site)


if __name__ == "__main__":
    main(sys.argv[1:])
