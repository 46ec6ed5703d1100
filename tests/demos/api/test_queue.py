import pytest

from demos.models import Run
from tests.demos.factories import RunFactory, WorkerFactory
from tests.demos.test_views import _queries

pytestmark = pytest.mark.django_db


def test_what_is_at_work_comes_first_then_what_waits_in_order(client, spec):
    WorkerFactory(name="jobs@a")
    first, second = RunFactory(), RunFactory()
    working = RunFactory(claimed=True, worker="jobs@a", stage_en="Train", progress=0.5)
    lines = client.get("/api/v1/queue/").json()["results"]
    assert [(line["run"], line["place"]) for line in lines] == [
        (str(working.id), 0),
        (str(first.id), 1),
        (str(second.id), 2),
    ]


def test_a_waiting_run_tells_why_it_waits_and_when_it_begins(client, spec):
    WorkerFactory()
    run = RunFactory()
    (line,) = client.get("/api/v1/queue/").json()["results"]
    assert line == {
        "run": str(run.id),
        "url": f"http://testserver/api/v1/runs/{run.id}/",
        "page": f"http://testserver{run.get_absolute_url()}",
        "method": "stand-in",
        "preset": "small",
        "data": "opinions",
        "seed": run.seed,
        "queue": "cpu",
        "state": "queued",
        "place": 1,
        "why": "Next, when a slot is free.",
        "begins_in_s": 0.0,
        "usual_s": 50.0,
        "left_s": None,
        "worker": "",
        "stage": "",
        "progress": 0.0,
    }


def test_a_run_at_work_tells_what_is_left(client, spec):
    RunFactory(claimed=True, worker="jobs@a", started_at=None)
    (line,) = client.get("/api/v1/queue/").json()["results"]
    assert (line["worker"], line["state"], line["begins_in_s"]) == ("jobs@a", Run.State.RUNNING, None)
    assert line["left_s"] == 50


def test_workers_tell_their_state_and_slots(client, spec):
    WorkerFactory(name="jobs@a", slots=2, device_class="Xeon")
    RunFactory(claimed=True, worker="jobs@a")
    (worker,) = client.get("/api/v1/workers/").json()["results"]
    told = {name: worker[name] for name in ("name", "state", "slots", "slots_used", "queues", "device_class")}
    assert told == {
        "name": "jobs@a",
        "state": "working",
        "slots": 2,
        "slots_used": 1,
        "queues": ["cpu"],
        "device_class": "Xeon",
    }


@pytest.mark.parametrize("address", ["/api/v1/queue/", "/api/v1/workers/"])
def test_neither_is_written_to(client, spec, address):
    assert client.post(address, {}, content_type="application/json").status_code == 405


@pytest.mark.parametrize("address", ["/api/v1/queue/", "/api/v1/workers/"])
def test_more_rows_cost_no_more_queries(client, spec, address):
    WorkerFactory.create_batch(2)
    RunFactory.create_batch(2)
    few = _queries(client, address)
    WorkerFactory.create_batch(18)
    RunFactory.create_batch(18)
    assert _queries(client, address) == few
