"""What is done to a site, and what must hold afterwards."""

from __future__ import annotations

import random
import re
import time
from collections import Counter

from tests.faults import outages, surroundings
from tests.faults.site import ToySite, Verdict, toy_site
from tests.running_site import wait_for

SEED = 4
# A job's own process was killed; or its run was interrupted at each of its attempts.
MEANT = r"killed \(signal 9, SIGKILL\)|Given up after \d+ attempts"


def kills(count: int = 50) -> Verdict:
    """kill -9 of child, forkserver, worker, web and keeper at random moments, with runs queued all the time."""
    chance, struck = random.Random(SEED), dict.fromkeys(("child", "forkserver", "worker", "web", "keeper"), 0)
    with toy_site() as site:
        with site.fed(3, kind="steady", seconds=2, steps=60):
            while sum(struck.values()) < count:
                time.sleep(chance.uniform(0.5, 3))
                part = chance.choices(list(struck), weights=(6, 2, 3, 3, 1))[0]
                if _is_there(site, part):
                    time.sleep(chance.uniform(0, 1.5))
                    struck[part] += site.strike(part)
        verdict = site.judge("(a) kill -9", count)
        verdict.notes["struck"] = struck
        causes = Counter(run["cause"] for run in site.audit() if run["state"] != "succeeded")
        verdict.notes["causes"] = dict(causes)
        if others := [cause for cause in causes if not re.search(MEANT, cause)]:
            verdict.faults.append(f"ends that no kill explains: {others}")
        return verdict


def _is_there(site: ToySite, part: str, within_s: float = 15) -> bool:
    """After other kills there may be no child for a while, and a random moment would hardly ever meet one."""
    give_up_at = time.monotonic() + within_s
    while time.monotonic() < give_up_at:
        if site.pids(part):
            return True
        time.sleep(0.2)
    return False


ENDS_OF_BAD_JOBS = {  # kind: state, and what its cause names
    "raiser": ("failed", "the loss went up"),
    "importer": ("failed", ""),
    "segfault": ("failed", ""),
    "stray": ("failed", ""),
    "silent": ("failed", ""),
    "flooder": ("failed", "MB"),
    "eater": ("failed", "MB"),
    "native": ("cancelled", ""),
}


def misbehaving() -> Verdict:
    """Jobs that raise, crash, flood, eat, hang in native code or leave a process that goes on printing."""
    with toy_site(RUN_MEMORY_LIMIT_MB="900", RUN_OUTPUT_LIMIT_MB="16") as site:
        by_id = {site.submit(kind=kind, seconds=0.2): kind for kind in ENDS_OF_BAD_JOBS}
        by_id |= {site.submit(kind="steady"): "steady" for _ in range(3)}
        native = next(run_id for run_id, kind in by_id.items() if kind == "native")
        wait_for(60, lambda: site.ask(f"/api/v1/runs/{native}/")["state"] == "running")
        site.ask(f"/api/v1/runs/{native}/cancel/", {})
        verdict = site.judge("(e) misbehaving jobs", len(ENDS_OF_BAD_JOBS))
        for run in site.audit():
            state, words = ENDS_OF_BAD_JOBS.get(run["kind"], ("succeeded", ""))
            if run["state"] != state or words not in run["cause"]:
                verdict.faults.append(f"{run['kind']} {run['state']}: {run['cause']}")
            verdict.notes[run["kind"]] = f"{run['state']}: {run['cause']}"
        return verdict


ALL = {
    "kills": kills,
    "redis": outages.redis_away,
    "locked": outages.database_locked,
    "postgresql": outages.postgresql_away,
    "disk": surroundings.disk_full,
    "misbehaving": misbehaving,
    "clock": surroundings.clock_steps,
    "deployment": outages.deployment,
    "watchers": outages.watchers,
}
