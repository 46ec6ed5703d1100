"""/api/v1/compare/."""

import pytest

from tests.demos import stand_in
from tests.demos.factories import measured_run

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("spec")]
URL = "/api/v1/compare/"


def test_the_answer_holds_what_differs_and_every_result(client):
    one, other = measured_run(seed=1), measured_run(seed=1, params=stand_in.SPEC.clean({"epochs": 5}))
    body = client.get(URL, {"runs": f"{one.id},{other.id}"}).json()
    assert [run["name"] for run in body["runs"]] == ["Epochs 3", "Epochs 5"]
    assert body["params"] == [{"name": "Epochs", "values": ["3", "5"], "differs": True}]
    assert {"role": "student", "metric": "accuracy", "unit": "share", "values": [0.81, 0.81]} in body["results"]


def test_one_run_is_refused_in_words(client):
    answer = client.get(URL, {"runs": str(measured_run().id)})
    assert answer.status_code == 400
    assert answer["Content-Type"] == "application/problem+json"
    assert answer.json()["detail"] == "Choose at least two runs to compare."


def test_an_unknown_parameter_is_refused(client):
    assert client.get(URL, {"rnus": "1"}).status_code == 400
