"""The page of the queue and the parts of it that other pages show live."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_safe

from demos.laboratory import laboratory as laboratory_now
from demos.queue_page import queue_now


@require_safe
def queue(request: HttpRequest) -> HttpResponse:
    """The page, or the live part of it for a script that asks again."""
    partial = request.htmx and not request.htmx.history_restore_request
    template = "demos/_queue_live.html" if partial else "demos/queue.html"
    response = render(request, template, {"queue": queue_now(request.user)})
    patch_vary_headers(response, ["HX-Request"])
    return response


@require_safe
def laboratory(request: HttpRequest) -> HttpResponse:
    """The live part of the home page, for a script that asks again."""
    return render(request, "demos/_laboratory_live.html", {"laboratory": laboratory_now(request.user)})
