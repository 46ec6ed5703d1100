"""The page of the queue: what runs where, what waits and why, which workers there are, and what to do."""

import re
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from demos.models import Run, Worker
from demos.queue_page import queue_now
from tests.demos.factories import RunFactory, WorkerFactory
from tests.demos.test_views import _queries, text_of

pytestmark = pytest.mark.django_db
ADDRESS = "/queue/"


@pytest.fixture
def people(django_user_model):
    return [django_user_model.objects.create_user(name) for name in ("ada", "bob")]


def html(client, **headers) -> str:
    return client.get(ADDRESS, headers=headers).content.decode()


def at_work(**values) -> Run:
    """One that has only just been claimed, so that all of its usual time is left however slow the test is."""
    return RunFactory(**{"claimed": True, "worker": "jobs@a", "started_at": None, **values})


# --- what runs ----------------------------------------------------------------------------------------------------
def test_a_run_at_work_tells_worker_device_stage_progress_time_left_and_owner(client, spec, people):
    WorkerFactory(name="jobs@a", device_class="Xeon")
    at_work(owner=people[0], stage_en="Train the teacher", progress=0.25)
    page = text_of(client.get(ADDRESS))
    for words in ("1 run at work", "Train the teacher", "about 50 s left", "jobs@a", "Xeon", "ada"):
        assert words in page, words
    assert 'max="1" value="0.250"' in html(client)


def test_a_run_that_nobody_has_timed_says_so_instead_of_a_time_left(client, spec):
    at_work(data="sst2", device_class="Xeon")
    assert "not timed yet" in text_of(client.get(ADDRESS))


def test_a_run_that_takes_longer_than_usual_says_so_and_promises_nothing(client, spec):
    at_work(started_at=timezone.now() - timedelta(hours=1))
    page = text_of(client.get(ADDRESS))
    assert "longer than usual" in page and " s left" not in page


def test_an_empty_queue_says_so_and_what_to_do(client, spec):
    WorkerFactory()
    page = text_of(client.get(ADDRESS))
    assert "Nothing is at work." in page and "Nothing waits." in page and "Choose a method to run" in page


# --- what waits ---------------------------------------------------------------------------------------------------
def test_people_take_turns_and_each_run_says_why_it_waits(spec, people):
    WorkerFactory(name="jobs@a")
    ada, bob = people
    at_work(owner=ada)
    first, second = RunFactory(owner=ada), RunFactory(owner=ada)
    others = RunFactory(owner=bob)
    waiting = queue_now().waiting
    assert [row.run for row in waiting] == [others, first, second]
    assert [row.why for row in waiting] == [
        "Next, when a slot is free.",
        "After 1 other run; turn 2 of this person.",
        "After 2 other runs; turn 3 of this person.",
    ]
    assert [row.begins_s for row in waiting] == [50, 100, 150]


def test_a_run_held_back_by_its_owner_s_limit_says_so_and_lets_others_pass(spec, people, settings):
    settings.RUN_MAX_RUNNING_EACH = 1
    WorkerFactory(name="jobs@a", slots=2)
    ada, bob = people
    at_work(owner=ada)
    RunFactory(owner=ada)
    RunFactory(owner=bob)
    rows = {row.run.owner: row for row in queue_now().waiting}
    assert "as many as one person may" in rows[ada].why and rows[ada].begins_s == 50
    assert rows[bob].begins_s == 0


def test_a_queue_without_a_worker_is_named_as_the_reason(spec):
    WorkerFactory()
    RunFactory(queue="gpu")
    (row,) = queue_now().waiting
    assert (row.why, row.begins_s) == ("No worker takes runs of the queue “gpu”.", None)


def test_only_one_s_own_runs_can_be_cancelled_from_here(client, spec, people, settings):
    settings.OPEN_TO_ANYONE = False
    mine, other = (RunFactory(owner=person) for person in people)
    client.force_login(people[0])
    page = html(client)
    assert reverse("demos:run_cancel", args=[mine.id]) in page
    assert reverse("demos:run_cancel", args=[other.id]) not in page


