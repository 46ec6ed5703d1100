"""Old addresses of papers lead to where the papers are now, for good: pages, suffixes and the API alike."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps

from django.http import Http404, HttpRequest, HttpResponse, HttpResponsePermanentRedirect
from django.urls import reverse

from catalog.models import FormerAddress, Paper


def current_slug(slug: str) -> str | None:
    """Where the paper of a former address stands now; None for an address that never was."""
    return FormerAddress.objects.filter(slug=slug).values_list("paper__slug", flat=True).first()


def follow_former_addresses(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """For views of one paper by `slug`: what is not found under it is looked for under its new address (301).

    The redirect keeps the view's other arguments and the query; a paper that is found costs no query more.
    """

    @wraps(view)
    def following(request: HttpRequest, *args, slug: str, **kwargs) -> HttpResponse:
        try:
            return view(request, *args, slug=slug, **kwargs)
        except Http404:
            if request.method not in ("GET", "HEAD") or not (now := current_slug(slug)):
                raise
            match = request.resolver_match
            address = reverse(match.view_name, kwargs=match.kwargs | {"slug": now})
            query = request.META.get("QUERY_STRING", "")
            return HttpResponsePermanentRedirect(f"{address}?{query}" if query else address)

    return following


def keep_address(*, paper: Paper, slug: str) -> None:
    """After the paper left `slug` for another: the old one goes on leading to it, the new one is nobody's old one."""
    FormerAddress.objects.filter(slug=paper.slug).delete()
    if slug and slug != paper.slug:
        FormerAddress.objects.update_or_create(slug=slug, defaults={"paper": paper})
