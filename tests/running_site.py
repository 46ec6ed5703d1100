"""A whole Distillery, started as `make run` starts it, for tests that stand outside of it."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.request import urlopen

ROOT = Path(__file__).resolve().parents[1]
SET_BY_THE_TEST = {"REDIS_URL", "DATABASE_URL", "HOST", "PORT", "VAR_DIR", "OPEN_TO_ANYONE"}


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

    def processes(self) -> dict[int, str]:
        """Command lines by process id of everything that works on this site's state. Linux only."""
        mark = f"VAR_DIR={self.state_dir}".encode()
        found = {}
        for folder in Path("/proc").glob("[0-9]*"):
            try:
                if mark in (folder / "environ").read_bytes().split(b"\0"):
                    words = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
                    if words:  # a zombie has none
                        found[int(folder.name)] = words
            except OSError:
                continue  # ended while we looked
        return found

    def stop(self) -> int:
        self.process.send_signal(signal.SIGINT)
        return self.process.wait(timeout=40)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def launch(state_dir: Path, port: int, log_path: Path, **environment: str) -> subprocess.Popen:
    inherited = {name: value for name, value in os.environ.items() if name not in SET_BY_THE_TEST}
    with log_path.open("a") as log:
        return subprocess.Popen(
            [sys.executable, "-m", "config.launch"],
            cwd=ROOT,
            env=inherited | {"VAR_DIR": str(state_dir), "PORT": str(port), **environment},
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
        )


def start_site(state_dir: Path, **environment: str) -> Site:
    """Returns once the home page has been served. Raises AssertionError with the log where that does not happen."""
    port = free_port()
    state_dir.parent.mkdir(parents=True, exist_ok=True)
    log_path = state_dir.parent / f"{state_dir.name}.log"
    began = time.monotonic()
    process = launch(state_dir, port, log_path, **environment)
    site = Site(f"http://127.0.0.1:{port}", process, log_path, state_dir)
    while time.monotonic() - began < 90 and process.poll() is None:
        try:
            with urlopen(site.url + "/", timeout=5):
                return site
        except (URLError, OSError):
            time.sleep(0.1)
    process.kill()
    raise AssertionError(f"the site did not start:\n{site.log[-5000:]}")


@contextmanager
def worker_host(name: str, folder: Path, shared: dict[str, str]):
    """A machine of its own, as far as one machine can be two: state, name and working directory."""
    home = folder / name
    home.mkdir()
    own = {"VAR_DIR": str(home / "var"), "WORKER_HOST": name, "PYTHONPATH": str(ROOT), "RUN_QUEUES": "cpu"}
    with (home / "log").open("w") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "config.worker"],
            cwd=home, env=os.environ | shared | own, stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT,
        )  # fmt: skip
    host = Site("", process, home / "log", home / "var")
    try:
        yield host
    finally:
        if process.poll() is None:
            host.stop()


def wait_for(seconds: float, question: Callable[[], Any]) -> Any:
    """The first answer that is true. Raises AssertionError where none is in time."""
    give_up_at = time.monotonic() + seconds
    while not (answer := question()):
        assert time.monotonic() < give_up_at, f"not so within {seconds} s"
        time.sleep(0.1)
    return answer
