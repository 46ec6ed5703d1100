"""The running site's API, as a program of somebody else asks it."""

from __future__ import annotations

import json
import time
from urllib.request import Request, urlopen

from tests.running_site import Site

UNFINISHED = {"queued", "starting", "running"}


def ask(address: str, body: dict | None = None, method: str | None = None) -> dict:
    """GET, or POST where there is a body. Raises HTTPError where the site refuses."""
    data = json.dumps(body).encode() if body is not None else None
    headers = {"Content-Type": "application/json"}
    with urlopen(Request(address, data, headers, method=method), timeout=10) as answer:
        return json.load(answer)


def api(site: Site, path: str, body: dict | None = None) -> dict:
    return ask(f"{site.url}/api/v1/{path}", body)


def wait_for(run: dict, states: set[str], within_s: float) -> dict:
    """The run once it is in one of the states. Raises AssertionError if it ends in another, or takes too long."""
    give_up_at = time.monotonic() + within_s
    while run["state"] not in states:
        assert run["state"] in UNFINISHED, (run["state"], run.get("cause"))
        assert time.monotonic() < give_up_at, run["state"]
        time.sleep(0.2)
        run = ask(run["url"])
    return run
