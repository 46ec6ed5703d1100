"""Pages about one author, venue, year or topic; and the timeline of the field."""

from __future__ import annotations

from csp.decorators import csp_update
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from catalog.models import Author, Paper, Topic, Venue
from catalog.pages.profiles import Profile, author_profile, author_url, topic_profile, venue_profile, year_profile
from catalog.pages.timeline import timeline_of
from catalog.search.hits import hits_of

PAPERS_A_PAGE = 25
# Plotly puts an empty style element into the page (it fills it by script) and one for its maps: these two texts alone.
PLOTLY_STYLES = [
    "'self'",
    "'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU='",
    "'sha256-ji27qzEtxXZW+7dun6UwjHXJ18e6WAin1VvNtkzIE/o='",
]


@require_safe
def author(request: HttpRequest, pk: int, slug: str = "") -> HttpResponse:
    author = get_object_or_404(Author, pk=pk)
    if request.path != (address := author_url(author)):
        return redirect(address, permanent=True)
    return _profile(request, author_profile(author))


@require_safe
def venue(request: HttpRequest, slug: str) -> HttpResponse:
    return _profile(request, venue_profile(get_object_or_404(Venue, slug=slug)))


@require_safe
def year(request: HttpRequest, year: int) -> HttpResponse:
    if not Paper.objects.filter(year=year).exists():
        raise Http404(_("No paper here is from %(year)s.") % {"year": year})
    return _profile(request, year_profile(year))


@require_safe
def category(request: HttpRequest, slug: str) -> HttpResponse:
    return _topic(request, get_object_or_404(Topic.objects.categories(), slug=slug))


@require_safe
def tag(request: HttpRequest, slug: str) -> HttpResponse:
    return _topic(request, get_object_or_404(Topic.objects.tags(), slug=slug))


def _topic(request: HttpRequest, topic: Topic) -> HttpResponse:
    return _profile(request, topic_profile(topic), topic=topic)


def _profile(request: HttpRequest, profile: Profile, **more) -> HttpResponse:
    ids = profile.papers.sorted_by("year").values_list("pk", flat=True)
    page = Paginator(ids, PAPERS_A_PAGE).get_page(request.GET.get("page"))
    page.object_list = hits_of(page.object_list)
    return render(request, "catalog/profile.html", {"profile": profile, "page": page, **more})


@require_safe
@csp_update({"style-src": PLOTLY_STYLES})
def timeline(request: HttpRequest) -> HttpResponse:
    return render(request, "catalog/timeline.html", {"timeline": timeline_of()})
