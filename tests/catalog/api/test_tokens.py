"""Tokens: kept as hashes, good for their scopes alone, of use as long as their owner is."""

import logging
from datetime import timedelta
from io import StringIO

import pytest
from django.contrib.auth.models import Group
from django.core.management import CommandError, call_command
from django.utils import timezone

from catalog.api.tokens import TokenRefused, issue_token
from catalog.models import ApiToken, Paper
from tests.catalog.stock import paper_with

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _closed_site(settings):
    settings.OPEN_TO_ANYONE = False


@pytest.fixture
def editor(django_user_model):
    user = django_user_model.objects.create_user("ada")
    user.groups.add(Group.objects.get(name="editors"))
    return user


def bearing(user, *scopes, **options) -> dict:
    _token, secret = issue_token(user=user, name="t", scopes=scopes, **options)
    return {"Authorization": f"Bearer {secret}"}


def add(client, headers):
    return client.post("/api/v1/papers/", {"title": "T"}, content_type="application/json", headers=headers)


def test_an_editors_token_with_the_scope_writes(client, editor):
    assert add(client, bearing(editor, "read", "write")).status_code == 201
    assert Paper.objects.get().changes.get().changeset.actor == editor


def test_without_the_scope_even_an_editors_token_is_refused(client, editor):
    response = add(client, bearing(editor, "read", "run"))
    assert response.status_code == 403
    assert response["WWW-Authenticate"] == 'Bearer error="insufficient_scope", scope="write"'
    assert not Paper.objects.exists()


def test_the_scope_gives_no_right_that_its_owner_lacks(client, django_user_model):
    reader = django_user_model.objects.create_user("grace")
    response = add(client, bearing(reader, "write"))
    assert (response.status_code, response.json()["detail"]) == (403, "Only editors may change the catalogue.")


def test_an_open_site_widens_no_token(client, editor, settings):
    settings.OPEN_TO_ANYONE = True
    assert add(client, bearing(editor, "read")).status_code == 403


def test_a_token_that_may_not_read_reads_nothing(client, editor):
    assert client.get("/api/v1/papers/", headers=bearing(editor, "write")).status_code == 403


def test_a_token_for_reading_starts_no_run(client, editor):
    headers = bearing(editor, "read", "write")
    response = client.post("/api/v1/runs/", {}, content_type="application/json", headers=headers)
    assert (response.status_code, "run" in response["WWW-Authenticate"]) == (403, True)


def test_a_token_ends(client, editor):
    headers = bearing(editor, "read", expires_at=timezone.now() - timedelta(seconds=1))
    assert client.get("/api/v1/papers/", headers=headers).status_code == 401


def test_a_token_ends_with_its_owners_account(client, editor):
    headers = bearing(editor, "read")
    editor.is_active = False
    editor.save()
    assert client.get("/api/v1/papers/", headers=headers).status_code == 401


def test_its_last_use_is_noted_to_the_minute(client, editor, django_assert_num_queries):
    headers = bearing(editor, "read")
    client.get("/api/v1/tags/", headers=headers)
    used = ApiToken.objects.get().last_used_at
    assert timezone.now() - used < timedelta(seconds=10)
    with django_assert_num_queries(2):  # the token with its user, the tags
        client.get("/api/v1/tags/", headers=headers)
    assert ApiToken.objects.get().last_used_at == used


def test_the_secret_is_in_no_log(client, editor, caplog):
    caplog.set_level(logging.DEBUG)
    headers = bearing(editor, "read")
    add(client, headers)
    client.get("/api/v1/papers/", headers=headers)
    assert headers["Authorization"].split()[1] not in caplog.text


def test_the_older_keyword_is_taken_too(client, editor):
    headers = {"Authorization": bearing(editor, "read")["Authorization"].replace("Bearer", "Token")}
    assert client.get("/api/v1/papers/", headers=headers).status_code == 200


@pytest.mark.parametrize("scopes", [[], ["admin"], ["read", "admin"]])
def test_a_token_takes_scopes_that_there_are(editor, scopes):
    with pytest.raises(TokenRefused):
        issue_token(user=editor, name="t", scopes=scopes)
    assert not ApiToken.objects.exists()


def test_the_command_prints_the_secret_and_nothing_else(client, editor):
    paper_with(title="T")
    out = StringIO()
    call_command("create_token", "ada", name="cron", scopes="read,write", stdout=out)
    headers = {"Authorization": f"Bearer {out.getvalue().strip()}"}
    assert client.get("/api/v1/papers/", headers=headers).status_code == 200
    assert ApiToken.objects.get().scopes == ["read", "write"]


def test_the_command_refuses_a_stranger_and_a_name_twice(editor):
    with pytest.raises(CommandError, match="nobody"):
        call_command("create_token", "bob", name="cron")
    call_command("create_token", "ada", name="cron", stdout=StringIO())
    with pytest.raises(CommandError, match="this name"):
        call_command("create_token", "ada", name="cron")
