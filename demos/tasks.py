"""The one bridge to Celery. Messages go in; what happens is in demos/queueing.py, execution.py and sweeping.py."""

from __future__ import annotations

import logging

from celery import shared_task
from django.conf import settings
from kombu.exceptions import ChannelError

logger = logging.getLogger(__name__)


@shared_task(bind=True)
def execute_run(self, run_id: str, queue: str) -> None:
    """A wake-up: the run whose turn it is in the queue is executed, which need not be the one that sent it."""
    from demos import execution, queueing

    run = queueing.claim_next(queue=queue, worker=self.request.hostname or "")
    if run is None:
        logger.info("nothing may begin in the queue %s; woken by run %s", queue, run_id)
        return
    execution.execute(run)


@shared_task
def sweep_runs() -> None:
    from demos import sweeping

    sweeping.sweep()


@shared_task
def take_in_runs() -> None:
    from demos import taking_in

    for run in taking_in.take_in_new(settings.SWEEPS_DIR):
        logger.info("run %s was measured by a sweep and is here now", run.id)


def waiting_messages(queue: str) -> int:
    """How many messages lie in a queue that no worker has taken yet."""
    with execute_run.app.connection_for_write() as connection:
        try:
            return connection.default_channel.queue_declare(queue, passive=True).message_count
        except ChannelError:  # Redis keeps no empty list
            return 0
