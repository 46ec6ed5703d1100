"""Papers and lists as documents: one paper, a list, a search, a choice of papers, or everything."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator

from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import resolve, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe
from rest_framework.utils.encoders import JSONEncoder

from catalog.api.serializers import PaperSerializer
from catalog.exporters import Format, format_named, markdown
from catalog.exporters.streaming import streamed
from catalog.models import Paper, PaperList
from catalog.search.browsing import Browse
from catalog.works.addresses import follow_former_addresses

READ_AT_A_TIME = 500  # papers, with a fixed number of queries for what belongs to them
CHOSEN_MAX = 1_000


@require_safe
@follow_former_addresses
def paper(request: HttpRequest, slug: str, suffix: str) -> HttpResponse:
    if suffix == "json":
        get_object_or_404(Paper.objects.only("pk"), slug=slug)
        return _from_api(request, "paper-detail", slug)
    format = _format(suffix)
    text = format.entry_for(get_object_or_404(Paper.objects.for_export(), slug=slug))
    return _named(HttpResponse(text, content_type=_content_type(format)), f"{slug}.{suffix}")


@require_safe
def papers(request: HttpRequest, suffix: str) -> HttpResponse:
    """Everything that the search of the same query finds; without a query, all papers."""
    found = Browse(request.GET.dict()).papers()
    if suffix == "json":
        return _named(streamed(request, _json(request, found), "application/json"), "papers.json")
    return _document(request, _format(suffix), found, "papers")


@require_safe
def paper_list(request: HttpRequest, slug: str, suffix: str) -> HttpResponse:
    paper_list = get_object_or_404(PaperList, slug=slug)
    if suffix == "json":
        return _from_api(request, "list-detail", slug)
    if suffix == "md":
        text = streamed(request, markdown.list_for(paper_list), _content_type(_format(suffix)))
        return _named(text, f"{slug}.md")
    papers = Paper.objects.narrowed(paper_list=slug).sorted_by("title")
    return _document(request, _format(suffix), papers, slug)


@require_http_methods(["GET", "HEAD", "POST"])
def chosen(request: HttpRequest) -> HttpResponse:
    """`slug` once for each paper, in the order wanted; `format` by name, suffix or media type."""
    asked = request.POST if request.method == "POST" else request.GET
    slugs = list(dict.fromkeys(asked.getlist("slug")))[:CHOSEN_MAX]
    format = _format(asked.get("format") or "bibtex")
    rows = {paper.slug: paper for paper in Paper.objects.for_export().filter(slug__in=slugs)}
    papers = [rows[slug] for slug in slugs if slug in rows]
    if not papers:
        return render(request, "400.html", {"detail": _("Choose the papers to be exported first.")}, status=400)
    return _named(streamed(request, format.document_for(papers), _content_type(format)), f"papers.{format.suffix}")


def _from_api(request: HttpRequest, name: str, slug: str) -> HttpResponse:
    """What the API answers at its own address, with its ETag; a suffix asks for JSON whatever Accept says."""
    request.META["HTTP_ACCEPT"] = "application/json"
    match = resolve(reverse(name, kwargs={"slug": slug}))
    return match.func(request, **match.kwargs)


def _document(request: HttpRequest, format: Format, papers: QuerySet, name: str) -> HttpResponse:
    pieces = format.document_for(papers.for_export().iterator(READ_AT_A_TIME))
    return _named(streamed(request, pieces, _content_type(format)), f"{name}.{format.suffix}")


def _json(request: HttpRequest, papers: QuerySet) -> Iterator[str]:
    """An array, one paper a line, each as the API lists it."""
    fields = PaperSerializer.usual(listing=True)
    serializer = PaperSerializer(fields=fields, context={"request": request})
    rows: Iterable[Paper] = PaperSerializer.prepared(papers, fields).iterator(READ_AT_A_TIME)
    opening = "[\n"
    for row in rows:
        yield opening + json.dumps(serializer.to_representation(row), ensure_ascii=False, cls=JSONEncoder)
        opening = ",\n"
    yield "[]\n" if opening == "[\n" else "\n]\n"


def _format(name: str) -> Format:
    format = format_named(name)
    if format is None:
        raise Http404(name)
    return format


def _content_type(format: Format) -> str:
    """JSON is always UTF-8 and says so nowhere."""
    return format.media_type if format.media_type.endswith("json") else f"{format.media_type}; charset=utf-8"


def _named(response: HttpResponse, filename: str) -> HttpResponse:
    response["Content-Disposition"] = f'attachment; filename="{filename}"'
    return response
