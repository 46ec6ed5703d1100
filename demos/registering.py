"""A worker says in the database what it is and that it lives. Readiness, the queue's page and forecasts lean on it."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterable
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import DatabaseError, close_old_connections, connection
from django.utils import timezone

from demos.models import Worker
from workers import devices
from workers.jobs import code_version

logger = logging.getLogger(__name__)

LAST_WORDS_S = 5.0  # how long a stopping worker tries to say so


def register(*, name: str, queues: Iterable[str], slots: int) -> Worker:
    """The row of a worker that begins now. What an earlier one of this name had proved, this one has still to prove."""
    now = timezone.now()
    queues = sorted(queues)
    gpus = devices.gpus() if "gpu" in queues else []
    facts = {
        "host": name.partition("@")[2],
        "queues": queues,
        "slots": slots,
        "device_class": devices.device_class(queues[0])[:120],
        "device_count": len(gpus),
        "threads": settings.RUN_THREADS,
        "code": code_version()[:120],
        "started_at": now,
        "stopped_at": None,
        "canary_at": None,
    }
    worker, _ = Worker.objects.update_or_create(name=name, defaults={**facts, **_measured(bool(gpus))})
    return worker


def beat(*, name: str, has_gpus: bool) -> bool:
    """False where there is no such row any more."""
    return bool(Worker.objects.filter(name=name).update(**_measured(has_gpus)))


def _measured(has_gpus: bool) -> dict[str, Any]:
    memory_mb, memory_used_mb = devices.memory_mb()
    gpus = devices.gpus() if has_gpus else []
    return {
        "beat_at": timezone.now(),
        "memory_mb": memory_mb,
        "memory_used_mb": memory_used_mb,
        "device_memory_mb": sum(gpu.memory_mb for gpu in gpus),
        "device_memory_used_mb": sum(gpu.memory_used_mb for gpu in gpus),
    }


def tell_stopped(*, name: str) -> None:
    """From now on nothing counts on this worker, although its last run may still be on its way back."""
    Worker.objects.filter(name=name).update(stopped_at=timezone.now())


def tell_canary(*, name: str) -> None:
    """The worker has executed a task of no content."""
    Worker.objects.filter(name=name).update(canary_at=timezone.now())


def forget_silent_workers() -> int:
    """How many rows went of workers that have not been heard of for a day, or were by a clock a day ahead."""
    now, day = timezone.now(), timedelta(seconds=settings.WORKER_FORGOTTEN_S)
    return Worker.objects.exclude(beat_at__range=(now - day, now + day)).delete()[0]


class Presence(threading.Thread):
    """Registers the worker, beats until `stop`, says that it stopped. What cannot be written is tried again.

    `once_known` is called when the row has been written.
    """

    def __init__(self, *, name: str, queues: Iterable[str], slots: int, once_known: Callable[[], None] = lambda: None):
        super().__init__(name="presence", daemon=True)
        self._once_known = once_known
        self._who = {"name": name, "queues": tuple(queues), "slots": slots}
        self._stopping = threading.Event()
        self._worker: Worker | None = None

    def run(self) -> None:
        while not self._stopping.is_set():
            self._try(self._beat)
            self._stopping.wait(settings.WORKER_BEAT_S)
        self._try(lambda: tell_stopped(name=self._who["name"]))
        connection.close()

    def _beat(self) -> None:
        known = self._worker and beat(name=self._worker.name, has_gpus=bool(self._worker.device_count))
        if not known:
            self._worker = register(**self._who)
            self._once_known()

    def _try(self, write: Callable[[], None]) -> None:
        try:
            write()
        except DatabaseError as error:
            logger.warning("worker %s cannot be heard, the database does not answer: %s", self._who["name"], error)
            close_old_connections()

    def stop(self) -> None:
        """Only a flag: it is called in a signal handler."""
        self._stopping.set()

    def wait_for_last_words(self) -> None:
        if self.is_alive():
            self.join(LAST_WORDS_S)
