"""A worker killed in the middle of a run, on a whole running site: nobody helps, and the run still ends."""

import json
import os
import signal
import sys
import time
from urllib.request import Request, urlopen

import pytest

from tests.running_site import Site, start_site

pytestmark = [
    pytest.mark.whole,
    pytest.mark.skipif(not sys.platform.startswith("linux"), reason="finds the worker in /proc"),
]
ENDED = {"succeeded", "failed", "cancelled", "timed_out", "lost"}


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    running = start_site(tmp_path_factory.mktemp("killed") / "var")
    yield running
    running.stop()


def ask(url: str, body: dict | None = None) -> dict:
    data = json.dumps(body).encode() if body is not None else None
    with urlopen(Request(url, data=data, headers={"Content-Type": "application/json"}), timeout=10) as answer:
        return json.load(answer)


def wait_for(url: str, condition, seconds: float) -> dict:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        run = ask(url)
        if condition(run):
            return run
        time.sleep(0.2)
    raise AssertionError(f"not so within {seconds} s: {run['state']}, {run['stage']}, attempt {run['attempts']}")


def kill_the_worker(site: Site) -> None:
    for pid in [pid for pid, words in site.processes().items() if "jobs@" in words]:
        os.kill(pid, signal.SIGKILL)


def test_a_run_whose_worker_is_killed_runs_again_by_itself_within_60_s(site):
    created = ask(f"{site.url}/api/v1/runs/", {"method": "hinton-kd", "preset": "small", "seed": 5})
    wait_for(created["url"], lambda run: run["stage"] and run["state"] == "running", 60)
    kill_the_worker(site)
    again = wait_for(created["url"], lambda run: run["attempts"] == 2 or run["state"] in ENDED, 60)
    assert again["state"] in {"starting", "running"}, "the second attempt has a worker: it neither waits nor has ended"

    # Killed once more, it is given up with a cause in words rather than tried for ever.
    wait_for(created["url"], lambda run: run["state"] == "running" and run["attempts"] == 2, 60)
    kill_the_worker(site)
    ended = wait_for(created["url"], lambda run: run["state"] in ENDED, 60)
    assert ended["state"] == "lost"
    assert "Given up after 2 attempts" in ended["cause"]
