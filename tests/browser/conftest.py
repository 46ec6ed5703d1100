"""A whole Distillery, as `make run` starts it, and a Chromium before it."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from tests.browser import chromium

ROOT = Path(__file__).resolve().parents[2]
CHROMIUM_FLAGS = [
    "--no-sandbox",  # tests may run as root, where Chromium's sandbox refuses to start
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]


@dataclass
class Site:
    """A running Distillery. `log` is what its one terminal shows."""

    url: str
    process: subprocess.Popen
    log_path: Path
    state_dir: Path

    @property
    def log(self) -> str:
        return self.log_path.read_text(errors="replace")

    def stop(self) -> int:
        self.process.send_signal(signal.SIGINT)
        return self.process.wait(timeout=40)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def start_site(state_dir: Path, **environment: str) -> Site:
    port = free_port()
    log_path = state_dir.parent / f"{state_dir.name}.log"
    inherited = {name: value for name, value in os.environ.items() if name not in {"REDIS_URL", "DATABASE_URL", "HOST"}}
    with log_path.open("a") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "config.launch"],
            cwd=ROOT,
            env=inherited | {"VAR_DIR": str(state_dir), "PORT": str(port), **environment},
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
        )
    site = Site(f"http://127.0.0.1:{port}", process, log_path, state_dir)
    deadline = time.monotonic() + 90
    while time.monotonic() < deadline and process.poll() is None:
        try:
            with urlopen(site.url + "/", timeout=5):
                return site
        except (URLError, OSError):
            time.sleep(0.1)
    process.kill()
    raise AssertionError(f"the site did not start:\n{site.log}")


@pytest.fixture(scope="session")
def site(tmp_path_factory) -> Iterator[Site]:
    running = start_site(tmp_path_factory.mktemp("site") / "var")
    yield running
    if running.process.poll() is None:
        running.stop()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=chromium.find(), args=CHROMIUM_FLAGS)
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
