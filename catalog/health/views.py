"""How whole the catalogue is: an overview for everyone, and each finding with a link to where editors mend it."""

from __future__ import annotations

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from catalog.health.checks import CHECKS
from catalog.health.findings import counted, grouped, shares_of
from catalog.models import Paper
from catalog.works.duplicates import suspects

FINDINGS_A_PAGE = 50


@require_safe
def health(request: HttpRequest) -> HttpResponse:
    found = counted(CHECKS)
    context = {
        "shares": shares_of(found, Paper.objects.count()),
        "groups": grouped(found),
        "duplicate_count": len(suspects()),
    }
    return render(request, "catalog/health.html", context)


@require_safe
def health_check(request: HttpRequest, slug: str) -> HttpResponse:
    check = next((check for check in CHECKS if check.slug == slug), None)
    if check is None:
        raise Http404
    page = Paginator(check.rows(), FINDINGS_A_PAGE).get_page(request.GET.get("page"))
    context = {"check": check, "page": page, "findings": [check.told(row) for row in page.object_list]}
    return render(request, "catalog/health_check.html", context)
