"""A claimed run, executed: the supervisor and its child on one side, the run's rows on the other."""

from __future__ import annotations

import logging
import shutil
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from django.conf import settings
from django.db import DatabaseError, close_old_connections

from demos import recording, services
from demos.models import Run
from demos.services import LeaseLost
from workers.jobs import JobRequest
from workers.spec import Text
from workers.supervisor import Limits, Outcome, Supervisor

logger = logging.getLogger(__name__)

# OpenMP threads that spin while they wait slow each other down many times over (measured: 4 to 20 times).
supervisor = Supervisor(environment={"OMP_WAIT_POLICY": "PASSIVE", "OMP_NUM_THREADS": str(settings.RUN_THREADS)})
stopping = threading.Event()  # set when this worker is asked to stop: its runs go back to the queue


def execute(run: Run) -> None:
    """Blocks until the run has ended, was handed back, or turned out to be someone else's by now."""
    logger.info("run %s begins: %s, %s, seed %s", run.id, run.method, run.preset, run.seed)
    watch = Watch(run)
    try:
        with scratch_folder(run) as out_dir:
            outcome = supervisor.run(
                request_for(run, out_dir),
                on_events=lambda events: patiently(
                    lambda: recording.record_events(run=run, events=events, out_dir=out_dir)
                ),
                should_stop=watch.reason_to_stop,
                limits=Limits(wall_s=settings.RUN_TIME_LIMIT_S, memory_mb=settings.RUN_MEMORY_LIMIT_MB),
            )
        patiently(lambda: conclude(run, outcome, watch.reason))
        told = watch.reason if outcome.state == "cancelled" else f"{outcome.state} {outcome.cause.en}".rstrip()
        logger.info("run %s: %s", run.id, told)
    except LeaseLost:
        logger.warning("run %s is no longer ours; its job is stopped", run.id)
    except Exception as error:  # whatever it was, the run must have an end and a cause
        logger.exception("run %s could not be executed", run.id)
        said = str(error) if isinstance(error, recording.ArtifactRefused) else f"{type(error).__name__}: {error}"
        cause = Text(f"The run could not be executed: {said}", f"运行无法执行：{said}")
        with suppress(LeaseLost):
            services.end_run(run=run, state=Run.State.FAILED, cause=cause)


def conclude(run: Run, outcome: Outcome, reason: str | None) -> None:
    """Raises LeaseLost."""
    if outcome.state in ("cancelled", "lost") and reason == Watch.STOPPING:
        services.hand_back(run=run)
    elif outcome.state == "cancelled" and reason == Watch.LEASE_LOST:
        raise LeaseLost(run.id)
    elif outcome.state == "cancelled":
        services.end_run(run=run, state=Run.State.CANCELLED, cause=services.CANCELLED)
    elif outcome.state == "lost":
        services.hand_back(run=run, cause=outcome.cause)
    else:
        services.end_run(run=run, state=outcome.state, cause=outcome.cause, traceback_tail=outcome.traceback_tail)


class Watch:
    """What the supervising loop asks ten times a second. The database is asked less often, the lease renewed rarely."""

    STOPPING, CANCELLED, LEASE_LOST = "handed back, for the worker stops", "cancelled", "the lease is lost"

    def __init__(self, run: Run):
        self.reason: str | None = None
        self._run = run
        self._looked_at = 0.0
        self._beaten_at = time.monotonic()

    def reason_to_stop(self) -> str | None:
        if self.reason is None:
            self.reason = self.STOPPING if stopping.is_set() else self._reason_in_the_database()
        return self.reason

    def _reason_in_the_database(self) -> str | None:
        now = time.monotonic()
        if now - self._looked_at < settings.RUN_CANCEL_POLL_S:
            return None
        self._looked_at = now
        try:
            if now - self._beaten_at >= settings.RUN_HEARTBEAT_S:
                services.beat(run=self._run)
                self._beaten_at = now
            return self.CANCELLED if services.is_cancel_requested(run=self._run) else None
        except LeaseLost:
            return self.LEASE_LOST
        except DatabaseError:
            logger.exception("run %s: the database does not answer", self._run.id)
            close_old_connections()
            return self.LEASE_LOST if now - self._beaten_at > settings.RUN_LEASE_S else None


def patiently(write: Callable[[], None]) -> None:
    """A write that outlives a short absence of the database, but not the lease."""
    give_up_at = time.monotonic() + settings.RUN_LEASE_S / 2
    while True:
        try:
            return write()
        except DatabaseError:
            if time.monotonic() > give_up_at:
                raise
            logger.exception("the database refused a write; it is tried again")
            close_old_connections()
            time.sleep(0.5)


@contextmanager
def scratch_folder(run: Run) -> Iterator[Path]:
    """A folder for this attempt alone; gone afterwards, with whatever a killed worker left of the run."""
    home = settings.RUN_DIR / str(run.id)
    shutil.rmtree(home, ignore_errors=True)
    folder = home / str(run.lease)
    folder.mkdir(parents=True)
    try:
        yield folder
    finally:
        shutil.rmtree(home, ignore_errors=True)


def clear_scratch_folders() -> None:
    """At a worker's start: what killed workers of this host left behind of runs that do not run any more."""
    left = list(settings.RUN_DIR.glob("*"))  # before the question, so that a run claimed meanwhile keeps its folder
    running = {str(key) for key in Run.objects.filter(state=Run.State.RUNNING).values_list("pk", flat=True)}
    for home in left:
        if home.name not in running:
            shutil.rmtree(home, ignore_errors=True)


def request_for(run: Run, out_dir: Path) -> JobRequest:
    settings.RUN_CACHE_DIR.mkdir(parents=True, exist_ok=True)
    return JobRequest(
        method=run.method,
        preset=run.preset,
        data=run.data,
        seed=run.seed,
        params=run.params,
        device="cuda" if run.queue == "gpu" else "cpu",
        out_dir=str(out_dir),
        cache_dir=str(settings.RUN_CACHE_DIR),
        data_dir=str(settings.DATA_DIR) if settings.DATA_DIR else None,
        threads=settings.RUN_THREADS,
    )
