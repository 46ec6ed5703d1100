"""Canaries: where they are sent, and what their return proves, with a real child."""

import pytest
from kombu.exceptions import OperationalError as BrokerAway

from demos import canary, execution
from demos.models import Worker
from tests.demos.factories import WorkerFactory
from workers.supervisor import Outcome, Supervisor

pytestmark = pytest.mark.django_db


@pytest.fixture
def sent(monkeypatch):
    """The queues that canaries were sent to; `messages` is what lies in each already."""
    queues = []
    monkeypatch.setattr(canary.sing, "apply_async", lambda queue, **options: queues.append((queue, options)))
    monkeypatch.setattr(canary, "waiting_messages", lambda queue: 0)
    return queues


def test_every_served_queue_gets_one_that_expires(sent):
    WorkerFactory(queues=["cpu"])
    WorkerFactory(queues=["cpu"])
    WorkerFactory(queues=["gpu"])
    assert canary.send_canaries() == 2
    assert sorted(queue for queue, _ in sent) == ["cpu", "gpu"]
    assert all(options == {"expires": 30, "retry": False} for _, options in sent)


def test_none_is_sent_where_messages_wait(sent, monkeypatch):
    monkeypatch.setattr(canary, "waiting_messages", lambda queue: 3)
    assert canary.send_canaries() == 0
    assert sent == []


def test_dead_broker_is_no_error_of_the_keeper(sent, monkeypatch):
    def away(queue):
        raise BrokerAway("connection refused")

    monkeypatch.setattr(canary, "send_canary", away)
    assert canary.send_canaries() == 0


def sung_by(name: str) -> Worker:
    """As the worker of that name takes it from the queue."""
    canary.sing.push_request(hostname=name)
    try:
        canary.sing.run()
    finally:
        canary.sing.pop_request()
    return Worker.objects.get(name=name)


def test_canary_comes_back_through_a_real_child(monkeypatch):
    monkeypatch.setattr(execution, "supervisor", Supervisor(preload=()))
    worker = WorkerFactory()
    other = WorkerFactory()
    assert sung_by(worker.name).canary_at > worker.started_at
    assert Worker.objects.get(name=other.name).canary_at is None


def test_canary_whose_child_dies_proves_nothing(monkeypatch, caplog):
    monkeypatch.setattr(execution.supervisor, "run", lambda *_args, **_options: Outcome("lost"))
    assert sung_by(WorkerFactory().name).canary_at is None
    assert "a canary did not come back: lost" in caplog.text


def test_keeper_forgets_the_silent_and_sends_canaries(sent):
    WorkerFactory(beat_at="2020-01-01T00:00:00Z")
    canary.tend_workers()
    assert not Worker.objects.exists()
    assert [queue for queue, _ in sent] == ["cpu"]
