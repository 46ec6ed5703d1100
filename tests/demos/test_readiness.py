"""What is missing before runs can be taken."""

from datetime import timedelta

import pytest
import redis
from django.db import OperationalError
from django.utils import timezone

from demos import readiness, registering
from demos.models import Worker
from tests.demos.factories import RunFactory, WorkerFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def redis_answers(monkeypatch):
    monkeypatch.setattr(redis.Redis, "ping", lambda self: True)


def proven(**values) -> Worker:
    return WorkerFactory(canary_at=timezone.now() + timedelta(seconds=1), **values)


def test_nothing_is_missing_with_a_proven_worker(settings):
    proven()
    assert readiness.missing() == []


def test_queue_of_the_settings_without_a_worker_is_missing():
    assert readiness.missing() == ["No worker is there for the queue cpu."]


def test_each_queue_needs_a_canary_of_its_own():
    proven()
    WorkerFactory(name="gpu@box", queues=["gpu"])
    assert readiness.missing() == ["No canary has come back yet from the queue gpu (gpu@box)."]


def test_worker_that_started_anew_has_to_prove_itself_again():
    proven(name="jobs@box")
    registering.register(name="jobs@box", queues=["cpu"], slots=1)
    assert readiness.missing() == ["No canary has come back yet from the queue cpu (jobs@box)."]


def test_proof_outlasts_a_clock_that_is_set_back():
    WorkerFactory(started_at=timezone.now() + timedelta(hours=1), canary_at=timezone.now())
    assert readiness.missing() == []


def test_one_proven_worker_of_a_queue_is_enough():
    WorkerFactory()
    proven()
    assert readiness.missing() == []


def test_worker_busy_on_all_slots_counts_by_its_beat():
    worker = WorkerFactory(slots=2)
    RunFactory(claimed=True, worker=worker.name)
    assert readiness.missing() != []
    RunFactory(claimed=True, worker=worker.name)
    assert readiness.missing() == []


def test_dead_redis_is_named(monkeypatch):
    def refuse(self):
        raise redis.ConnectionError("Connection refused")

    monkeypatch.setattr(redis.Redis, "ping", refuse)
    proven()
    assert readiness.missing() == ["Redis does not answer: Connection refused"]


def test_dead_database_is_named(monkeypatch):
    def refuse():
        raise OperationalError("server closed the connection\nunexpectedly")

    monkeypatch.setattr(readiness, "_missing_workers", refuse)
    assert readiness.missing() == ["The database does not answer: server closed the connection"]


def test_number_of_queries_does_not_grow_with_workers(django_assert_num_queries):
    for _ in range(20):
        RunFactory(claimed=True, worker=proven().name)
    with django_assert_num_queries(2):
        readiness.missing()