def test_who_cancels_from_here_comes_back_here(client, spec):
    run = RunFactory()
    back = re.findall(r'name="next" value="([^"]+)"', html(client).partition(f'id="cancel-{run.id}"')[0])[-1]
    assert client.post(reverse("demos:run_cancel", args=[run.id]), {"next": back}).url == reverse("demos:queue")


def test_a_visitor_of_a_closed_site_is_offered_no_cancel(client, spec, settings):
    settings.OPEN_TO_ANYONE = False
    run = RunFactory()
    assert reverse("demos:run_cancel", args=[run.id]) not in html(client)


# --- workers ------------------------------------------------------------------------------------------------------
def test_a_worker_tells_device_slots_memory_and_code(client, spec):
    WorkerFactory(name="jobs@a", slots=2, device_class="Xeon", memory_mb=16384, memory_used_mb=2048, code="commit abc")
    at_work()
    page = text_of(client.get(ADDRESS))
    for words in ("jobs@a working", "Xeon", "1 of 2", "2.0 of 16.0 GB", "commit abc", "none completed yet"):
        assert words in page, words


def test_without_a_worker_the_page_says_how_to_start_one(client, spec):
    page = text_of(client.get(ADDRESS))
    assert "No worker is there" in page and "make run" in page and "python -m config.worker" in page


@pytest.mark.parametrize(
    ("last", "state", "advice"),
    [
        ({"stopped_at": timezone.now()}, "stopped", "Start it again when it is wanted."),
        ({"beat_at": timezone.now() - timedelta(hours=1)}, "silent", "see whether the host is up"),
    ],
)
def test_a_worker_that_is_gone_is_shown_as_such_with_what_to_do(client, spec, last, state, advice):
    WorkerFactory(name="jobs@a", **last)
    page = text_of(client.get(ADDRESS))
    assert f"jobs@a {state}" in page and advice in page and "No worker is there" in page


def test_workers_of_different_code_are_marked(client, spec):
    for code in ("commit new", "commit new", "commit old"):
        WorkerFactory(code=code)
    page = text_of(client.get(ADDRESS))
    assert "Workers run different versions of the code" in page
    assert page.count("differs from the others") == 1 and "commit old differs" in page


def test_a_worker_that_stopped_says_nothing_of_the_code_in_use(spec):
    WorkerFactory(code="commit new")
    WorkerFactory(code="commit old", stopped_at=timezone.now())
    assert not queue_now().has_other_code


# --- live -----------------------------------------------------------------------------------------------------------
def test_the_page_asks_again_only_while_something_runs_or_waits(client, spec):
    WorkerFactory()
    assert "data-refresh" not in html(client)
    run = RunFactory()
    assert f'data-refresh="{ADDRESS}"' in html(client)
    Run.objects.filter(pk=run.pk).update(state=Run.State.CANCELLED, ended_at=timezone.now())
    assert "data-refresh" not in html(client)


def test_the_part_that_is_asked_for_again_comes_alone(client, spec):
    RunFactory()
    response = client.get(ADDRESS, headers={"HX-Request": "true"})
    assert response.content.decode().strip().startswith('<div id="queue-live"')
    assert "HX-Request" in response.headers["Vary"]


def test_a_longer_queue_and_more_workers_cost_no_more_queries(client, spec, people):
    WorkerFactory(name="jobs@a")
    for person in people:
        RunFactory(owner=person)
        at_work(owner=person)
    client.get(ADDRESS)
    few = _queries(client, ADDRESS)
    WorkerFactory.create_batch(18)
    for _ in range(9):
        RunFactory(owner=people[0])
        at_work(owner=people[1])
    assert _queries(client, ADDRESS) == few
    assert Worker.objects.count() == 19
