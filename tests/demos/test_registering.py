"""Rows of workers: what they say, when they count, when they go."""

from datetime import timedelta

import pytest
from django.db import OperationalError
from django.utils import timezone

from demos import registering
from demos.models import Worker
from tests.demos.factories import WorkerFactory
from workers import devices

pytestmark = pytest.mark.django_db
GPU = devices.Gpu(0, "GPU-1", "NVIDIA H100 80GB HBM3", 81559, 600)


@pytest.fixture
def two_gpus(monkeypatch):
    monkeypatch.setattr(devices, "gpus", lambda: [GPU, GPU])


def ago(seconds: float):
    return timezone.now() - timedelta(seconds=seconds)


def test_worker_for_the_processor_says_what_it_is(settings):
    settings.RUN_THREADS = 2
    worker = registering.register(name="jobs@box", queues=["cpu"], slots=3)
    assert (worker.host, worker.queues, worker.slots, worker.threads) == ("box", ["cpu"], 3, 2)
    assert (worker.device_class, worker.device_count) == (devices.cpu_model(), 0)
    assert 0 < worker.memory_used_mb < worker.memory_mb
    assert "sources" in worker.code


def test_worker_for_gpus_says_which_and_how_full_they_are(two_gpus):
    worker = registering.register(name="gpu@box", queues=["gpu"], slots=2)
    assert (worker.device_class, worker.device_count) == ("NVIDIA H100 80GB HBM3", 2)
    assert (worker.device_memory_mb, worker.device_memory_used_mb) == (2 * 81559, 1200)


def test_new_start_proves_itself_again():
    WorkerFactory(name="jobs@box", started_at=ago(900), canary_at=ago(800), stopped_at=ago(10))
    registering.register(name="jobs@box", queues=["cpu"], slots=1)
    worker = Worker.objects.get()
    assert (worker.canary_at, worker.stopped_at) == (None, None)
    assert worker.started_at > ago(60)


def test_beat_moves_the_time_and_nothing_else():
    worker = WorkerFactory(beat_at=ago(50), canary_at=ago(40))
    assert registering.beat(name=worker.name, has_gpus=False)
    after = Worker.objects.get()
    assert after.beat_at > ago(10)
    assert (after.canary_at, after.started_at) == (worker.canary_at, worker.started_at)


def test_beat_without_a_row_says_so():
    assert not registering.beat(name="jobs@nowhere", has_gpus=False)


def test_only_beating_workers_that_have_not_stopped_are_alive(settings):
    beating = WorkerFactory(beat_at=ago(settings.WORKER_ALIVE_S - 5))
    WorkerFactory(beat_at=ago(settings.WORKER_ALIVE_S + 5))
    WorkerFactory(stopped_at=timezone.now())
    assert list(Worker.objects.alive()) == [beating]


def test_worker_that_died_before_the_clock_was_set_back_is_not_alive():
    beating = WorkerFactory(beat_at=ago(-5))
    WorkerFactory(beat_at=ago(-3600))
    assert list(Worker.objects.alive()) == [beating]


def test_workers_silent_for_a_day_are_forgotten():
    WorkerFactory(beat_at=ago(25 * 3600))
    WorkerFactory(beat_at=ago(-25 * 3600))  # as it seems after a clock was set back
    kept = WorkerFactory(beat_at=ago(23 * 3600))
    assert registering.forget_silent_workers() == 2
    assert list(Worker.objects.all()) == [kept]


@pytest.fixture
def presence(settings, monkeypatch):
    """Runs in this thread: each wait between two beats takes the next step of the list it returns."""
    found = registering.Presence(name="jobs@box", queues=["cpu"], slots=1)
    steps = []
    monkeypatch.setattr(found._stopping, "wait", lambda _seconds: steps.pop(0)() if steps else found.stop())
    monkeypatch.setattr(registering.connection, "close", lambda: None)
    monkeypatch.setattr(registering, "close_old_connections", lambda: None)
    found.steps = steps
    return found


def test_presence_registers_and_says_that_it_stopped(presence):
    presence.run()
    worker = Worker.objects.get()
    assert worker.stopped_at >= worker.beat_at


def test_presence_goes_on_where_the_database_was_away(presence, monkeypatch):
    away = iter([OperationalError("gone"), OperationalError("gone")])
    real = registering.register

    def register(**who):
        for error in away:
            raise error
        return real(**who)

    monkeypatch.setattr(registering, "register", register)
    presence.steps += [lambda: None, lambda: None]
    presence.run()
    assert Worker.objects.get().name == "jobs@box"


def test_presence_writes_its_row_again_where_it_was_removed(presence):
    presence.steps += [lambda: Worker.objects.all().delete()]
    presence.steps += [lambda: None]
    presence.run()
    assert Worker.objects.get().stopped_at
