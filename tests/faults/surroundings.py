"""What fails around a site: the disk that its files go to, and the clock."""

from __future__ import annotations

import os
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import urlopen

from tests.faults import clock
from tests.faults.site import Skipped, ToySite, Verdict, toy_site

MINUTE_S = 60
DISK_MB, FILE_MB = 32, 10
STEPS_S = (10 * MINUTE_S, 0, -7 * MINUTE_S, 0)  # how far the clock is ahead, one after the other


@contextmanager
def small_disk() -> Iterator[Path]:
    """Raises Skipped where this process may not mount."""
    with tempfile.TemporaryDirectory(prefix="distillery-disk-") as folder:
        mount = ["mount", "-t", "tmpfs", "-o", f"size={DISK_MB}m", "tmpfs", folder]
        if os.geteuid() or subprocess.run(mount, capture_output=True).returncode:
            raise Skipped("a small disk can be mounted by root alone")
        try:
            yield Path(folder)
        finally:
            subprocess.run(["umount", "--lazy", folder], check=True)


def disk_full() -> Verdict:
    """Files of 10 MB for a disk of 32 MB: what does not fit fails in words and leaves nothing; then there is room."""
    with small_disk() as disk, toy_site(MEDIA_DIR=str(disk)) as site:
        for _ in range(6):
            site.submit(kind="writer", seconds=0.5, megabytes=FILE_MB)
        site.drain()
        kept = [path.stat().st_size for path in disk.rglob("*") if path.is_file()]
        _make_room(disk)
        after = site.submit(kind="writer", seconds=0.5, megabytes=FILE_MB)
        verdict = site.judge("(d) disk full under a file", 1)
        for run in site.audit():
            if run["state"] != "succeeded" and "No space left on device" not in run["cause"]:
                verdict.faults.append(f"{run['state']}: {run['cause']}")
            if run["state"] != "succeeded" and run["artifacts"]:
                verdict.faults.append("a run that failed has kept a file")
            if run["id"] == after and run["state"] != "succeeded":
                verdict.faults.append("there was room again, and still the run did not succeed")
        whole = [size for size in kept if size == FILE_MB * 2**20]
        verdict.notes["files kept while the disk was full"] = f"{len(whole)} whole, {len(kept) - len(whole)} in part"
        if len(whole) != verdict.states.get("succeeded", 0) - 1 or len(kept) != len(whole):
            verdict.faults.append("the files on the disk are not those of the runs that succeeded")
        if verdict.states.get("failed", 0) < 2:
            verdict.faults.append("the disk was never full")
        return verdict


def _make_room(disk: Path) -> None:
    for path in disk.rglob("*"):
        if path.is_file():
            path.unlink()


def clock_steps() -> Verdict:
    """The clock goes ten minutes ahead, back, seven behind, where a worker dies, and right again."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "ahead_s")
        with toy_site(**{clock.FILE: str(file)}) as site:
            with site.fed(2, kind="steady", seconds=4):
                for ahead_s in STEPS_S:
                    time.sleep(8)
                    _set(file, ahead_s)
                    time.sleep(8)
                    if ahead_s < 0:  # the leases of the dead seem to last for minutes
                        site.strike("worker")
                        time.sleep(25)
            verdict = site.judge("(f) clock steps, a worker killed", len(STEPS_S) + 1)
            if set(verdict.states) != {"succeeded"}:
                verdict.faults.append("a step of the clock cost a run its end")
            if all(abs(run["seconds"] or 0) < MINUTE_S for run in site.audit()):
                verdict.faults.append("the clock was not set: no run seems to have lasted for minutes")
            verdict.faults += _pages_that_fail(site)
            return verdict


def _set(file: Path, ahead_s: float) -> None:
    """At once: whoever reads meanwhile finds the old figure or the new one."""
    (new := file.with_suffix(".new")).write_text(str(ahead_s))
    new.rename(file)


def _pages_that_fail(site: ToySite) -> list[str]:
    """A run that seems to have ended before it began must not break what shows it."""
    paths = ["/", "/runs/", "/queue/", "/methods/toy/", "/ready/"]
    paths += [f"{start}/{run_id}/" for run_id in site.accepted for start in ("/runs", "/api/v1/runs")]
    found = []
    for path in paths:
        with suppress(HTTPError), urlopen(site.site.url + path, timeout=30):
            continue
        found.append(f"{path} cannot be shown")
    return found
