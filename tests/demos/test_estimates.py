"""What a run will cost and when it begins: from past runs of the same kind, and what runs and waits now."""

from datetime import timedelta

import pytest
from django.utils import timezone

from demos import estimates, recording
from demos.holding import end_run
from demos.models import Run
from tests.demos.factories import RunFactory, WorkerFactory

pytestmark = pytest.mark.django_db
XEON, H100 = "Xeon", "H100"


def took(seconds: float, *, ago_s: float = 0, device_class: str = XEON, **values) -> Run:
    """A run that succeeded `ago_s` seconds ago."""
    ended = timezone.now() - timedelta(seconds=ago_s)
    times = {"started_at": ended - timedelta(seconds=seconds), "ended_at": ended}
    return RunFactory(state=Run.State.SUCCEEDED, device_class=device_class, **times, **values)


def usual(spec, *, preset: str = "small", data: str = "opinions", device_class: str = "", **params):
    return estimates.usual_time(spec, preset, data, params or {"epochs": 3}, device_class)


# --- what it costs ------------------------------------------------------------------------------------------------
def test_the_usual_time_is_the_median_of_runs_that_differ_in_nothing_but_the_seed(spec):
    for seconds in (10, 12, 90):
        took(seconds)
    took(500, params=spec.clean({"epochs": 50}))
    found = usual(spec)
    assert (found.seconds, found.runs, str(found)) == (12, 3, "about 12 s here, from 3 runs")


def test_only_the_last_ten_runs_count(spec):
    for index in range(10):
        took(20, ago_s=index)
    for index in range(10):
        took(900, ago_s=1000 + index)
    assert (usual(spec).seconds, usual(spec).runs) == (20, 10)


def test_the_preset_as_it_is_is_better_than_nothing_for_changed_parameters(spec):
    took(33)
    assert (usual(spec, epochs=50).seconds, usual(spec, epochs=50).runs) == (33, 1)


def test_changed_parameters_say_nothing_of_the_preset_as_it_is(spec):
    took(3300, params=spec.clean({"epochs": 50}))
    assert str(usual(spec)) == "about 50 s on two CPU cores"


def test_runs_that_failed_say_nothing_of_the_time(spec):
    Run.objects.filter(pk=took(1).pk).update(state=Run.State.FAILED)
    assert str(usual(spec)) == "about 50 s on two CPU cores"


def test_only_the_kind_of_device_that_serves_the_queue_counts(spec):
    WorkerFactory(device_class=XEON)
    took(70)
    took(3, device_class=H100)
    assert (usual(spec).seconds, usual(spec, device_class=H100).seconds) == (70, 3)


def test_where_this_kind_of_device_has_measured_nothing_the_method_s_own_figure_is_said(spec):
    WorkerFactory(device_class=XEON)
    took(3, device_class=H100)
    assert str(usual(spec)) == "about 50 s on two CPU cores"


def test_a_time_from_elsewhere_names_its_device_where_there_is_nothing_better(spec):
    WorkerFactory(device_class=XEON)
    took(8, device_class=H100, data="sst2")
    assert str(usual(spec, data="sst2")) == "about 8 s on H100, from 1 run"


def test_what_a_job_says_of_its_device_is_the_kind_that_its_time_counts_for(spec, tmp_path):
    WorkerFactory(device_class=XEON)
    run = RunFactory(claimed=True, started_at=timezone.now() - timedelta(seconds=3000))
    recording.record_events(run=run, events=[{"kind": "environment", "device_name": XEON}], out_dir=tmp_path)
    end_run(run=run, state=Run.State.SUCCEEDED)
    assert usual(spec).seconds == pytest.approx(3000, abs=100)
    assert (usual(spec).runs, usual(spec).device_class) == (1, XEON)


def test_where_nothing_is_known_nothing_is_said(spec):
    assert usual(spec, data="sst2") is None


# --- when it begins -----------------------------------------------------------------------------------------------
def test_a_waiting_run_begins_when_the_running_one_is_expected_to_end(spec):
    WorkerFactory(name="jobs@a", slots=1, device_class=XEON)
    took(4000)
    started = timezone.now() - timedelta(seconds=1000)
    RunFactory(claimed=True, worker="jobs@a", started_at=started, device_class=XEON)
    first, second = RunFactory(), RunFactory()
    assert estimates.expected_start(first) == pytest.approx(3000, abs=100)
    assert estimates.expected_start(second) == pytest.approx(7000, abs=100)


def test_a_run_that_takes_longer_than_usual_is_expected_to_end_soon_and_not_in_the_past(spec):
    WorkerFactory(name="jobs@a", slots=1, device_class=XEON)
    took(5)
    RunFactory(claimed=True, worker="jobs@a", started_at=timezone.now() - timedelta(hours=1), device_class=XEON)
    assert estimates.expected_start(RunFactory()) == estimates.LEAST_LEFT_S


@pytest.mark.parametrize("dead", [{"stopped_at": timezone.now()}, {"beat_at": timezone.now() - timedelta(hours=1)}])
def test_a_stopped_or_silent_worker_takes_nothing(spec, dead):
    WorkerFactory(**dead)
    assert estimates.expected_start(RunFactory()) is None


def test_a_run_that_does_not_wait_has_no_expected_start(spec):
    WorkerFactory()
    assert estimates.expected_start(RunFactory(claimed=True)) is None


def test_a_longer_queue_costs_no_more_queries(spec, django_assert_num_queries):
    WorkerFactory()
    first = RunFactory.create_batch(2)[0]
    with django_assert_num_queries(5):  # workers, what runs, what waits in each queue, past times
        estimates.expected_start(first)
    RunFactory.create_batch(18)
    RunFactory.create_batch(3, claimed=True, worker="jobs@a")
    with django_assert_num_queries(5):
        estimates.expected_start(first)
