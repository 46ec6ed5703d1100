"""`python -m config.worker`: everything that runs jobs on this host, beside a site that runs elsewhere.

A node a queue: gpu@host has a slot a GPU, jobs@host has RUN_SLOTS slots for the processor. One node for both queues
would let CPU jobs fill the slots of the GPUs.
"""

from __future__ import annotations

import os
import sys

from django.conf import settings

from config.processes import CannotStart, Processes, Service, Terminal, run_until_stopped
from workers import devices

# No mingling, no gossip: our workers share nothing but the database, and start a second sooner.
CELERY = [sys.executable, "-m", "celery", "--quiet", "-A", "workers", "worker", "--loglevel", "INFO"]
CELERY += ["--pool", "threads", "--without-mingle", "--without-gossip"]


def queues() -> tuple[str, ...]:
    """RUN_QUEUES where it is set; else what this host has devices for."""
    if "RUN_QUEUES" in os.environ:
        return settings.RUN_QUEUES
    return (*settings.RUN_QUEUES, "gpu") if devices.gpus() else settings.RUN_QUEUES


def nodes() -> list[Service]:
    """One Celery worker a queue."""
    found = []
    if "cpu" in (served := queues()):
        found.append(Service("worker", node("jobs", "cpu", settings.RUN_SLOTS)))
    if "gpu" in served:
        found.append(Service("gpu", node("gpu", "gpu", max(1, len(devices.gpus())))))
    return found


def node(name: str, queue: str, slots: int) -> list[str]:
    return [*CELERY, "-Q", queue, "-c", str(slots), "-n", f"{name}@{settings.WORKER_HOST}"]


def warning() -> str:
    """What is wrong with the slots, if anything: jobs that share processors all become slow, and differ in speed."""
    wanted, cores = settings.RUN_SLOTS * settings.RUN_THREADS, devices.cores()
    if "cpu" not in queues() or wanted <= cores:
        return ""
    return f"RUN_SLOTS times RUN_THREADS is {wanted}, but this host has {cores} processors: jobs will wait."


def start(terminal: Terminal, processes: Processes) -> None:
    """Raises CannotStart."""
    if not (found := nodes()):
        raise CannotStart(f"RUN_QUEUES is {','.join(settings.RUN_QUEUES)!r}; it takes cpu, gpu or cpu,gpu.")
    if text := warning():
        terminal.say(text)
    for service in found:
        processes.start(service)


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    sys.exit(run_until_stopped(start))
