"""The page that describes the API, and its answer to addresses that do not exist."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt

from config.api import problem_response


def api_page(request: HttpRequest) -> HttpResponse:
    """Swagger UI in the site's frame; its script and style come from this server."""
    return render(request, "api.html")


@csrf_exempt
def not_found(request: HttpRequest, address: str) -> HttpResponse:
    return problem_response(request, 404, _("There is nothing at this address. The API is described at /api/."))
