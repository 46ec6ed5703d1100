"""Refusals and faults, in the site's frame and in both languages."""

import pytest
from django.core.exceptions import PermissionDenied, SuspiciousOperation, TooManyFieldsSent
from django.test import Client

from config import errors
from tests.catalog.pages.test_views import text_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def request_from_a_page(rf, django_user_model):
    def build(path: str):
        request = rf.get(path)
        request.user = django_user_model(username="ada")
        return request

    return build


@pytest.mark.parametrize(
    ("handler", "error", "status", "words"),
    [
        (errors.bad_request, SuspiciousOperation(), 400, "could not make sense"),
        (errors.bad_request, TooManyFieldsSent(), 400, "too many fields"),
        (errors.permission_denied, PermissionDenied("Not you."), 403, "Not you."),
        (errors.permission_denied, PermissionDenied(), 403, "You may not do this."),
    ],
)
def test_a_refusal_is_a_page_that_says_why(request_from_a_page, handler, error, status, words):
    response = handler(request_from_a_page("/papers/"), error)
    assert response.status_code == status
    assert words in text_of(response) and "Skip to the content" in text_of(response)


def test_a_fault_of_ours_is_a_page(monkeypatch, caplog):
    monkeypatch.setattr("catalog.querysets.PaperListQuerySet.with_counts", lambda _: 1 / 0)
    response = Client(raise_request_exception=False).get("/lists/")
    assert response.status_code == 500
    assert "Something broke on this server" in text_of(response)


def test_a_fault_of_ours_below_api_is_a_problem(monkeypatch, caplog):
    monkeypatch.setattr("catalog.api.paper_views.PaperViewSet.get_queryset", lambda _: 1 / 0)
    response = Client(raise_request_exception=False).get("/api/v1/papers/")
    assert (response.status_code, response["Content-Type"]) == (500, "application/problem+json")


def test_no_page_relaxes_the_content_policy(client):
    for address in ("/", "/papers/", "/lists/", "/import/", "/login/", "/api/", "/nothing/"):
        policy = client.get(address)["Content-Security-Policy"]
        assert "default-src 'self'" in policy and "unsafe" not in policy and "http" not in policy


def test_no_page_holds_a_style_or_a_script_of_its_own(client):
    for address in ("/", "/papers/", "/lists/", "/import/", "/login/", "/api/", "/nothing/"):
        body = client.get(address).content.decode()
        assert " style=" not in body and "<style" not in body and "<script>" not in body
        assert " onclick=" not in body and "javascript:" not in body
