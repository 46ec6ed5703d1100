"""A claimed run, executed: the supervisor and its child on one side, the run's rows on the other."""

from __future__ import annotations

import logging
import shutil
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings
from django.db import close_old_connections

from demos import causes, holding, recording
from demos.heartbeat import AWAY, Heartbeat
from demos.holding import LeaseLost
from demos.models import Run
from workers import devices
from workers.jobs import JobRequest
from workers.slots import Slots
from workers.supervisor import Limits, Outcome, Supervisor

logger = logging.getLogger(__name__)
MEMORY_FOR_JOBS = 0.8  # of the host's; the rest is for the site itself

# OpenMP threads that spin while they wait slow each other down many times over (measured: 4 to 20 times).
supervisor = Supervisor(environment={"OMP_WAIT_POLICY": "PASSIVE", "OMP_NUM_THREADS": str(settings.RUN_THREADS)})
slots = Slots()  # on a worker for GPUs, those of this host (demos/worker_life.py)
at_once = settings.RUN_SLOTS  # jobs of this worker; it says so itself (demos/worker_life.py)
stopping = threading.Event()  # set when this worker is asked to stop: its runs go back to the queue


def execute(run: Run) -> None:
    """Blocks until the run has ended, was handed back, or turned out to be someone else's by now."""
    logger.info("run %s begins: %s, %s, seed %s", run.id, run.method, run.preset, run.seed)
    try:
        with Heartbeat(run) as heartbeat, slots.one(run.queue) as environment:
            watch = Watch(run, heartbeat)
            try:
                outcome = _outcome(run, watch, environment)
            except (LeaseLost, *AWAY):
                raise
            except Exception as error:  # whatever it was, the run must have an end and a cause
                logger.exception("run %s could not be executed", run.id)
                outcome = Outcome("failed", causes.of_our_side(error))
            patiently(lambda: conclude(run, outcome, watch.reason))
        told = watch.reason if outcome.state == "cancelled" else f"{outcome.state} {outcome.cause.en}".rstrip()
        logger.info("run %s: %s", run.id, told)
    except LeaseLost:
        logger.warning("run %s is no longer ours; its job is stopped", run.id)
    except AWAY:
        logger.exception("run %s is left to the sweep: the database did not answer for too long", run.id)


def _outcome(run: Run, watch: Watch, environment: Mapping[str, str]) -> Outcome:
    with scratch_folder(run) as out_dir:
        return supervisor.run(
            request_for(run, out_dir),
            on_events=lambda events: record_patiently(run, events, out_dir),
            should_stop=watch.reason_to_stop,
            limits=Limits(
                wall_s=settings.RUN_TIME_LIMIT_S,
                memory_mb=memory_limit_mb(),
                disk_mb=settings.RUN_DISK_LIMIT_MB,
                folder=str(out_dir),
                output_mb=settings.RUN_OUTPUT_LIMIT_MB,
            ),
            environment=environment,
        )


def memory_limit_mb() -> int:
    """Of one job: a host on which all slots are at their limit still answers."""
    if settings.RUN_MEMORY_LIMIT_MB is not None:
        return settings.RUN_MEMORY_LIMIT_MB
    return int(MEMORY_FOR_JOBS * devices.memory_mb()[0] / at_once)


def conclude(run: Run, outcome: Outcome, reason: str | None) -> None:
    """Raises LeaseLost."""
    if outcome.state in ("cancelled", "lost") and reason == Watch.STOPPING:
        holding.hand_back(run=run)
    elif outcome.state == "cancelled" and reason == Watch.LEASE_LOST:
        raise LeaseLost(run.id)
    elif outcome.state == "cancelled":
        holding.end_run(run=run, state=Run.State.CANCELLED, cause=holding.CANCELLED)
    elif outcome.state == "lost":
        holding.hand_back(run=run, cause=outcome.cause)
    else:
        holding.end_run(run=run, state=outcome.state, cause=outcome.cause, traceback_tail=outcome.traceback_tail)


class Watch:
    """What the supervising loop asks ten times a second. The database is asked less often."""

    STOPPING, CANCELLED, LEASE_LOST = "handed back, for the worker stops", "cancelled", "the lease is lost"

    def __init__(self, run: Run, heartbeat: Heartbeat):
        self.reason: str | None = None
        self._run = run
        self._heartbeat = heartbeat
        self._looked_at = 0.0

    def reason_to_stop(self) -> str | None:
        if self.reason is None:
            self.reason = self.STOPPING if stopping.is_set() else self._reason_in_the_database()
        return self.reason

    def _reason_in_the_database(self) -> str | None:
        if self._heartbeat.lost:
            return self.LEASE_LOST
        now = time.monotonic()
        if now - self._looked_at < settings.RUN_CANCEL_POLL_S:
            return None
        self._looked_at = now
        try:
            return self.CANCELLED if holding.is_cancel_requested(run=self._run) else None
        except LeaseLost:
            return self.LEASE_LOST
        except AWAY as error:  # how long that may last is the heartbeat's to judge
            logger.warning("run %s: the database does not answer: %s", self._run.id, error)
            close_old_connections()
            return None


def record_patiently(run: Run, events: list[dict], out_dir: Path) -> None:
    """The batch waits in memory for the database, and what the job says meanwhile in its pipe: both are bounded."""
    batch = recording.Batch(run, events, out_dir)
    try:
        patiently(batch.write)
    except BaseException:  # raised again: files without their rows would stay for ever
        batch.drop_files()
        raise


def patiently(write: Callable[[], None]) -> None:
    """A write that outlives an absence of the database; raises one of AWAY where that lasts too long."""
    give_up_at = time.monotonic() + settings.RUN_DATABASE_PATIENCE_S
    while True:
        try:
            return write()
        except AWAY as error:
            if time.monotonic() > give_up_at:
                raise
            logger.warning("the database does not take a write, which is tried again: %s", error)
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
    running = {str(key) for key in Run.objects.active().values_list("pk", flat=True)}
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
