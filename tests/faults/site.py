"""A site of toy jobs: started, asked for runs, struck, and judged afterwards."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
import uuid
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.client import HTTPException
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import psutil

from tests.faults.audit import faults_of
from tests.running_site import ROOT, Site, start_site

NO_LIMITS = {"API_RUNS_AN_HOUR": "1000000", "API_WRITES_A_MINUTE": "1000000", "API_ANONYMOUS_READS_A_MINUTE": "1000000"}
NO_LIMITS |= {"RUN_MAX_QUEUED": "0", "RUN_MAX_WAITING_EACH": "0"}
STANDSTILL_S = 120  # a queue in which nothing ends for so long does not drain
ANSWER_S = 120  # a request may meet a dead web process, which is started again


class Skipped(Exception):
    """What a scenario needs is not here; the message says what."""


@dataclass
class Verdict:
    """One row of the table."""

    scenario: str
    strikes: int
    runs: int = 0
    states: dict[str, int] = field(default_factory=dict)
    lost: int = 0  # accepted, and not in the database
    doubled: int = 0  # in the database, and not accepted
    endless: int = 0
    faults: list[str] = field(default_factory=list)
    notes: dict[str, Any] = field(default_factory=dict)
    seconds: float = 0.0


class ToySite:
    def __init__(self, site: Site, environment: dict[str, str]):
        self.site, self.environment = site, environment
        self.accepted: list[str] = []

    # --- asking -------------------------------------------------------------------------------------------------
    def ask(self, path: str, body: dict | None = None, key: str = "") -> Any:
        headers = {"Content-Type": "application/json"} | ({"Idempotency-Key": key} if key else {})
        data = json.dumps(body).encode() if body is not None else None
        with urlopen(Request(self.site.url + path, data=data, headers=headers), timeout=30) as answer:
            return json.load(answer)

    def submit(self, *, seed: int = 0, **params: Any) -> str:
        """The id of an accepted run. Asked again under the same key until there is an answer."""
        body, key = {"method": "toy", "preset": "smoke", "seed": seed, "params": params}, uuid.uuid4().hex
        give_up_at = time.monotonic() + ANSWER_S
        while True:
            try:
                run_id = self.ask("/api/v1/runs/", body, key)["id"]
            except (OSError, HTTPException) as error:
                refused = isinstance(error, HTTPError) and error.code < 500 and error.code != 409
                if refused or time.monotonic() > give_up_at:
                    raise
                time.sleep(0.3)
            else:
                self.accepted.append(run_id)
                return run_id

    @contextmanager
    def fed(self, every_s: float, **params: Any):
        """New runs all the time, until the block ends."""
        over = threading.Event()

        def feed() -> None:
            while not over.wait(every_s):
                self.submit(seed=len(self.accepted), **params)

        thread = threading.Thread(target=feed, daemon=True)
        thread.start()
        try:
            yield
        finally:
            over.set()
            thread.join(ANSWER_S)

    # --- striking -----------------------------------------------------------------------------------------------
    def pids(self, part: str) -> list[int]:
        """child, forkserver, worker, web, keeper or redis."""
        found = self.site.processes()
        servers = {pid for pid, words in found.items() if "multiprocessing.forkserver" in words}
        children = {pid for pid in servers if _parent(pid) in servers}
        if part == "child":
            return sorted(children)
        if part == "forkserver":
            return sorted(servers - children)
        mark = {"worker": "jobs@", "web": "uvicorn", "keeper": "keeper@", "redis": "redis-server"}[part]
        return sorted(pid for pid, words in found.items() if mark in words)

    def strike(self, part: str, number: int = signal.SIGKILL) -> bool:
        struck = False
        for pid in self.pids(part):
            with suppress(ProcessLookupError):
                os.kill(pid, number)
                struck = True
        return struck

    # --- judging ------------------------------------------------------------------------------------------------
    def audit(self) -> list[dict]:
        command = [sys.executable, "-m", "tests.faults.audit"]
        inherited = os.environ | self.environment | {"VAR_DIR": str(self.site.state_dir), "LOG_LEVEL": "ERROR"}
        return json.loads(subprocess.run(command, cwd=ROOT, env=inherited, check=True, capture_output=True).stdout)

    def waiting(self) -> int:
        return sum(not run["ends"] for run in self.audit())

    def drain(self) -> float:
        """Seconds until every run has an end, or none has ended for STANDSTILL_S, for the verdict to tell."""
        began = ended_at = time.monotonic()
        left = self.waiting()
        while left and time.monotonic() - ended_at < STANDSTILL_S:
            time.sleep(1)
            if (now_left := self.waiting()) < left:
                left, ended_at = now_left, time.monotonic()
        return time.monotonic() - began

    def judge(self, scenario: str, strikes: int, *, locks_are_meant: bool = False) -> Verdict:
        drained_s = self.drain()
        runs = {run["id"]: run for run in self.audit()}
        verdict = Verdict(scenario, strikes, runs=len(self.accepted), notes={"drained_s": round(drained_s, 1)})
        for run in runs.values():
            verdict.states[run["state"]] = verdict.states.get(run["state"], 0) + 1
            verdict.faults += [f"{run['id'][:8]} ({run['kind']}, {run['state']}) {what}" for what in faults_of(run)]
        verdict.lost = len(set(self.accepted) - set(runs))
        verdict.doubled = len(set(runs) - set(self.accepted))
        verdict.endless = sum(not run["ends"] for run in runs.values())
        self._look_for_children(verdict)
        if not locks_are_meant and "database is locked" in self.site.log:
            verdict.faults.append(f"the log says {self.site.log.count('database is locked')} times: database is locked")
        return verdict

    def _look_for_children(self, verdict: Verdict) -> None:
        time.sleep(2)
        if left := self.pids("child"):
            verdict.faults.append(f"{len(left)} processes of jobs are left")
        if left := [pid for pid, words in self.site.processes().items() if "still here" in words]:
            verdict.faults.append(f"{len(left)} strays are left")

    def stop(self) -> list[str]:
        """What outlived the stop."""
        self.site.stop()
        time.sleep(0.5)
        left = self.site.processes()
        for pid in left:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        return list(left.values())


def _parent(pid: int) -> int:
    with suppress(psutil.Error):
        return psutil.Process(pid).ppid()
    return 0


@contextmanager
def toy_site(**environment: str):
    """A fresh site on an empty folder, ready for runs."""
    environment = {"DJANGO_SETTINGS_MODULE": "tests.faults.settings", "RUN_SLOTS": "2"} | NO_LIMITS | environment
    with tempfile.TemporaryDirectory(prefix="distillery-faults-") as folder:
        site = ToySite(start_site(Path(folder) / "var", **environment), environment)
        try:
            wait_until_ready(site)
            yield site
        finally:
            site.stop()


def wait_until_ready(site: ToySite, within_s: float = 120) -> None:
    give_up_at = time.monotonic() + within_s
    while time.monotonic() < give_up_at:
        with suppress(OSError, HTTPException), urlopen(site.site.url + "/ready/", timeout=5):
            return
        time.sleep(0.2)
    raise AssertionError(f"not ready within {within_s} s:\n{site.site.log[-3000:]}")
