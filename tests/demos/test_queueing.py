"""Whose turn it is, who may come in, and who is woken."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.auth import get_user_model
from django.utils import timezone

from demos import holding, queueing, services
from demos.models import Run, Worker
from demos.querysets import queues_served
from tests.demos import stand_in
from tests.demos.factories import RunFactory
from workers import registry

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _data_sets(monkeypatch):
    monkeypatch.setattr(registry, "data_sets", stand_in.data_sets)


@pytest.fixture
def sent(monkeypatch) -> list:
    found = []
    monkeypatch.setattr(queueing.execute_run, "apply_async", lambda args, queue, retry: found.append((args[0], queue)))
    return found


def person(name: str):
    return get_user_model().objects.create_user(name)


def start(**changes) -> Run:
    asked = {"preset": "smoke", "data": "opinions", "seed": 7, "params": {}} | changes
    return services.start_run(spec=stand_in.SPEC, **asked)


def order(queue: str = "cpu") -> list:
    return list(Run.objects.in_queue_order(queue).values_list("pk", flat=True))


def claim(queue: str = "cpu") -> Run | None:
    return queueing.claim_next(queue=queue, worker="jobs@here")


# --- turns ------------------------------------------------------------------------------------------------------
def test_people_take_turns():
    ada, eve = person("ada"), person("eve")
    first, second, third = RunFactory.create_batch(3, owner=ada)
    late = RunFactory(owner=eve)
    nobody = RunFactory()
    assert order() == [first.pk, late.pk, nobody.pk, second.pk, third.pk]


def test_who_has_a_run_at_work_comes_after_who_has_none():
    ada, eve = person("ada"), person("eve")
    RunFactory(owner=ada, claimed=True)
    waits = RunFactory(owner=ada)
    late = RunFactory(owner=eve)
    assert order() == [late.pk, waits.pk]


def test_runs_of_nobody_are_runs_of_one_person():
    RunFactory(claimed=True)
    nobody, ada = RunFactory(), RunFactory(owner=person("ada"))
    assert order() == [ada.pk, nobody.pk]


def test_a_queue_knows_nothing_of_another():
    ada = person("ada")
    RunFactory.create_batch(2, owner=ada, queue="gpu")
    cpu, late = RunFactory(owner=ada), RunFactory(owner=person("eve"))
    assert order() == [cpu.pk, late.pk]


def test_place_follows_the_turns():
    ada = person("ada")
    _first, second = RunFactory(owner=ada), RunFactory(owner=ada)
    late = RunFactory()
    assert [queueing.queue_place(run) for run in (late, second)] == [2, 3]


@pytest.mark.parametrize("waiting", [2, 20])
def test_the_order_costs_one_query(waiting, django_assert_num_queries):
    RunFactory.create_batch(waiting)
    with django_assert_num_queries(1):
        order()


# --- claim ------------------------------------------------------------------------------------------------------
def test_a_message_starts_the_run_whose_turn_it_is():
    run, _later = RunFactory(), RunFactory()
    assert claim().pk == run.pk


def test_more_messages_than_runs_start_nothing_twice():
    RunFactory()
    assert [claim() is None for _ in range(3)] == [False, True, True]
    assert Run.objects.get().attempts == 1


def test_a_run_cancelled_after_it_was_found_is_not_taken(monkeypatch):
    gone, waiting = RunFactory(state=Run.State.CANCELLED, ended_at=timezone.now()), RunFactory()
    found = iter([gone.pk, waiting.pk])
    monkeypatch.setattr(queueing, "_first", lambda queue: next(found))
    assert claim() == waiting
    gone.refresh_from_db()
    assert (gone.state, gone.attempts) == ("cancelled", 0)


def test_a_claimed_run_is_starting_until_its_child_has_begun():
    RunFactory()
    run = claim()
    assert (run.state, run.events.get().body["state"]) == ("starting", "starting")


def test_a_person_at_the_limit_waits_and_others_do_not(settings):
    settings.RUN_MAX_RUNNING_EACH = 1
    ada = person("ada")
    RunFactory(owner=ada, claimed=True, queue="gpu")  # it counts, wherever it runs
    held_back, other = RunFactory(owner=ada), RunFactory(owner=person("eve"))
    assert claim().pk == other.pk
    assert claim() is None
    held_back.refresh_from_db()
    assert held_back.state == "queued"


def test_the_end_of_a_run_wakes_one_that_the_limit_held_back(settings, sent, django_capture_on_commit_callbacks):
    settings.RUN_MAX_RUNNING_EACH = 1
    ada = person("ada")
    running = RunFactory(owner=ada, claimed=True)
    first, _second, _other = RunFactory(owner=ada), RunFactory(owner=ada), RunFactory(owner=person("eve"))
    with django_capture_on_commit_callbacks(execute=True):
        holding.end_run(run=running, state="succeeded")
    assert sent == [(str(first.pk), "cpu")]


def test_without_a_limit_the_end_of_a_run_wakes_nobody(sent, django_capture_on_commit_callbacks):
    running, _waiting = RunFactory(claimed=True), RunFactory()
    with django_capture_on_commit_callbacks(execute=True):
        holding.end_run(run=running, state="succeeded")
    assert sent == []


# --- coming in --------------------------------------------------------------------------------------------------
def test_one_person_s_waiting_runs_are_limited_and_another_s_are_not(settings):
    settings.RUN_MAX_WAITING_EACH = 1
    ada, eve = person("ada"), person("eve")
    start(owner=ada)
    with pytest.raises(services.TooManyRuns, match="1 of your runs"):
        start(owner=ada)
    start(owner=eve)
    assert Run.objects.count() == 2


def test_runs_that_began_leave_room_for_others(settings):
    settings.RUN_MAX_WAITING_EACH = 1
    RunFactory(claimed=True)
    start()
    assert Run.objects.waiting().count() == 1


def test_no_limit_is_no_limit(settings):
    settings.RUN_MAX_WAITING_EACH = settings.RUN_MAX_QUEUED = 0
    start()
    start()
    assert Run.objects.count() == 2


def test_a_dead_broker_is_asked_once_for_many_runs(monkeypatch, django_capture_on_commit_callbacks):
    asked = []

    def away(args, **_options):
        asked.append(args)
        raise queueing.BrokerAway

    monkeypatch.setattr(queueing.execute_run, "apply_async", away)
    with django_capture_on_commit_callbacks(execute=True):
        for seed in range(5):
            start(seed=seed)
    assert len(asked) == 1
    assert Run.objects.filter(sent_at=None).count() == 5


# --- what is served ---------------------------------------------------------------------------------------------
def worker(name: str, queues: list[str], *, silent_s: int = 0, **facts) -> Worker:
    now = timezone.now()
    return Worker.objects.create(
        name=name, host="here", queues=queues, started_at=now, beat_at=now - timedelta(seconds=silent_s), **facts
    )


def test_a_living_worker_opens_its_queue():
    worker("gpu@there", ["gpu"])
    assert queues_served() == {"gpu"}


@pytest.mark.parametrize("facts", [{"silent_s": 3600}, {"stopped_at": timezone.now()}])
def test_where_no_worker_lives_the_settings_say_what_may_wait(facts):
    worker("gpu@there", ["gpu"], **facts)
    assert queues_served() == {"cpu"}


def test_a_run_that_nobody_serves_is_refused_before_it_is_queued(monkeypatch):
    worker("gpu@there", ["gpu"])
    with pytest.raises(services.RunRefused, match="queue cpu"):
        start()
    assert not Run.objects.exists()
