"""Every refusal of the API is problem+json; the schema and its page describe the rest."""

import json
from io import BytesIO

import pytest
from django.core.management import call_command
from django.http import Http404
from rest_framework import exceptions
from rest_framework.test import APIClient

from catalog.api.errors import TooLarge
from config.api import problem_handler
from config.errors import server_error
from config.parsers import BoundedJSONParser

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("method", "address", "status"),
    [
        ("get", "/api/v1/papers/none/", 404),
        ("get", "/api/v1/papers/?page=9", 400),
        ("get", "/api/v1/papers/?cursor=9", 404),
        ("get", "/api/v1/nothing/", 404),
        ("post", "/api/v1/nothing/", 404),
        ("get", "/api/v2/papers/", 404),
        ("delete", "/api/v1/papers/", 405),
        ("get", "/api/v1/papers/?sort=random", 400),
    ],
)
def test_refusals_are_problems(client, settings, method, address, status):
    settings.OPEN_TO_ANYONE = True
    response = getattr(client, method)(address)
    assert (response.status_code, response["Content-Type"]) == (status, "application/problem+json")
    body = response.json()
    assert body["status"] == status and body["title"] and body["detail"] and body["type"] == "about:blank"


def test_writing_without_a_token_says_how(client, settings):
    settings.OPEN_TO_ANYONE = False
    response = client.post("/api/v1/papers/", {}, content_type="application/json")
    assert response.status_code == 401
    assert (
        response["WWW-Authenticate"] == 'Bearer realm="Distillery"'
        and response["Content-Type"] == "application/problem+json"
    )


def test_a_wrong_token_is_refused():
    api = APIClient()
    api.credentials(HTTP_AUTHORIZATION="Bearer nonsense")
    assert api.get("/api/v1/papers/").json()["status"] == 401


def test_throttling_says_when_to_come_back():
    response = problem_handler(exceptions.Throttled(wait=7.2), {})
    assert (response.status_code, response["Retry-After"]) == (429, "8")


def test_a_missing_row_and_a_fault_of_ours():
    assert problem_handler(Http404(), {}).status_code == 404
    assert problem_handler(RuntimeError("a fault"), {}) is None


def test_a_fault_of_ours_is_a_problem_below_api(rf):
    response = server_error(rf.get("/api/v1/papers/"))
    assert (response.status_code, response["Content-Type"]) == (500, "application/problem+json")


def test_schema_is_openapi_3_1_and_valid(capsys):
    call_command("spectacular", "--validate", "--fail-on-warn", "--format", "openapi-json")
    schema = json.loads(capsys.readouterr().out)
    assert schema["openapi"].startswith("3.1")
    for part in ("papers", "lists", "categories", "tags"):
        assert f"/api/v1/{part}/" in schema["paths"] and f"/api/v1/{part}/{{slug}}/" in schema["paths"]


def test_the_schemas_page_needs_nothing_from_another_host(client):
    response = client.get("/api/")
    assert "http" not in response.content.decode().split("<main")[0].replace('"http-equiv"', "")
    assert "unsafe" not in response["Content-Security-Policy"]


def test_a_body_past_the_limit_is_refused():
    stream = BytesIO(b"[" + b"1," * BoundedJSONParser.MAX_BYTES)
    with pytest.raises(TooLarge):
        BoundedJSONParser().parse(stream)
    assert problem_handler(TooLarge(), {}).status_code == 413


# --- bodies -------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b'{"title": "T",\n "year": }', "line 2, column 10"),
        (b"\xff", "not UTF-8, from byte 0 on"),
        (b'{"title": "\\u0000"}', "NUL or half a surrogate pair"),
        (b'{"title": ["x", {"\\ud800": 1}]}', "NUL or half a surrogate pair"),
        (b"[" * 5_000 + b"]" * 5_000, "nested too deeply"),
        (b'{"links": ' + b"[" * 40 + b"]" * 40 + b"}", "nested too deeply"),
        (b'{"year": NaN}', "a number that JSON does not know"),
        (b'{"year": 1' + b"0" * 5_000 + b"}", "one too long"),
    ],
)
def test_a_body_that_makes_no_sense_is_told_where(client, body, words):
    response = client.post("/api/v1/papers/", body, content_type="application/json")
    assert (response.status_code, response["Content-Type"]) == (400, "application/problem+json")
    assert words in response.json()["detail"]


def test_where_json_breaks_is_told_in_numbers_too(client):
    body = client.post("/api/v1/papers/", b'{"a" 1}', content_type="application/json").json()
    assert (body["line"], body["column"], body["offset"]) == (1, 6, 5)


def test_whole_emoji_are_text(client):
    response = client.post("/api/v1/papers/", b'{"title": "\\ud83d\\ude00 T"}', content_type="application/json")
    assert (response.status_code, response.json()["title"]) == (201, "😀 T")
