"""What the run panel says before anyone presses."""

import re
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from demos.models import Run
from tests.demos.factories import RunFactory, WorkerFactory
from tests.demos.test_views import _queries

pytestmark = pytest.mark.django_db


def panel(client, spec) -> str:
    html = client.get(reverse("demos:method", args=[spec.slug])).content.decode()
    return re.search(r'<aside id="run".*?</aside>', html, re.S)[0]


def words(html: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html))


def button(html: str) -> str:
    return re.search(r'<button class="button primary run-button.*?</button>', html, re.S)[0]


def took(seconds: float, device_class: str = "Xeon") -> None:
    now = timezone.now()
    times = {"started_at": now - timedelta(seconds=seconds), "ended_at": now}
    RunFactory(state=Run.State.SUCCEEDED, device_class=device_class, **times)


def test_a_preset_tells_what_it_has_cost_here_and_from_how_many_runs(client, spec):
    WorkerFactory(device_class="Xeon")
    took(19)
    took(19)
    said = words(panel(client, spec))
    assert "about 19 s" in said and "Time: here, from 2 runs." in said
    assert "Time: on two CPU cores." in said  # the smaller preset, which nobody has run here
    assert "about 19 s" in button(panel(client, spec))


def test_a_preset_that_no_worker_can_run_is_shown_disabled_with_the_reason(client, spec):
    WorkerFactory(queues=["cpu"])
    html = panel(client, spec)
    assert re.search(r'<input[^>]*value="full"[^>]*disabled', html)
    assert "Needs a GPU, and no worker here has one." in html
    assert not re.search(r'<input[^>]*value="small"[^>]*disabled', html)


def test_where_a_worker_has_a_gpu_the_preset_can_be_chosen(client, spec):
    WorkerFactory(queues=["gpu"])
    html = panel(client, spec)
    assert not re.search(r'<input[^>]*value="full"[^>]*disabled', html)
    assert re.search(r'<input[^>]*value="small"[^>]*disabled', html) is not None


def test_the_first_preset_that_can_be_run_is_chosen_where_the_usual_one_cannot(client, spec):
    WorkerFactory(queues=["gpu"])
    assert re.search(r'<input[^>]*value="full"[^>]*checked', panel(client, spec))


def test_the_panel_tells_when_the_run_would_begin(client, spec):
    WorkerFactory(name="jobs@a")
    assert "It begins at once." in panel(client, spec)
    RunFactory(claimed=True, worker="jobs@a", started_at=None)
    RunFactory()
    assert "It begins in about 1 min 40 s." in panel(client, spec)


def test_one_s_first_run_would_begin_before_others_second(client, spec, django_user_model):
    WorkerFactory(name="jobs@a")
    ada, bob = (django_user_model.objects.create_user(name) for name in ("ada", "bob"))
    RunFactory(claimed=True, worker="jobs@a", started_at=None, owner=ada)
    RunFactory.create_batch(3, owner=ada)
    client.force_login(bob)
    assert "It begins in about 50 s." in panel(client, spec)


def test_without_a_worker_the_panel_says_that_it_waits(client, spec):
    assert "No worker is there now: it waits until one is started." in panel(client, spec)


def test_a_person_s_limit_is_said_before_pressing_and_the_button_is_off(client, spec, settings):
    settings.RUN_MAX_WAITING_EACH = 2
    RunFactory.create_batch(2)
    html = panel(client, spec)
    assert "You have 2 runs waiting, as many as one person may." in html
    assert "disabled" in button(html)


def test_others_runs_do_not_use_up_one_s_limit(client, spec, settings, django_user_model):
    settings.RUN_MAX_WAITING_EACH = 2
    RunFactory.create_batch(2, owner=django_user_model.objects.create_user("bob"))
    assert "disabled" not in button(panel(client, spec))


def test_a_full_queue_is_said_before_pressing(client, spec, settings):
    settings.RUN_MAX_QUEUED = 1
    RunFactory()
    assert "Too many runs are waiting already." in panel(client, spec)


def test_that_the_next_run_waits_for_one_s_own_is_said(client, spec, settings):
    settings.RUN_MAX_RUNNING_EACH = 1
    RunFactory(claimed=True)
    html = panel(client, spec)
    assert "You have 1 run at work, as many as one person may at once" in html
    assert "disabled" not in button(html)


def test_a_longer_queue_costs_no_more_queries(client, spec):
    address = reverse("demos:method", args=[spec.slug])
    WorkerFactory()
    RunFactory.create_batch(2)
    client.get(address)
    few = _queries(client, address)
    RunFactory.create_batch(18)
    WorkerFactory.create_batch(9)
    assert _queries(client, address) == few
