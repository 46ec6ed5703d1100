"""When a worker is believed dead, and when it only could not speak or a clock was set."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from demos import holding, queueing, sweeping
from demos.models import IdempotencyKey, Run
from tests.demos.factories import RunFactory, sweep_again_after, sweep_until_sure

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


@pytest.fixture
def clock(monkeypatch):
    """Sets the wall clock of every process; the monotonic one cannot be set."""
    real = timezone.now

    def set_by(change: timedelta) -> None:
        monkeypatch.setattr(timezone, "now", lambda: real() + change)

    return set_by


def state(run: Run) -> str:
    run.refresh_from_db()
    return run.state


def test_one_look_takes_no_run():
    run = RunFactory(silent=True)
    assert sweeping.sweep()["given_up_or_queued_again"] == 0
    assert sweep_again_after(1)["given_up_or_queued_again"] == 0
    assert state(run) == "running"


@pytest.mark.parametrize("held", [Run.State.STARTING, Run.State.RUNNING])
def test_two_looks_take_a_silent_run(held):
    run = RunFactory(silent=True, state=held)
    assert sweep_until_sure()["given_up_or_queued_again"] == 1
    assert state(run) == "queued"


def test_a_late_beat_between_two_looks_saves_the_run():
    """As after a database that was away for longer than the lease."""
    run = RunFactory(silent=True)
    sweeping.sweep()
    holding.beat(run=run)
    assert sweep_again_after(10)["given_up_or_queued_again"] == 0
    assert state(run) == "running"


def test_a_beat_after_the_second_look_still_wins(monkeypatch):
    run = RunFactory(silent=True)
    sweeping.sweep()
    seen = sweeping._silent_runs()
    holding.beat(run=run)
    monkeypatch.setattr(sweeping, "_silent_runs", lambda: seen)
    assert sweep_again_after(10)["given_up_or_queued_again"] == 0
    assert state(run) == "running"


def test_an_earlier_suspicion_does_not_count_for_a_later_silence(settings):
    run = RunFactory(silent=True)
    sweeping.sweep()
    holding.beat(run=run)
    sweep_again_after(10)
    Run.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    assert sweep_again_after(20)["given_up_or_queued_again"] == 0
    assert sweep_again_after(30)["given_up_or_queued_again"] == 1


def test_a_clock_set_forward_takes_no_run_from_a_worker_that_beats(clock):
    run = RunFactory(claimed=True)
    clock(HOUR)
    sweeping.sweep()
    holding.beat(run=run)
    assert sweep_again_after(10)["given_up_or_queued_again"] == 0
    assert state(run) == "running"


def test_a_clock_set_back_hides_no_dead_worker(clock):
    run = RunFactory(claimed=True)
    clock(-HOUR)
    assert sweep_until_sure()["given_up_or_queued_again"] == 1
    assert state(run) == "queued"


def test_a_clock_set_back_takes_no_run_from_a_worker_that_beats(clock):
    run = RunFactory(claimed=True)
    clock(-HOUR)
    sweeping.sweep()
    holding.beat(run=run)
    assert sweep_again_after(10)["given_up_or_queued_again"] == 0
    assert state(run) == "running"


def test_a_worker_whose_own_clock_is_wrong_is_not_taken_for_dead(clock):
    run = RunFactory(claimed=True)
    for looked_after_s in (0, 5, 10, 15):
        clock(-HOUR)
        holding.beat(run=run)
        clock(timedelta())
        assert sweep_again_after(looked_after_s)["given_up_or_queued_again"] == 0
    assert state(run) == "running"


def test_runs_of_every_queue_are_sent(monkeypatch):
    sent = []
    monkeypatch.setattr(queueing.execute_run, "apply_async", lambda args, queue, retry: sent.append(queue))
    RunFactory(queue="gpu")
    RunFactory()
    sweeping.sweep()
    assert sorted(sent) == ["cpu", "gpu"]


def test_a_run_that_its_owner_s_limit_holds_back_is_not_sent(monkeypatch, settings):
    sent = []
    monkeypatch.setattr(queueing.execute_run, "apply_async", lambda args, queue, retry: sent.append(queue))
    settings.RUN_MAX_RUNNING_EACH = 1
    RunFactory(claimed=True)
    RunFactory()
    sweeping.sweep()
    assert sent == []


def test_a_clock_set_back_hides_no_forgotten_run(monkeypatch, clock):
    sent = []
    monkeypatch.setattr(queueing.execute_run, "apply_async", lambda args, queue, retry: sent.append(queue))
    monkeypatch.setattr(sweeping, "waiting_messages", lambda queue: 0)
    RunFactory(sent_at=timezone.now())
    clock(-HOUR)
    sweeping.sweep()
    assert sent == ["cpu"]


def test_keys_are_forgotten_after_a_day():
    for key in ("old", "new"):
        IdempotencyKey.objects.create(caller="anyone", key=key, fingerprint="")
    IdempotencyKey.objects.filter(key="old").update(created_at=timezone.now() - timedelta(hours=25))
    sweeping.sweep()
    assert IdempotencyKey.objects.get().key == "new"
