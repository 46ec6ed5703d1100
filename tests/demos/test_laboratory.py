"""The home page's laboratory: what is at work, what was measured lately, what one press starts."""

import re
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from demos.estimates import Forecast
from demos.laboratory import measured_lately, one_now
from demos.models import Result, Run
from tests.demos.factories import RunFactory, WorkerFactory, measured_run
from tests.demos.test_views import _queries, text_of

pytestmark = pytest.mark.django_db
HOME = "/"


def measured(value: float, *, ago_s: float = 0, **values) -> Run:
    """A run that measured this accuracy of the student."""
    run = measured_run(**values)
    Result.objects.filter(run=run, role="student", metric="accuracy").update(value=value)
    Run.objects.filter(pk=run.pk).update(ended_at=timezone.now() - timedelta(seconds=ago_s))
    return run


# --- measured lately ----------------------------------------------------------------------------------------------
def test_runs_that_differ_in_the_seed_alone_stand_in_one_line_with_their_spread(spec):
    for seed, value in enumerate((0.80, 0.81, 0.82)):
        newest = measured(value, seed=seed, ago_s=10 - seed)
    (row,) = measured_lately()
    assert row.line.replace("\u202f", " ") == "method 81.0 ± 1.0 %, baseline 70.1 ± 0.0 %, teacher 82.3 ± 0.0 %"
    assert (row.run, row.seeds) == (newest, "3 seeds")


def test_of_a_seed_that_ran_twice_the_later_run_counts(spec):
    measured(0.5, seed=1, ago_s=100)
    measured(0.9, seed=1)
    (row,) = measured_lately()
    assert row.line.startswith("method 90.0\u202f%") and row.seeds == "seed 1"


def test_what_was_measured_last_stands_first(spec):
    early = measured(0.8, ago_s=100, params=spec.clean({"epochs": 7}))
    late = measured(0.8)
    assert [row.run for row in measured_lately()] == [late, early]


def test_a_run_that_failed_is_not_among_what_was_measured(spec):
    Run.objects.filter(pk=measured(0.8).pk).update(state=Run.State.FAILED)
    assert measured_lately() == []


def test_a_method_that_is_gone_is_still_listed(spec):
    measured(0.8, method="gone-method", configuration="gone")
    assert measured_lately()[0].line == ""


# --- one run now --------------------------------------------------------------------------------------------------
def test_one_press_starts_the_web_s_usual_preset_and_tells_its_cost(client, spec):
    WorkerFactory()
    page = text_of(client.get(HOME))
    assert "Run one now Soft targets <script> · Small · about 50 s on two CPU cores" in page


def test_where_no_worker_takes_the_usual_preset_another_is_offered(spec):
    WorkerFactory(queues=["gpu"])
    assert one_now(Forecast()).preset.name == "full"


# --- live ---------------------------------------------------------------------------------------------------------
def test_home_shows_what_is_at_work_with_its_progress_and_asks_again(client, spec):
    WorkerFactory(name="jobs@a")
    RunFactory(claimed=True, worker="jobs@a", stage_en="Train the teacher", progress=0.25)
    html = client.get(HOME).content.decode()
    assert f'data-refresh="{reverse("demos:laboratory")}"' in html
    assert re.search(r'<progress max="1" value="0.250" aria-label="Train the teacher">', html)
    assert "1 run at work, 0 waiting, 1 worker" in html


def test_home_does_not_ask_again_while_nothing_runs(client, spec):
    measured_run()
    assert "data-refresh" not in client.get(HOME).content.decode()


def test_the_part_that_is_asked_for_again_has_no_form(client, spec):
    RunFactory()
    html = client.get(reverse("demos:laboratory")).content.decode()
    assert html.strip().startswith('<div id="laboratory" data-refresh=') and "<form" not in html


def test_more_of_everything_costs_home_no_more_queries(client, spec):
    WorkerFactory(name="jobs@a")
    for number in range(2):
        measured(0.8, params=spec.clean({"epochs": number + 1}))
        RunFactory()
        RunFactory(claimed=True, worker="jobs@a")
    client.get(HOME)
    few = _queries(client, HOME)
    for number in range(18):
        measured(0.8, params=spec.clean({"epochs": number + 3}))
        RunFactory()
        RunFactory(claimed=True, worker="jobs@a")
    WorkerFactory.create_batch(5)
    assert _queries(client, HOME) == few
