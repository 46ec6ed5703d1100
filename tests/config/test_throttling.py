"""Limits of the API: by caller, by kind of request, told in headers; none on an open site."""

import pytest
from django.core.cache import caches

from catalog.api.tokens import issue_token
from config import throttling

pytestmark = pytest.mark.django_db
TAGS = "/api/v1/tags/"


@pytest.fixture(autouse=True)
def _small_limits(settings, monkeypatch):
    settings.OPEN_TO_ANYONE = False
    settings.API_LIMITS = {"anonymous": (2, 60), "read": (3, 60), "write": (1, 60), "run": (1, 3600)}
    monkeypatch.setattr(throttling.time, "time", lambda: 1_000_010.0)  # 10 s before a minute's window ends
    caches["throttles"].clear()
    yield
    caches["throttles"].clear()


def bearing(user) -> dict:
    return {"Authorization": f"Bearer {issue_token(user=user, name='t', scopes=['read', 'write', 'run'])[1]}"}


def test_one_request_too_many_is_told_when_to_come_back(client):
    answers = [client.get(TAGS) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert answers[2]["Content-Type"] == "application/problem+json"
    assert answers[2]["Retry-After"] == "10"


def test_headers_tell_what_is_left(client):
    answer = client.get(TAGS)
    assert answer["RateLimit-Policy"] == '"anonymous";q=2;w=60'
    assert answer["RateLimit"] == '"anonymous";r=1;t=10'


def test_the_next_window_begins_anew(client, monkeypatch):
    assert [client.get(TAGS).status_code for _ in range(3)][-1] == 429
    monkeypatch.setattr(throttling.time, "time", lambda: 1_000_021.0)
    assert client.get(TAGS).status_code == 200


def test_each_caller_has_a_budget_of_their_own(client, django_user_model):
    for _ in range(3):
        client.get(TAGS)
    ada = bearing(django_user_model.objects.create_user("ada"))
    assert [client.get(TAGS, headers=ada).status_code for _ in range(4)] == [200, 200, 200, 429]
    assert client.get(TAGS, REMOTE_ADDR="10.1.1.1").status_code == 200


def test_a_made_up_forwarding_header_is_no_other_caller(client):
    answers = [client.get(TAGS, headers={"X-Forwarded-For": f"10.0.0.{n}"}).status_code for n in range(3)]
    assert answers[-1] == 429


def test_writes_and_runs_are_counted_apart_from_reads(client, django_user_model):
    admin = bearing(django_user_model.objects.create_superuser("ada"))
    given = {"content_type": "application/json", "headers": admin}
    assert [client.post(TAGS, {}, **given).status_code for _ in range(2)] == [400, 429]
    assert [client.post("/api/v1/runs/", {}, **given).status_code for _ in range(2)] == [400, 429]
    assert client.get(TAGS, headers=admin).status_code == 200


def test_an_open_site_counts_nothing(client, settings):
    settings.OPEN_TO_ANYONE = True
    assert {client.get(TAGS).status_code for _ in range(9)} == {200}


class AwayCache:
    def add(self, *args, **kwargs):
        raise ConnectionError("nobody there")


def test_a_cache_that_does_not_answer_refuses_nobody(client, monkeypatch, caplog):
    monkeypatch.setattr(throttling, "caches", {"throttles": AwayCache()})
    assert {client.get(TAGS).status_code for _ in range(4)} == {200}
    assert "does not answer" in caplog.text
