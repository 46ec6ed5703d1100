"""The catalogue's pages for readers."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from catalog.lists.outline import page_of, places_of
from catalog.models import Paper, PaperList, Topic
from catalog.pages.fields import abstract_of, further_fields
from catalog.pages.related import related_to
from catalog.search.forms import PaperSearchForm
from catalog.works.addresses import follow_former_addresses
from catalog.works.versions import other_versions


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    context = {
        "form": PaperSearchForm(),
        "lists": PaperList.objects.with_counts(),
        "categories": Topic.objects.categories().with_counts(),
        "paper_count": Paper.objects.count(),
    }
    return render(request, "catalog/home.html", context)


@require_safe
@follow_former_addresses
def paper(request: HttpRequest, slug: str) -> HttpResponse:
    paper = get_object_or_404(Paper.objects.for_page(), slug=slug)
    context = {
        "paper": paper,
        "places": places_of(paper),
        "abstract": abstract_of(paper),
        "fields": further_fields(paper),
        "related": related_to(paper),
        "versions": other_versions(paper),
    }
    return render(request, "catalog/paper.html", context)


@require_safe
def paper_lists(request: HttpRequest) -> HttpResponse:
    return render(request, "catalog/paper_lists.html", {"lists": PaperList.objects.with_counts()})


@require_safe
def paper_list(request: HttpRequest, slug: str) -> HttpResponse:
    paper_list = get_object_or_404(PaperList.objects.with_counts(), slug=slug)
    nodes, shown, page = page_of(paper_list, request.GET.get("page"))
    headed = [node for node in nodes if node.section.name]
    context = {"paper_list": paper_list, "nodes": shown, "headed": headed, "page": page}
    return render(request, "catalog/paper_list.html", context)
