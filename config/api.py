"""What every API answer shares: pages of results, and errors as problem+json (RFC 9457)."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, JsonResponse
from django.utils.translation import gettext as _
from rest_framework import exceptions
from rest_framework.pagination import PageNumberPagination
from rest_framework.response import Response
from rest_framework.views import set_rollback

PROBLEM_JSON = "application/problem+json"


class Pages(PageNumberPagination):
    """`?page=2&page_size=100`."""

    page_size_query_param = "page_size"
    max_page_size = 200


def problem(status: int, detail: str, **members: Any) -> dict[str, Any]:
    """The body of an error. `type` is "about:blank": the status says what kind of problem it is."""
    return {"type": "about:blank", "title": HTTPStatus(status).phrase, "status": status, "detail": detail, **members}


def problem_handler(error: Exception, context: dict) -> Response | None:
    """Every refusal of the API. None lets Django's handler500 answer for what nobody foresaw."""
    if isinstance(error, Http404):
        error = exceptions.NotFound(_("There is nothing at this address."))
    elif isinstance(error, PermissionDenied):
        error = exceptions.PermissionDenied(str(error) or None)
    if not isinstance(error, exceptions.APIException):
        return None
    set_rollback()
    headers = {}
    if challenge := getattr(error, "auth_header", None):
        headers["WWW-Authenticate"] = challenge
    if wait := getattr(error, "wait", None):
        headers["Retry-After"] = f"{wait:.0f}"
    return Response(_body(error), status=error.status_code, headers=headers, content_type=PROBLEM_JSON)


def _body(error: exceptions.APIException) -> dict[str, Any]:
    if isinstance(error, exceptions.ValidationError):
        fields = error.detail if isinstance(error.detail, dict) else {"non_field_errors": error.detail}
        return problem(error.status_code, _("Some fields are not valid."), errors=fields)
    detail = error.detail if isinstance(error.detail, str) else str(error)
    return problem(error.status_code, detail)


def problem_response(request: HttpRequest, status: int, detail: str) -> JsonResponse:
    """The same for errors that arise outside REST framework's views."""
    return JsonResponse(problem(status, detail), status=status, content_type=PROBLEM_JSON)
