"""Signing in, and the token that stands for a person at the API."""

import pytest
from rest_framework.authtoken.models import Token

pytestmark = pytest.mark.django_db


@pytest.fixture
def ada(django_user_model):
    return django_user_model.objects.create_user("ada", password="analytical engine")


def test_sign_in_leads_back_to_where_one_was(client, ada):
    answer = client.post("/login/", {"username": "ada", "password": "analytical engine", "next": "/import/"})
    assert answer.url == "/import/"


def test_sign_in_never_leads_to_another_site(client, ada):
    answer = client.post(
        "/login/", {"username": "ada", "password": "analytical engine", "next": "https://evil.example/"}
    )
    assert answer.url == "/"


def test_a_wrong_password_is_said(client, ada):
    answer = client.post("/login/", {"username": "ada", "password": "wrong"})
    assert "This name and password do not belong together." in answer.content.decode()


def test_signing_out_takes_post(client, ada):
    client.force_login(ada)
    assert client.get("/logout/").status_code == 405
    client.post("/logout/")
    assert "sessionid" not in client.cookies or not client.cookies["sessionid"].value


def test_the_account_page_is_for_those_signed_in(client):
    assert client.get("/account/").url == "/login/?next=/account/"
    assert client.post("/account/token/").url.startswith("/login/")


def test_a_token_is_made_shown_replaced_and_revoked(client, ada):
    client.force_login(ada)
    client.post("/account/token/")
    first = Token.objects.get(user=ada).key
    answer = client.get("/account/")
    assert first in answer.content.decode() and "no-store" in answer["Cache-Control"]
    client.post("/account/token/")
    assert Token.objects.get(user=ada).key != first
    client.post("/account/token/revoke/")
    assert not Token.objects.exists()


def test_a_token_may_write_where_not_everybody_may(client, ada, settings):
    settings.OPEN_TO_ANYONE = False
    token = Token.objects.create(user=ada)
    refused = client.post("/api/v1/papers/", {}, content_type="application/json")
    known = client.post(
        "/api/v1/papers/", {}, content_type="application/json", headers={"Authorization": f"Token {token.key}"}
    )
    assert (refused.status_code, known.status_code) == (401, 405)
