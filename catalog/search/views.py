"""The search for papers: one page, with or without scripts."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_safe

from catalog.search.browsing import Browse
from catalog.search.forms import PaperSearchForm
from catalog.search.understood import nearest_words, parts_of, remarks_of


@require_safe
def papers(request: HttpRequest) -> HttpResponse:
    browse = Browse(request.GET.dict())
    page = browse.page(request.GET.get("page"))
    found = page.paginator.count > 0
    context = {
        "form": PaperSearchForm(initial={"q": browse.q}),
        "browse": browse,
        "page": page,
        "facets": browse.facets() if found else [],
        "parts": parts_of(browse, counted=not found),
        "remarks": remarks_of(browse),
        "nearest": [] if found else nearest_words(browse),
    }
    partial = request.htmx and not request.htmx.history_restore_request
    response = render(request, "catalog/_paper_results.html" if partial else "catalog/papers.html", context)
    patch_vary_headers(response, ["HX-Request", "HX-History-Restore-Request"])
    return response
