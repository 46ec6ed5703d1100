"""/arxiv/1503.02531, /doi/10.18653/v1/n19-1423 and /acl/P19-1441 lead to the paper, whatever its slug.

A suffix behind the identifier (/arxiv/1503.02531.bib) leads to the paper in that form.
"""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from catalog import identifiers
from catalog.exporters.negotiation import FORMS
from catalog.models import Paper, PaperVersion

READERS: dict[str, Callable[[str], str]] = {
    "arxiv": identifiers.arxiv_id,
    "doi": identifiers.doi,
    "acl": identifiers.acl_id,
}
NAMES = {"arxiv": "arXiv", "doi": "DOI", "acl": "ACL Anthology"}


@require_safe
def by_identifier(request: HttpRequest, kind: str, identifier: str) -> HttpResponse:
    """302, not 301: papers are merged and renamed, and Accept decides on the other side."""
    identifier = identifier.strip("/")
    for text, suffix in _readings(identifier):
        if slug := _slug(kind, READERS[kind](text)):
            arguments = {"slug": slug, "suffix": suffix} if suffix else {"slug": slug}
            address = reverse("catalog:paper_export" if suffix else "catalog:paper", kwargs=arguments)
            query = request.META.get("QUERY_STRING", "")
            return redirect(f"{address}?{query}" if query else address)
    context = {"kind": NAMES[kind], "identifier": identifier, "is_one": bool(READERS[kind](identifier))}
    return render(request, "catalog/identifier_not_here.html", context, status=404)


def _readings(identifier: str) -> list[tuple[str, str]]:
    """The whole is an identifier; or what stands before a suffix is."""
    found = [(identifier, "")]
    suffixes = sorted((form.suffix for form in FORMS if form.suffix), key=len, reverse=True)
    suffix = next((suffix for suffix in suffixes if identifier.endswith(f".{suffix}")), "")
    return [*found, (identifier.removesuffix(f".{suffix}"), suffix)] if suffix else found


def _slug(kind: str, value: str) -> str | None:
    """The paper that has it, else one of whose other versions has it."""
    if not value:
        return None
    slug = Paper.objects.filter(**{kind: value}).values_list("slug", flat=True).first()
    if slug is None:
        slug = PaperVersion.objects.filter(**{kind: value}).values_list("paper__slug", flat=True).first()
    return slug
