"""Who comes first, asked on a database that lets several write at once.

SQLite has one writer at a time, so that these questions do not come up there: its transactions take the lock as they
begin. `python -m tests.postgresql tests/demos` asks them where they do.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection, connections

from demos import idempotency, queueing, services
from demos.models import Run
from tests.demos import stand_in
from tests.demos.factories import RunFactory

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor == "sqlite", reason="SQLite has one writer at a time"),
]
AT_ONCE = 8


def all_at_once(ask: Callable[[], Any]) -> list[Any]:
    """What each of AT_ONCE threads got or met, every one with a connection of its own."""
    ready = threading.Barrier(AT_ONCE)

    def one() -> Any:
        try:
            connection.ensure_connection()
            ready.wait(timeout=20)
            return ask()
        except (services.RunRefused, idempotency.KeyReused) as refusal:
            return refusal
        finally:
            connections.close_all()

    with ThreadPoolExecutor(AT_ONCE) as threads:
        return [asked.result(timeout=60) for asked in [threads.submit(one) for _ in range(AT_ONCE)]]


def start() -> Run:
    return services.start_run(spec=stand_in.SPEC, preset="smoke", data="opinions", seed=7, params={})


def test_workers_that_claim_at_once_never_get_the_same_run():
    RunFactory.create_batch(5)
    claimed = [run.pk for run in all_at_once(lambda: queueing.claim_next(queue="cpu", worker="jobs@here")) if run]
    assert len(set(claimed)) == len(claimed) == 5
    assert set(Run.objects.values_list("attempts", flat=True)) == {1}


def test_workers_that_claim_at_once_keep_a_person_within_the_limit(settings):
    settings.RUN_MAX_RUNNING_EACH = 2
    RunFactory.create_batch(AT_ONCE)
    all_at_once(lambda: queueing.claim_next(queue="cpu", worker="jobs@here"))
    assert Counter(Run.objects.values_list("state", flat=True)) == {"starting": 2, "queued": AT_ONCE - 2}


def test_runs_asked_for_at_once_do_not_pass_the_limit_together(spec, settings):
    settings.RUN_MAX_WAITING_EACH = 3
    answers = all_at_once(start)
    assert Run.objects.count() == 3
    assert sum(isinstance(answer, services.TooManyRuns) for answer in answers) == AT_ONCE - 3


def test_requests_with_one_key_at_once_start_one_run(spec):
    body = {"seed": 7}
    answers = all_at_once(lambda: idempotency.once(caller=None, key="k", body=body, start=start))
    run = Run.objects.get()
    assert {answer[0].pk for answer in answers} == {run.pk}
    assert Counter(replayed for _run, replayed in answers) == {False: 1, True: AT_ONCE - 1}


def test_a_run_ends_once_however_many_stop_it():
    run = RunFactory()
    all_at_once(lambda: services.request_cancel(run=Run.objects.get(pk=run.pk)))
    assert list(run.events.values_list("seq", "body__state")) == [(1, "cancelled")]
