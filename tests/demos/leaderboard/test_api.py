"""/api/v1/leaderboard/: the whole body, and what it refuses."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.demos.leaderboard.measured import measure

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("methods")]
ADDRESS = "/api/v1/leaderboard/"


def test_the_whole_board(client):
    measure(seed=0, quality={"student": 0.8})
    run = measure(seed=1, quality={"student": 0.8})
    body = client.get(ADDRESS, {"kind": "method", "cost": "size_bytes"}).json()
    (network,) = body.pop("networks")
    assert body == {
        "page": "http://testserver/leaderboard/?cost=size_bytes&kind=method",
        "choices": {
            "data": "opinions", "quality": "accuracy", "quality_unit": "share", "cost": "size_bytes",
            "cost_unit": "bytes", "method": "", "kind": "method", "teacher": network["teacher"], "device": "cpu a",
            "seeds": 1, "sort": "quality",
        },
        "options": {
            "data": {"opinions": 2}, "quality": ["accuracy"], "cost": ["size_bytes", "latency_p50_ms"],
            "method": {"stand-in": 2}, "teacher": {network["teacher"]: 2}, "device": {"cpu a": 2},
        },
        "front": [network["key"]],
    }  # fmt: skip
    assert network["quality"] == {"n": 2, "mean": 0.8, "deviation": 0.0, "low": 0.8, "high": 0.8}
    assert network["costs"]["size_bytes"]["mean"] == 290_000
    assert network["settings"] == run.params and network["configurations"] == [run.configuration]
    assert (network["on_front"], network["seeds"], network["number_of_runs"]) == (True, [0, 1], 2)
    assert network["runs"] == f"http://testserver/runs/?configuration={run.configuration}"


def test_an_empty_site_has_an_empty_board(client):
    body = client.get(ADDRESS).json()
    assert (body["networks"], body["front"], body["choices"]["data"]) == ([], [], "")


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ({"data": "opinion"}, "Did you mean “opinions”?"),
        ({"cost": "beauty"}, "beauty"),
        ({"kind": "x"}, "x"),
        ({"teacher": "x"}, "teacher"),
        ({"seeds": "0"}, "seeds"),
        ({"devise": "cpu a"}, "Did you mean “device”?"),
    ],
)
def test_what_makes_no_sense_is_refused(client, query, words):
    measure()
    response = client.get(ADDRESS, query)
    assert response.status_code == 400
    assert response.headers["Content-Type"] == "application/problem+json"
    assert words in response.content.decode()


def test_times_of_two_devices_are_refused(client):
    measure(device_class="cpu a")
    measure(device_class="cpu b")
    assert client.get(ADDRESS, {"device": "any"}).status_code == 200
    refused = client.get(ADDRESS, {"device": "any", "cost": "latency_p50_ms"})
    assert (refused.status_code, set(refused.json()["valid"])) == (400, {"cpu a", "cpu b"})


def test_runs_of_a_configuration_are_found_in_the_api(client):
    run = measure(params={"temperature": 2})
    measure(params={"temperature": 3})
    found = client.get("/api/v1/runs/", {"configuration": run.configuration}).json()["results"]
    assert [one["id"] for one in found] == [str(run.pk)]


def test_twenty_networks_cost_the_queries_of_two(client):
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            client.get(ADDRESS)
        return len(captured)

    measure()
    few = queries()
    for place in range(20):
        measure(params={"temperature": 2 + place % 18}, seed=place)
    assert queries() == few
