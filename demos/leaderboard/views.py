"""/leaderboard/, and the same board as CSV, JSON, or the papers on its front."""

from __future__ import annotations

from csp.decorators import csp_update
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import resolve, reverse
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_safe

from catalog.exporters import format_named
from catalog.pages.profile_views import PLOTLY_STYLES
from demos.leaderboard import documents
from demos.leaderboard.board import board_of
from demos.leaderboard.page import leaderboard_context


@require_safe
@csp_update({"style-src": PLOTLY_STYLES})
def leaderboard(request: HttpRequest) -> HttpResponse:
    return render(request, "demos/leaderboard/leaderboard.html", leaderboard_context(request.GET))


@require_safe
def document(request: HttpRequest, suffix: str) -> HttpResponse:
    if suffix == "json":
        return _from_api(request)
    board = board_of(request.GET)
    if suffix == "csv":
        return _attached(documents.csv_of(board), "text/csv", "leaderboard.csv")
    format = format_named(suffix)
    if format is None:
        raise Http404(suffix)
    return _attached(documents.front_document(board, format), format.media_type, f"leaderboard.{format.suffix}")


def _from_api(request: HttpRequest) -> HttpResponse:
    """What the API answers to the same choices; a suffix asks for JSON whatever Accept says."""
    request.META["HTTP_ACCEPT"] = "application/json"
    return resolve(reverse("leaderboard-list")).func(request)


def _attached(text: str, media_type: str, filename: str) -> HttpResponse:
    content_type = media_type if media_type.endswith("json") else f"{media_type}; charset=utf-8"
    disposition = content_disposition_header(as_attachment=True, filename=filename)
    return HttpResponse(text, content_type=content_type, headers={"Content-Disposition": disposition})
