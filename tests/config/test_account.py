"""Signing in, and the token that stands for a person at the API."""

import hashlib
import json
import re

import pytest
from django.forms.models import model_to_dict

from catalog.api.tokens import issue_token
from catalog.models import ApiToken

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


NEW = {"name": "notebook", "scopes": ["read", "write"], "days": "30"}


def test_a_token_is_shown_once_and_kept_as_a_hash(client, ada):
    client.force_login(ada)
    answer = client.post("/account/token/", NEW)
    secret = re.search(r"dst_[\w-]{43}", answer.content.decode()).group()
    token = ApiToken.objects.get(user=ada)
    assert token.digest == hashlib.sha256(secret.encode()).hexdigest()
    assert secret not in json.dumps(model_to_dict(token), default=str)
    assert "no-store" in answer["Cache-Control"]
    page = client.get("/account/").content.decode()
    assert secret not in page and token.prefix in page


def test_a_token_has_the_scopes_and_the_end_that_were_chosen(client, ada):
    client.force_login(ada)
    client.post("/account/token/", NEW)
    token = ApiToken.objects.get()
    assert token.scopes == ["read", "write"]
    assert (token.expires_at - token.created_at).days in (29, 30)


@pytest.mark.parametrize("change", [{"name": ""}, {"scopes": []}, {"scopes": ["admin"]}, {"days": "9999"}])
def test_a_form_that_makes_no_sense_makes_no_token(client, ada, change):
    client.force_login(ada)
    answer = client.post("/account/token/", NEW | change)
    assert answer.status_code == 422
    assert not ApiToken.objects.exists()


def test_the_same_form_sent_twice_makes_one_token(client, ada):
    client.force_login(ada)
    client.post("/account/token/", NEW)
    answer = client.post("/account/token/", NEW)
    assert "There is a token of this name already." in answer.content.decode()
    assert ApiToken.objects.count() == 1


def test_a_revoked_token_opens_nothing(client, ada):
    token, secret = issue_token(user=ada, name="notebook", scopes=["read"])
    client.force_login(ada)
    client.post(f"/account/token/{token.pk}/revoke/")
    client.logout()
    answer = client.get("/api/v1/papers/", headers={"Authorization": f"Bearer {secret}"})
    assert answer.status_code == 401


def test_nobody_revokes_the_token_of_another(client, ada, django_user_model):
    other = django_user_model.objects.create_user("grace")
    token, _secret = issue_token(user=other, name="notebook", scopes=["read"])
    client.force_login(ada)
    assert client.post(f"/account/token/{token.pk}/revoke/").status_code == 404
    assert ApiToken.objects.filter(pk=token.pk).exists()


def test_the_forms_carry_what_guards_them(client, ada):
    issue_token(user=ada, name="notebook", scopes=["read"])
    client.force_login(ada)
    page = client.get("/account/").content.decode()
    forms = re.findall(r'<form[^>]*action="/account/token/.*?</form>', page, re.S)
    assert len(forms) == 2 and all("csrfmiddlewaretoken" in form for form in forms)
