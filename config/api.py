"""Errors of the API as problem+json (RFC 9457)."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from django.core.exceptions import PermissionDenied, RequestDataTooBig
from django.http import Http404, HttpRequest, JsonResponse
from django.utils.translation import gettext as _
from rest_framework import exceptions
from rest_framework.renderers import JSONRenderer
from rest_framework.response import Response
from rest_framework.views import set_rollback

PROBLEM_JSON = "application/problem+json"


def problem(status: int, detail: str, **members: Any) -> dict[str, Any]:
    """The body of an error. `type` is "about:blank": the status says what kind of problem it is."""
    return {"type": "about:blank", "title": HTTPStatus(status).phrase, "status": status, "detail": detail, **members}


def problem_handler(error: Exception, context: dict) -> Response | None:
    """Every refusal of the API. None lets Django's handler500 answer for what nobody foresaw."""
    if isinstance(error, Http404):
        error = exceptions.NotFound(_("There is nothing at this address."))
    elif isinstance(error, exceptions.NotAuthenticated):
        error.detail = _("This needs a login, or a token: `Authorization: Bearer …`, made on your account page.")
    elif isinstance(error, PermissionDenied):
        error = exceptions.PermissionDenied(str(error) or None)
    elif isinstance(error, RequestDataTooBig):
        return None  # handler400 says how much is taken
    if not isinstance(error, exceptions.APIException):
        return None
    set_rollback()
    if request := context.get("request"):  # whatever format was asked for: a problem is JSON
        request.accepted_renderer, request.accepted_media_type = JSONRenderer(), PROBLEM_JSON
    return Response(_body(error), status=error.status_code, headers=_headers(error), content_type=PROBLEM_JSON)


def _headers(error: exceptions.APIException) -> dict[str, str]:
    headers = dict(getattr(error, "headers", {}))
    if challenge := getattr(error, "auth_header", None):
        headers["WWW-Authenticate"] = challenge
    if wait := getattr(error, "wait", None):
        headers["Retry-After"] = f"{wait:.0f}"
    return headers


def _body(error: exceptions.APIException) -> dict[str, Any]:
    members = dict(getattr(error, "members", {}))
    if isinstance(error, exceptions.ValidationError):
        fields = error.detail if isinstance(error.detail, dict) else {"non_field_errors": error.detail}
        return problem(error.status_code, _("Some fields are not valid."), errors=fields)
    if isinstance(error, exceptions.NotAcceptable):
        members["available"] = _available(error)
    detail = error.detail if isinstance(error.detail, str) else str(error)
    return problem(error.status_code, detail, **members)


def _available(error: exceptions.NotAcceptable) -> list[dict[str, str]]:
    """What the address can be had as: the media type for `Accept`, the name for `?format=` and the suffix."""
    return [{"media_type": kind.media_type, "format": kind.format} for kind in error.available_renderers or ()]


def problem_response(request: HttpRequest, status: int, detail: str) -> JsonResponse:
    """The same for errors that arise outside REST framework's views."""
    return JsonResponse(problem(status, detail), status=status, content_type=PROBLEM_JSON)
