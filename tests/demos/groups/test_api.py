import pytest
from django.contrib.auth import get_user_model

from catalog.api.tokens import issue_token
from demos.groups import services
from demos.models import Group, Run
from tests.demos.factories import end, measured

pytestmark = pytest.mark.django_db
ASKED = {"method": "stand-in", "preset": "smoke", "seeds": [0, 1, 2], "varied": {"temperature": [1, 2]}}
ADDRESS = "/api/v1/groups/"


@pytest.fixture(autouse=True)
def _closed_site(settings):
    settings.OPEN_TO_ANYONE = False


@pytest.fixture
def headers(django_user_model) -> dict:
    ada = django_user_model.objects.create_user("ada")
    _made, secret = issue_token(user=ada, name="notebook", scopes=["read", "run"])
    return {"Authorization": f"Bearer {secret}"}


def start(client, headers, **changes):
    return client.post(ADDRESS, ASKED | changes, content_type="application/json", headers=headers)


def test_a_token_starts_a_group_and_is_told_where_it_is(client, spec, headers):
    response = start(client, headers)
    group = Group.objects.get()
    assert response.status_code == 202
    assert response.headers["Location"] == f"http://testserver/api/v1/groups/{group.id}/"
    assert (group.owner.username, group.runs.count()) == ("ada", 6)
    body = response.json()
    assert (body["varied"], body["size"], body["ended"]) == ({"temperature": [1.0, 2.0]}, 6, 0)
    assert [run["seed"] for run in body["runs"]] == [0, 0, 1, 1, 2, 2]


def test_nobody_starts_a_group_on_a_closed_site(client, spec):
    response = start(client, {})
    assert (response.status_code, response.headers["Content-Type"]) == (401, "application/problem+json")
    assert not Run.objects.exists()


@pytest.mark.parametrize(
    ("change", "errors"),
    [
        ({"method": "nope"}, {"method"}),
        ({"preset": "huge"}, {"preset"}),
        ({"data": "nope"}, {"data"}),
        ({"seeds": [-1]}, {"seeds"}),
        ({"seeds": []}, {"seeds"}),
        ({"seeds": list(range(61)), "varied": {}}, {"seeds"}),
        ({"varied": {"temperature": []}}, {"varied"}),
        ({"varied": {"temperature": [99]}, "params": {"epochs": 0}, "data": "nope"}, {"varied", "params", "data"}),
        ({"seed": 3, "varied": {"temperature": 3}}, {"varied"}),
    ],
)
def test_what_is_wrong_is_named_at_once_and_starts_nothing(client, spec, headers, change, errors):
    response = start(client, headers, **change)
    assert response.status_code == 400
    assert set(response.json()["errors"]) == errors
    assert not Run.objects.exists() and not Group.objects.exists()


def test_what_is_wrong_with_a_value_is_told_in_the_readers_language(client, spec, headers):
    response = start(client, headers | {"Accept-Language": "zh-Hans"}, varied={"temperature": [99]})
    assert response.json()["errors"]["varied"] == {"temperature": ["99：须在 1 与 20 之间"]}


def test_a_refusal_starts_none_of_the_runs(client, spec, headers, settings):
    settings.RUN_MAX_QUEUED = 3
    response = start(client, headers)
    assert response.status_code == 429
    assert response.headers["Content-Type"] == "application/problem+json"
    assert not Run.objects.exists() and not Group.objects.exists()


def group_of(spec) -> Group:
    asked = {"preset": "smoke", "data": "opinions", "seeds": [0, 1, 2], "params": {}, "varied": {}}
    return services.start_group(spec=spec, **asked)


def test_a_group_says_what_its_seeds_measured_together(client, spec):
    group = group_of(spec)
    for run in group.runs.all():
        measured(run, student=0.80 + run.seed / 100)
    body = client.get(f"{ADDRESS}{group.id}/").json()
    (row,) = body["results"]
    assert (row["point"], row["role"], row["metric"], row["unit"], row["n"]) == ({}, "student", "accuracy", "share", 3)
    assert [row[name] for name in ("mean", "deviation", "low", "high")] == pytest.approx(
        [0.81, 0.01, 0.78516, 0.83484], abs=1e-5
    )  # 4.30265 * 0.01 / sqrt(3) = 0.02484
    assert (body["size"], body["ended"], body["succeeded"]) == (3, 3, 3)


def test_groups_are_listed_newest_first_without_a_query_each(client, spec, django_assert_max_num_queries):
    groups = [group_of(spec) for _ in range(20)]
    with django_assert_max_num_queries(3):
        rows = client.get(ADDRESS).json()["results"]
    assert [row["id"] for row in rows] == [str(group.id) for group in reversed(groups)]


def test_cancel_ends_what_waits(client, spec, headers):
    group = group_of(spec)
    Group.objects.update(owner=get_user_model().objects.get())
    end(group.runs.first(), "failed")
    response = client.post(f"{ADDRESS}{group.id}/cancel/", headers=headers)
    assert response.status_code == 202
    assert sorted(run["state"] for run in response.json()["runs"]) == ["cancelled", "cancelled", "failed"]


def test_nobody_cancels_on_a_closed_site(client, spec):
    group = group_of(spec)
    assert client.post(f"{ADDRESS}{group.id}/cancel/").status_code == 401
    assert group.runs.filter(state="queued").count() == 3


def test_a_group_that_is_not_there_is_not_found(client, spec):
    response = client.get(f"{ADDRESS}00000000-0000-0000-0000-000000000007/")
    assert (response.status_code, response.headers["Content-Type"]) == (404, "application/problem+json")


def test_a_request_sent_twice_under_one_key_starts_one_group(client, spec, headers):
    first = start(client, headers | {"Idempotency-Key": "k1"})
    again = start(client, headers | {"Idempotency-Key": "k1"})
    assert (again.status_code, again.headers["Idempotent-Replayed"]) == (202, "true")
    assert again.headers["Location"] == first.headers["Location"]
    assert (Group.objects.count(), Run.objects.count()) == (1, 6)


def test_a_key_with_another_body_is_refused(client, spec, headers):
    start(client, headers | {"Idempotency-Key": "k1"})
    again = start(client, headers | {"Idempotency-Key": "k1"}, seeds=[9])
    assert again.status_code == 422
    assert Group.objects.count() == 1
