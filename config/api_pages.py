"""The pages that describe the API, and its answer to addresses that do not exist."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import Resolver404, resolve
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt

from config.api import problem_response
from config.api_parts import parts


def api_page(request: HttpRequest) -> HttpResponse:
    """What one has to know, on one light page; Swagger UI, which is not light, is a press away."""
    return render(request, "api.html", {"parts": parts(request.build_absolute_uri("/api/v1"))})


def api_reference(request: HttpRequest) -> HttpResponse:
    """Swagger UI in the site's frame; its script and style come from this server."""
    return render(request, "api_reference.html")


@csrf_exempt
def not_found(request: HttpRequest, address: str) -> HttpResponse:
    if not request.path.endswith("/") and _leads_somewhere(request.path + "/"):
        detail = _("There is nothing at this address. Did you mean %s, with a slash at its end?") % f"{request.path}/"
    else:
        detail = _("There is nothing at this address. The API is described at /api/.")
    return problem_response(request, 404, detail)


def _leads_somewhere(path: str) -> bool:
    try:
        return resolve(path).func is not not_found
    except Resolver404:
        return False
