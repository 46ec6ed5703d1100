"""Every address, asked in every wrong way, answers with problem+json and the right status."""

import re

import pytest
from django.urls import get_resolver

pytestmark = pytest.mark.django_db
METHODS = ("get", "post", "put", "patch", "delete")
SAMPLES = {"slug": "none", "pk": "00000000-0000-4000-8000-000000000000"}


def addresses() -> list[tuple[str, set[str]]]:
    """Each address of the routers, with the methods that it knows."""
    api = next(entry for entry in get_resolver().url_patterns if str(entry.pattern) == "api/v1/")
    found = []
    for route in api.url_patterns:
        pattern = str(route.pattern)
        if "format" in pattern or not hasattr(route.callback, "actions"):
            continue
        address = "/api/v1/" + re.sub(r"\(\?P<(\w+)>(?:[^()]|\([^()]*\))*\)", lambda m: SAMPLES[m[1]], pattern)
        address = address.replace("notes/" + SAMPLES["pk"], "notes/1").replace("^", "").replace("\\Z", "").rstrip("$")
        found.append((address, {method.lower() for method in route.callback.actions} - {"head"}))
    return found


ADDRESSES = addresses()


def test_the_walk_meets_every_part():
    parts = {address.split("/")[3] for address, _methods in ADDRESSES}
    assert parts >= {"papers", "lists", "tags", "categories", "imports", "readings", "facets", "methods", "runs"}


def problem(response, status: int) -> dict:
    assert (response.status_code, response["Content-Type"]) == (status, "application/problem+json")
    body = response.json()
    assert body["status"] == status and body["title"] and body["detail"] and body["type"] == "about:blank"
    return body


@pytest.mark.parametrize(("address", "known"), ADDRESSES)
def test_a_method_that_is_not_there_is_405_with_those_that_are(client, settings, address, known):
    settings.OPEN_TO_ANYONE = False
    for method in set(METHODS) - known:
        response = getattr(client, method)(address, content_type="application/json")
        problem(response, 405)
        assert {name.lower() for name in response["Allow"].split(", ")} - {"head", "options"} == known


@pytest.mark.parametrize(("address", "known"), ADDRESSES)
def test_a_format_that_is_not_there_is_406_with_those_that_are(client, address, known):
    for method in known:
        body = problem(
            getattr(client, method)(address, content_type="application/json", headers={"Accept": "image/png"}), 406
        )
        assert {"media_type": "application/json", "format": "json"} in body["available"]


@pytest.mark.parametrize(("address", "known"), [(a, k) for a, k in ADDRESSES if k & {"post", "patch"}])
def test_a_body_of_another_kind_is_415_or_its_address_is_not_there(client, address, known):
    for method in known & {"post", "patch"}:
        response = getattr(client, method)(address, b"x", content_type="image/png", headers={"If-Match": "*"})
        assert response.status_code in (404, 415)
        problem(response, response.status_code)


@pytest.mark.parametrize(("address", "known"), [(a, k) for a, k in ADDRESSES if k - {"get"}])
def test_a_write_on_a_closed_site_is_401_with_a_challenge(client, settings, address, known):
    settings.OPEN_TO_ANYONE = False
    for method in known - {"get"}:
        response = getattr(client, method)(address, content_type="application/json")
        problem(response, 401)
        assert response["WWW-Authenticate"].startswith("Bearer")


@pytest.mark.parametrize(("address", "known"), [(a, k) for a, k in ADDRESSES if "get" in k])
def test_an_unknown_parameter_is_400_on_every_address(client, address, known):
    body = problem(client.get(address, {"colour": "red"}), 400)
    assert "colour" in body["detail"] and "format" in body["parameters"]


def test_an_address_without_its_slash_is_told_the_one_with_it(client):
    assert "/api/v1/papers/, with a slash" in problem(client.get("/api/v1/papers"), 404)["detail"]
