"""Canaries: tasks of no content that go the way of a run, through Redis into a worker's child, and prove it open."""

from __future__ import annotations

import logging

from celery import shared_task
from django.conf import settings
from kombu.exceptions import OperationalError as BrokerAway
from redis.exceptions import RedisError

from demos import registering
from demos.models import Worker
from demos.tasks import waiting_messages
from workers.supervisor import Limits

logger = logging.getLogger(__name__)

WALL_S = 20
EXPIRES_S = 30  # as often as they are sent


@shared_task
def tend_workers() -> None:
    """What the keeper does for workers every half minute."""
    registering.forget_silent_workers()
    send_canaries()


def send_canaries() -> int:
    """One to each queue that is served and empty; how many were sent.

    Where messages wait, they are proof enough once a worker takes them; and behind a long run canaries would pile up.
    """
    served = {queue for queues in Worker.objects.alive().values_list("queues", flat=True) for queue in queues}
    try:
        empty = [queue for queue in served | set(settings.RUN_QUEUES) if not waiting_messages(queue)]
        for queue in empty:
            send_canary(queue)
    except (BrokerAway, RedisError) as error:
        logger.warning("no canary is sent, the broker is away: %s", error)
        return 0
    return len(empty)


def send_canary(queue: str) -> None:
    sing.apply_async(queue=queue, expires=EXPIRES_S, retry=False)


@shared_task(bind=True)
def sing(self) -> None:
    from demos import execution

    outcome = execution.supervisor.run(
        None,
        on_events=lambda events: None,
        should_stop=lambda: "the worker stops" if execution.stopping.is_set() else None,
        limits=Limits(wall_s=WALL_S),
        execute="workers.canary.sing",
    )
    if outcome.state == "succeeded":
        registering.tell_canary(name=self.request.hostname or "")
    else:
        logger.error("a canary did not come back: %s %s", outcome.state, outcome.cause.en)
