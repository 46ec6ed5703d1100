"""Whether this site can take runs now, and what is missing otherwise, in words for whoever looks after it."""

from __future__ import annotations

from collections import Counter

import redis
from django.conf import settings
from django.db import DatabaseError
from redis.exceptions import RedisError

from demos.models import Run, Worker

REDIS_WITHIN_S = 1


def missing() -> list[str]:
    """Empty where all is well. Two queries; plain English, as for a log."""
    try:
        found = _missing_workers()
    except DatabaseError as error:
        found = [f"The database does not answer: {_first_line(error)}"]
    within = {"socket_timeout": REDIS_WITHIN_S, "socket_connect_timeout": REDIS_WITHIN_S}
    try:
        with redis.Redis.from_url(settings.REDIS_URL, **within) as client:
            client.ping()
    except RedisError as error:
        found.append(f"Redis does not answer: {_first_line(error)}")
    return found


def _missing_workers() -> list[str]:
    alive = list(Worker.objects.alive())
    held = Counter(Run.objects.filter(state__in=Run.ACTIVE).values_list("worker", flat=True))
    served = {queue for worker in alive for queue in worker.queues}
    found = []
    for queue in sorted(served | set(settings.RUN_QUEUES)):
        mine = [worker for worker in alive if queue in worker.queues]
        if not mine:
            found.append(f"No worker is there for the queue {queue}.")
        elif not any(_is_proven(worker, held[worker.name]) for worker in mine):
            names = ", ".join(worker.name for worker in mine)
            found.append(f"No canary has come back yet from the queue {queue} ({names}).")
    return found


def _is_proven(worker: Worker, runs_held: int) -> bool:
    """A canary came back since it started; or it is at work on all its slots, and beats.

    What an earlier worker of the name had proved is wiped out at the start (demos/registering.py). Comparing the two
    times would make a worker unready for as long as its clock is set back.
    """
    return worker.canary_at is not None or runs_held >= worker.slots


def _first_line(error: Exception) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0]
