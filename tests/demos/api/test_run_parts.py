"""What stands below a run's address: curves in any number of points, events as they happen, files."""

import json

import pytest
from asgiref.sync import async_to_sync
from django.core.files.base import ContentFile

from demos.models import Artifact, Run
from tests.demos.factories import RunFactory, add_events, measured_run
from tests.demos.test_views import joined

pytestmark = pytest.mark.django_db


@pytest.fixture
def curve():
    run = RunFactory()
    said = [
        ("scalar", {"name": "student/loss", "step": step, "value": 50.0 if step == 333 else 0.5})
        for step in range(1000)
    ]
    add_events(run, *said, ("scalar", {"name": "teacher/loss", "step": 0, "value": 0.25}))
    return f"/api/v1/runs/{run.id}/series"


def test_a_thinned_curve_keeps_its_peak_and_its_ends(client, spec, curve):
    found = client.get(f"{curve}/?points=50&names=student/loss").json()
    assert list(found) == ["student/loss"] and len(found["student/loss"]) <= 50
    assert [0, 0.5] in found["student/loss"] and [999, 0.5] in found["student/loss"]
    assert [333, 50.0] in found["student/loss"]


@pytest.mark.parametrize(("address", "accept"), [("/", "text/csv"), (".csv", "*/*"), ("/?format=csv", "*/*")])
def test_curves_come_as_csv_however_it_is_asked_for(client, spec, curve, address, accept):
    answer = client.get(curve + address, headers={"Accept": accept})
    rows = answer.content.decode().splitlines()
    assert answer.headers["Content-Type"].startswith("text/csv")
    assert (rows[0], rows[1], rows[-1], len(rows)) == (
        "name,step,value",
        "student/loss,0,0.5",
        "teacher/loss,0,0.25",
        1002,
    )


@pytest.mark.parametrize("points", ["1", "x", "-3", "10001"])
def test_a_senseless_number_of_points_is_refused(client, spec, curve, points):
    answer = client.get(f"{curve}/?points={points}")
    assert answer.status_code == 400 and set(answer.json()["errors"]) == {"points"}


@pytest.mark.parametrize("headers", [{}, {"Last-Event-ID": "1"}])
def test_events_come_as_a_stream_where_accept_says_so(client, spec, headers):
    run = RunFactory(succeeded=True)
    add_events(run, ("log", {"text": "one"}), ("log", {"text": "two"}))
    answer = client.get(f"/api/v1/runs/{run.id}/events/", headers={"Accept": "text/event-stream", **headers})
    said = async_to_sync(joined)(answer.streaming_content).decode()
    assert answer.headers["Content-Type"] == "text/event-stream"
    assert ("one" in said) == (not headers), "what was seen is not told again"
    assert 'id: 2\nevent: log\ndata: {"text": "two"}\n\n' in said and said.endswith("event: end\ndata: {}\n\n")


def test_events_stay_pages_of_json_for_everybody_else(client, spec):
    run = RunFactory(state=Run.State.RUNNING)
    add_events(run, ("log", {"text": "one"}))
    assert client.get(f"/api/v1/runs/{run.id}/events/").json()["results"][0]["body"] == {"text": "one"}


def test_a_log_event_carries_both_languages_and_an_old_one_its_string(client, spec):
    run = RunFactory(state=Run.State.RUNNING)
    both = {"en": "Trained.", "zh": "已训练。"}
    add_events(run, ("log", {"text": "old"}), ("log", {"text": both}))
    events = client.get(f"/api/v1/runs/{run.id}/events/").json()["results"]
    assert [event["body"] for event in events] == [{"text": "old"}, {"text": both}]


def test_a_file_is_always_an_attachment_of_no_type(client, spec):
    kept = Artifact(run=measured_run(), name="page.html", size_bytes=9, sha256="ab" * 32)
    kept.file.save("x", ContentFile(b"<b>hi</b>"))
    answer = client.get(f"/api/v1/artifacts/{kept.id}/download/")
    assert async_to_sync(joined)(answer.streaming_content) == b"<b>hi</b>"
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert answer.headers["Content-Type"] == "application/octet-stream"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_a_file_that_is_not_there_is_a_problem(client, spec):
    answer = client.get("/api/v1/artifacts/00000000-0000-0000-0000-000000000000/download/")
    assert answer.status_code == 404 and answer.headers["Content-Type"] == "application/problem+json"


def test_the_description_names_every_format(client, spec):
    paths = json.loads(client.get("/api/v1/schema/?format=json").content)["paths"]
    kinds = {path: set(paths[path]["get"]["responses"]["200"]["content"]) for path in paths if "get" in paths[path]}
    assert kinds["/api/v1/runs/{id}/events/"] == {"application/json", "text/event-stream"}
    assert kinds["/api/v1/runs/{id}/series/"] == {"application/json", "text/csv"}
    assert "application/octet-stream" in kinds["/api/v1/artifacts/{id}/download/"]


def test_the_description_says_what_a_log_event_holds(client, spec):
    schemas = json.loads(client.get("/api/v1/schema/?format=json").content)["components"]["schemas"]
    text = schemas["Event"]["properties"]["body"]["properties"]["text"]
    assert text == {"oneOf": [{"$ref": "#/components/schemas/Text"}, {"type": "string"}]}
    assert set(schemas["Text"]["properties"]) == {"en", "zh"}


@pytest.mark.parametrize(("part", "format"), [("series", "csv"), ("events", "sse")])
def test_options_answer_in_any_format(client, spec, part, format):
    assert client.options(f"/api/v1/runs/{RunFactory().id}/{part}/?format={format}").status_code == 200


def test_options_of_a_file_answer_too(client, spec):
    kept = Artifact(run=measured_run(), name="x", size_bytes=1, sha256="ab" * 32)
    kept.file.save("x", ContentFile(b"x"))
    assert client.options(f"/api/v1/artifacts/{kept.id}/download/?format=bin").status_code == 200
