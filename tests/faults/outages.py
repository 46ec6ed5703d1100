"""What is taken away from a site under load: Redis, the database, the worker that stops for a deployment."""

from __future__ import annotations

import json
import signal
import sqlite3
import threading
import time
from collections import Counter
from contextlib import ExitStack, suppress
from urllib.request import urlopen

import psutil

from tests import postgresql
from tests.faults.site import Skipped, ToySite, Verdict, toy_site
from tests.running_site import free_port, wait_for, worker_host

WORKERS = 4
WATCHERS = 20


def redis_away() -> Verdict:
    """Redis flushed while runs wait, killed and started again, then frozen for a minute."""
    import redis

    with toy_site() as site:
        client = redis.Redis(unix_socket_path=str(site.site.state_dir / "redis.sock"))
        with site.fed(1.5, kind="steady", seconds=1.5):
            time.sleep(8)
            client.flushall()
            time.sleep(8)
            site.strike("redis")
            time.sleep(8)
            site.strike("redis", signal.SIGSTOP)
            time.sleep(60)
            site.strike("redis", signal.SIGCONT)
            time.sleep(3)
        return site.judge("(b) Redis flushed, killed, away", 3)


def database_locked() -> Verdict:
    """Another connection holds SQLite's write lock for 20 s, while runs work and end."""
    with toy_site() as site:
        for _ in range(8):
            site.submit(kind="steady", seconds=3)
        time.sleep(1.5)
        other = sqlite3.connect(site.site.state_dir / "distillery.sqlite3", isolation_level=None, timeout=10)
        other.execute("BEGIN EXCLUSIVE")
        time.sleep(20)
        other.execute("ROLLBACK")
        other.close()
        verdict = site.judge("(c) SQLite locked for 20 s", 1, locks_are_meant=True)
        _expect_all_succeeded(verdict)
        return verdict


def postgresql_away() -> Verdict:
    """PostgreSQL frozen for 20 s under load, then killed, and started again 20 s later."""
    if postgresql.binaries() is None:
        raise Skipped("no PostgreSQL server is installed here")
    with postgresql.machine(free_port()) as server, toy_site(DATABASE_URL=server.url) as site:
        with site.fed(2, kind="steady", seconds=3):
            time.sleep(6)
            _signal(server, signal.SIGSTOP)
            time.sleep(20)
            _signal(server, signal.SIGCONT)
            time.sleep(8)
            _signal(server, signal.SIGKILL)
            time.sleep(20)
            server.start()
            time.sleep(3)
        verdict = site.judge("(c) PostgreSQL frozen, killed", 2)
        _expect_all_succeeded(verdict)
        return verdict


def _signal(server: postgresql.Server, number: int) -> None:
    for process in server.processes():
        with suppress(psutil.NoSuchProcess):
            process.send_signal(number)


def _expect_all_succeeded(verdict: Verdict) -> None:
    if set(verdict.states) != {"succeeded"}:
        verdict.faults.append("an outage cost a run its end")


def deployment() -> Verdict:
    """The worker is asked to stop during runs, twice, and started again by `make run`'s watch."""
    with toy_site() as site:
        for _ in range(6):
            site.submit(kind="steady", seconds=4)
        for _ in range(2):
            time.sleep(5)
            site.strike("worker", signal.SIGTERM)
        verdict = site.judge("(g) warm stop and start", 2)
        if verdict.states != {"succeeded": 6}:
            verdict.faults.append("a deployment cost a run its attempt")
        return verdict


def watchers() -> Verdict:
    """One SQLite, four workers, twenty readers of server-sent events, each of which must see every event once."""
    with toy_site(RUN_SLOTS="1") as site, ExitStack() as stack:
        hosts = [stack.enter_context(_further_worker(site, f"worker-{number}")) for number in range(1, WORKERS)]
        wait_for(90, lambda: len(site.ask("/api/v1/workers/")["results"]) == WORKERS)
        runs = [site.submit(kind="steady", seconds=4, steps=200) for _ in range(8)]
        seen: dict[int, list[int]] = {}
        threads = [
            threading.Thread(target=_watch, args=(site, runs[number % len(runs)], seen, number), daemon=True)
            for number in range(WATCHERS)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(120)
        verdict = site.judge("(h) 4 workers, 20 watchers", 0)
        verdict.notes["runs of each worker"] = dict(Counter(run["worker"] for run in site.audit()))
        if any("database is locked" in host.log for host in hosts):
            verdict.faults.append("the log of a worker says: database is locked")
        whole = sum(steps == list(range(200)) for steps in seen.values())
        verdict.notes["watchers that saw each step once, in order"] = f"{whole} of {WATCHERS}"
        if whole != WATCHERS:
            verdict.faults.append(f"{WATCHERS - whole} watchers missed events, or saw some twice")
        return verdict


def _further_worker(site: ToySite, name: str):
    """Beside the site's own, on its database, Redis and files."""
    state = site.site.state_dir
    shared = site.environment | {
        "DATABASE_URL": f"sqlite:///{state / 'distillery.sqlite3'}",
        "REDIS_URL": f"unix://{state / 'redis.sock'}",
        "MEDIA_DIR": str(state / "media"),
    }
    return worker_host(name, state.parent, shared)


def _watch(site: ToySite, run_id: str, seen: dict[int, list[int]], number: int) -> None:
    steps = []
    with urlopen(f"{site.site.url}/runs/{run_id}/events/", timeout=120) as lines:
        kind = ""
        for line in lines:
            name, _, value = line.decode().strip().partition(": ")
            kind = value if name == "event" else kind
            if name == "data" and kind == "scalar":
                steps.append(json.loads(value)["step"])
            if name == "data" and kind == "end":
                break
    seen[number] = steps
