"""The queue: who is next, who may come in, and the messages that wake workers.

The database holds the queue; a message of Celery only says "there is work". Whoever hears it claims the run whose turn
it is, so a message lost, doubled or late changes neither the order nor how often a run starts.
"""

from __future__ import annotations

import logging
import time
import uuid
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _
from kombu.exceptions import OperationalError as BrokerAway
from redis.exceptions import RedisError

from demos.events import append, state_event
from demos.models import Run
from demos.querysets import NOBODY
from demos.tasks import execute_run

logger = logging.getLogger(__name__)

BROKER_REST_S = 2.0  # after a failure: sixty runs started at once must not wait for a dead Redis sixty times
LOCKS_OF_RUNS = 1204  # any number that no other lock of this database has
ADMISSION, CLAIM = 1, 2  # what two transactions must not do at the same time
_rests_until = 0.0


class RunRefused(Exception):
    """A run that cannot be started here; the message is for people."""


class TooManyRuns(RunRefused):
    """It could be started, but not while so many wait."""


def one_at_a_time(what: int) -> None:
    """Until the transaction ends, nobody else passes here for the same purpose.

    SQLite needs nothing: its transactions here are IMMEDIATE, so the first statement has waited for all other writers.
    On PostgreSQL (READ COMMITTED) each later statement sees what those who passed before have committed; without the
    lock two transactions would count the same rows and both find one place left.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [LOCKS_OF_RUNS, what])


# --- coming in --------------------------------------------------------------------------------------------------
def refuse_too_many(owner: Any) -> None:
    """Raises TooManyRuns. Call it in the transaction that writes the run: what it counted stays so till the end."""
    one_at_a_time(ADMISSION)
    person = owner.pk if owner else NOBODY
    waiting = Run.objects.waiting()
    if 0 < settings.RUN_MAX_WAITING_EACH <= waiting.by_person().filter(person=person).count():
        words = _("%(count)d of your runs are waiting already; more are not taken until some have begun.")
        raise TooManyRuns(words % {"count": settings.RUN_MAX_WAITING_EACH})
    if 0 < settings.RUN_MAX_QUEUED <= waiting.count():
        raise TooManyRuns(_("Too many runs are waiting already. Try again when some have ended."))


# --- waking workers ---------------------------------------------------------------------------------------------
def send(*, run: Run) -> bool:
    """Tells the workers of the run's queue that there is work. False where the broker is away: the sweep tells them."""
    global _rests_until
    if time.monotonic() < _rests_until:
        return False
    try:
        execute_run.apply_async([str(run.pk), run.queue], queue=run.queue, retry=False)
    except (BrokerAway, RedisError) as error:
        _rests_until = time.monotonic() + BROKER_REST_S
        logger.warning("run %s is not sent yet, the broker is away: %s", run.pk, error)
        return False
    Run.objects.filter(pk=run.pk, state=Run.State.QUEUED).update(sent_at=timezone.now())
    return True


def wake_for_others_of(owner_id: int | None) -> None:
    """A run of this person let go of its worker: others of theirs that their limit had held back may begin.

    Their messages were spent when they found nothing to claim. One a queue is enough: one place became free.
    """
    if not settings.RUN_MAX_RUNNING_EACH:
        return
    newest_first = Run.objects.waiting().filter(owner_id=owner_id).order_by("-created_at")
    for run in {run.queue: run for run in newest_first}.values():  # the oldest of each queue is what stays
        send(run=run)


# --- who is next ------------------------------------------------------------------------------------------------
def claim_next(*, queue: str, worker: str) -> Run | None:
    """The run of the queue whose turn it is, with a new lease; None where nobody's may begin.

    A new attempt begins clean: results and artifacts of one that died go, and so do its curves, stages and figures, so
    that nothing of two attempts is mixed. Its log stays. `seq` goes on counting, so those who watch lose nothing.
    """
    with transaction.atomic():
        one_at_a_time(CLAIM)
        while (found := _first(queue)) is not None:
            if _take(found, worker):
                run = Run.objects.get(pk=found)
                _drop_what_a_dead_attempt_left(run)
                append(run.pk, [state_event(Run.State.STARTING)])
                return run
    return None


def _first(queue: str) -> uuid.UUID | None:
    order = Run.objects.within_running_limit(settings.RUN_MAX_RUNNING_EACH).in_queue_order(queue)
    return order.values_list("pk", flat=True).first()


def _take(run_id: uuid.UUID, worker: str) -> bool:
    """False where it was cancelled since it was looked for."""
    return bool(
        Run.objects.filter(pk=run_id, state=Run.State.QUEUED).update(
            state=Run.State.STARTING, lease=uuid.uuid4(), lease_until=lease_end(), attempts=F("attempts") + 1,
            worker=worker[:200], started_at=timezone.now(), stage_en="", stage_zh="", progress=0, environment={},
        )
    )  # fmt: skip


def lease_end() -> datetime:
    return timezone.now() + timedelta(seconds=settings.RUN_LEASE_S)


def _drop_what_a_dead_attempt_left(run: Run) -> None:
    run.results.all().delete()
    for artifact in run.artifacts.all():
        transaction.on_commit(lambda file=artifact.file: file.storage.delete(file.name))
    run.artifacts.all().delete()
    run.events.exclude(kind__in=("log", "state")).delete()


def queue_place(run: Run) -> int:
    """1 for the next of its queue; 0 for a run that does not wait."""
    if run.state != Run.State.QUEUED:
        return 0
    order = list(Run.objects.in_queue_order(run.queue).values_list("pk", flat=True))
    return order.index(run.pk) + 1 if run.pk in order else 0
