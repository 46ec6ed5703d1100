"""`make run` as a person at the terminal meets it: real processes, a real Redis, a real port."""

import os
import signal
import socket
import sys
import time
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest

from tests.running_site import free_port, launch, start_site

linux_only = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="counts processes in /proc")


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    running = start_site(tmp_path_factory.mktemp("launch") / "var")
    yield running
    if running.process.poll() is None:
        running.stop()


def refusal(tmp_path, *, state_dir, port) -> tuple[int, str]:
    log = tmp_path / "refused.log"
    status = launch(state_dir, port, log).wait(timeout=30)
    return status, log.read_text()


def wait_until(condition, seconds: float):
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if outcome := condition():
            return outcome
        time.sleep(0.1)
    raise AssertionError(f"not so within {seconds} s")


def test_a_taken_port_gives_one_clear_line(tmp_path):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        status, said = refusal(tmp_path, state_dir=tmp_path / "var", port=port)
    assert status == 1
    assert said.count("\n") == 1
    assert f"Port {port} on 127.0.0.1 cannot be used" in said


@pytest.mark.parametrize("port", ["abc", "", "0", "-1", "99999"])
def test_a_port_that_is_none_gives_one_clear_line(tmp_path, port):
    status, said = refusal(tmp_path, state_dir=tmp_path / "var", port=port)
    assert status == 1
    assert said == f"PORT is {port!r}; it takes a whole number from 1 to 65535.\n"


def test_a_second_one_with_the_same_state_is_refused(site, tmp_path):
    status, said = refusal(tmp_path, state_dir=site.state_dir, port=free_port())
    assert status == 1
    assert said == f"Another Distillery is running with the state in {site.state_dir}.\n"


def test_the_start_prints_the_address_and_how_to_make_an_administrator(site):
    wait_until(lambda: "make admin" in site.log, 10)
    assert f"Distillery is at {site.url}/" in site.log


def test_a_public_address_serves_readers_and_asks_writers_for_a_login(tmp_path):
    site = start_site(tmp_path / "var", HOST="0.0.0.0")
    try:
        with urlopen(Request(site.url + "/", headers={"Host": socket.gethostname()}), timeout=10) as page:
            assert "Run one now" not in page.read().decode()
        for path in ("/", "/api/v1/papers/"):
            with pytest.raises(HTTPError, match="400"):
                urlopen(Request(site.url + path, headers={"Host": "elsewhere.example"}), timeout=10)
        asked = Request(site.url + "/api/v1/runs/", b'{"method": "hinton-kd"}', {"Content-Type": "application/json"})
        with pytest.raises(HTTPError, match="401"):
            urlopen(asked, timeout=10)
    finally:
        site.stop()


@linux_only
@pytest.mark.whole
def test_a_state_folder_deeper_than_a_socket_address_works_and_leaves_nothing_behind(tmp_path, monkeypatch):
    short = tmp_path / "t"
    short.mkdir()
    monkeypatch.setenv("TMPDIR", str(short))
    site = start_site(tmp_path / ("deep" * 30) / "var")
    assert len(list(short.glob("distillery-*/redis.sock"))) == 1
    assert site.stop() == 0
    assert list(short.glob("distillery-*")) == []


@linux_only
def test_a_killed_service_is_started_again(site):
    def keepers() -> set[int]:
        return {pid for pid, words in site.processes().items() if "keeper@" in words}

    before = wait_until(keepers, 10)
    for pid in before:
        os.kill(pid, signal.SIGKILL)
    assert wait_until(lambda: keepers() - before, 15)
    assert "keeper | stopped with status -9; starting it again" in site.log


@linux_only
def test_a_second_start_serves_and_ctrl_c_leaves_no_process(site):
    """How soon is measured by benchmarks/starting.py."""
    assert site.stop() == 0
    assert site.processes() == {}
    again = start_site(site.state_dir)
    assert again.stop() == 0
    assert again.processes() == {}
