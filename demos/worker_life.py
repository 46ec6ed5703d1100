"""From a worker's start to its end. Celery's workers import this (CELERY_IMPORTS); nothing else does."""

from __future__ import annotations

from celery.signals import worker_ready, worker_shutdown, worker_shutting_down

from demos.registering import Presence

QUEUES_OF_RUNS = {"cpu", "gpu"}  # what a preset may need

_presence: list[Presence] = []  # of this process, once it has begun


@worker_ready.connect
def _appear(sender, **_kwargs) -> None:
    """Only where runs are executed."""
    if queues := QUEUES_OF_RUNS & set(sender.app.amqp.queues.consume_from):
        presence = Presence(name=sender.hostname, queues=queues, slots=sender.controller.concurrency)
        _presence.append(presence)
        presence.start()


@worker_shutting_down.connect
def _stop_beating(**_kwargs) -> None:
    for presence in _presence:
        presence.stop()


@worker_shutdown.connect
def _say_good_bye(**_kwargs) -> None:
    for presence in _presence:
        presence.stop()
        presence.wait_for_last_words()
