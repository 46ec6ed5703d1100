"""The page of a family, and its button."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_POST, require_safe

from catalog.access import user_or_none, writer_required
from demos.families import page, services
from demos.services import RunRefused
from workers import registry
from workers.registry import Family

KEPT = ("preset", "data", "cost", "seeds")  # what an address of the page may say


def get_family_or_404(slug: str) -> Family:
    found = next((family for family in registry.FAMILIES if family.slug == slug), None)
    if found is None or not page.presets_of(found):
        raise Http404(slug)
    return found


@require_safe
def family(request: HttpRequest, slug: str) -> HttpResponse:
    return render(request, "demos/families/family.html", page.family_context(get_family_or_404(slug), request.GET))


@require_POST
@writer_required
def family_measure(request: HttpRequest, slug: str) -> HttpResponse:
    shown = get_family_or_404(slug)
    found, _picker = page.asked_for(shown, request.POST)
    try:
        services.measure_missing(found=found, owner=user_or_none(request))
    except RunRefused as error:
        context = page.family_context(shown, request.POST) | {"not_started": str(error)}
        return render(request, "demos/families/family.html", context, status=422)
    kept = {name: request.POST[name] for name in KEPT if request.POST.get(name)}
    return redirect(f"{reverse('demos:family', args=[slug])}?{urlencode(kept)}#measure")
