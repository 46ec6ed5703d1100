"""From a worker's start to its end. Celery's workers import this (CELERY_IMPORTS); nothing else does."""

from __future__ import annotations

import logging

from celery.signals import worker_ready, worker_shutdown, worker_shutting_down
from kombu.exceptions import OperationalError as BrokerAway
from redis.exceptions import RedisError

from demos import answering, canary, execution
from demos.registering import Presence
from demos.tasks import sweep_runs
from workers import devices
from workers.slots import Slots

logger = logging.getLogger(__name__)

SWEEP_WITHIN_S = 5
QUEUES_OF_RUNS = {"cpu", "gpu"}  # what a preset may need

_presence: list[Presence] = []  # of this process, once it has begun


@worker_ready.connect
def _begin(sender, **_kwargs) -> None:
    """Only where runs are executed: the slots, the forkserver, a row, and a canary to prove it all."""
    queues = QUEUES_OF_RUNS & set(sender.app.amqp.queues.consume_from)
    if not queues:
        return
    slots = execution.at_once = sender.controller.concurrency
    if "gpu" in queues:
        _offer_gpus(slots)
    execution.supervisor.warm()
    presence = Presence(name=sender.hostname, queues=queues, slots=slots, once_known=lambda: _wake(queues))
    _presence.append(presence)
    presence.start()
    answering.start(execution.stopping)
    execution.clear_scratch_folders()  # last: it raises where the database is away


def _offer_gpus(slots: int) -> None:
    execution.slots = Slots(devices.gpus())
    if execution.slots.count not in (0, slots):  # 0: GPUs that nvidia-smi does not know, named by RUN_QUEUES
        logger.error("%d slots for %d GPUs: start it with -c %d", slots, execution.slots.count, execution.slots.count)


def _wake(queues: set[str]) -> None:
    """A canary to each queue, and word to the keeper: what an earlier worker handed back need not wait for its beat.

    Not before the row is there: it is where the canary's return is written.
    """
    try:
        for queue in queues:
            canary.send_canary(queue)
        sweep_runs.apply_async(expires=SWEEP_WITHIN_S, retry=False)
    except (BrokerAway, RedisError) as error:
        logger.warning("no canary is sent, the broker is away: %s", error)


@worker_shutting_down.connect
def _hand_the_runs_back(**_kwargs) -> None:
    """Flags only, for this is a signal handler. A second TERM sets them again, which changes nothing."""
    execution.stopping.set()
    for presence in _presence:
        presence.stop()


@worker_shutdown.connect
def _say_good_bye(**_kwargs) -> None:
    for presence in _presence:
        presence.stop()
        presence.wait_for_last_words()
