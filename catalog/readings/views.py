"""One's own reading list. What belongs to somebody else is not found here."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from catalog.access import user_or_none, writer_required
from catalog.exporters.bibtex import document_for
from catalog.lists.forms import MoveForm
from catalog.models import Paper, Reading
from catalog.readings import services as readings
from catalog.returning import way_back
from catalog.search import QUERY_MAX_CHARACTERS

READINGS_A_PAGE = 25
EXPORTED_AT_A_TIME = 500
NOTE_MAX_CHARACTERS = 20_000
FORGET = "forget"


class StatusForm(forms.Form):
    status = forms.ChoiceField(choices=[*Reading.Status.choices, (FORGET, FORGET)])


class NoteForm(forms.Form):
    note = forms.CharField(required=False, max_length=NOTE_MAX_CHARACTERS, label=_lazy("Private note"))


class ReadingSearchForm(forms.Form):
    """What is not valid is left out of the search."""

    status = forms.ChoiceField(required=False, choices=Reading.Status.choices)
    find = forms.CharField(required=False, max_length=QUERY_MAX_CHARACTERS)


@require_POST
@writer_required
def reading_status(request: HttpRequest, slug: str) -> HttpResponse:
    paper = get_object_or_404(Paper, slug=slug)
    form = StatusForm(request.POST)
    if not form.is_valid():
        return HttpResponse(_("There is no such status."), status=422, content_type="text/plain; charset=utf-8")
    if form.cleaned_data["status"] == FORGET:
        readings.forget(paper=paper, user=user_or_none(request))
    else:
        readings.set_status(paper=paper, user=user_or_none(request), status=form.cleaned_data["status"])
    return _back(request, paper)


@require_POST
@writer_required
def reading_note(request: HttpRequest, slug: str) -> HttpResponse:
    paper = get_object_or_404(Paper, slug=slug)
    form = NoteForm(request.POST)
    if not form.is_valid():
        text = _("A private note has at most %(limit)d characters.") % {"limit": NOTE_MAX_CHARACTERS}
        return HttpResponse(text, status=422, content_type="text/plain; charset=utf-8")
    readings.set_note(paper=paper, user=user_or_none(request), note=form.cleaned_data["note"])
    return _back(request, paper)


@require_safe
@never_cache
@writer_required
def reading_list(request: HttpRequest) -> HttpResponse:
    form = ReadingSearchForm(request.GET)
    form.is_valid()
    status, text = form.cleaned_data.get("status", ""), form.cleaned_data.get("find", "")
    mine = readings.readings_of(user_or_none(request))
    found = readings.for_listing(readings.narrowed(mine, status=status, text=text))
    page = Paginator(found, READINGS_A_PAGE).get_page(_page_number(request, found))
    moved = request.GET.get("moved", "")
    context = {
        "page": page,
        "rows": [(rank, row, str(row.pk) == moved) for rank, row in enumerate(page, page.start_index())],
        "counts": _counted(request, status),
        "status": status,
        "q": text,
        "by": request.GET.get("by", ""),
    }
    return render(request, "catalog/readings.html", context)


def _page_number(request: HttpRequest, found) -> str | int:
    """The page asked for, or the one that has the row just moved."""
    moved = request.GET.get("moved", "")
    asked = "page" in request.GET  # by the pager, whose links carry along what was moved last
    ids = [str(pk) for pk in found.values_list("pk", flat=True)] if moved and not asked else []
    return ids.index(moved) // READINGS_A_PAGE + 1 if moved in ids else request.GET.get("page", 1)


def _counted(request: HttpRequest, chosen: str) -> list[tuple[str, str, int, bool]]:
    """Value, label, how many, whether it is the one chosen; first of all, all."""
    counts = readings.counts_of(user_or_none(request))
    rows = [(value, label, counts[value], value == chosen) for value, label in Reading.Status.choices]
    return [("", _("all"), sum(counts.values()), not chosen), *rows]


@require_POST
@writer_required
def reading_move(request: HttpRequest, reading_id: int) -> HttpResponse:
    reading = get_object_or_404(readings.readings_of(user_or_none(request)).select_related("paper"), pk=reading_id)
    form = MoveForm(request.POST)
    among = request.POST.get("among", "")
    if form.is_valid() and form.cleaned_data["to"] != "section":
        try:
            readings.move_reading(reading=reading, among=among, **form.cleaned_data)
        except readings.NotOnTheList:
            messages.error(request, _("That paper is not on your list any more."))
    else:
        messages.error(request, _("Say where to."))
    query = {"moved": reading.pk, "by": request.POST.get("to", "")} | ({"status": among} if among else {})
    return redirect(reverse("catalog:reading_list", query=query))


@require_safe
@never_cache
@writer_required
def reading_list_bibtex(request: HttpRequest) -> HttpResponse:
    """In the reader's order. Private notes stay out of it."""
    papers = readings.papers_in_order(readings.readings_of(user_or_none(request))).for_bibtex()
    document = document_for(papers.iterator(EXPORTED_AT_A_TIME))
    response = HttpResponse(document, content_type="application/x-bibtex; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="my-list.bib"'
    return response


def _back(request: HttpRequest, paper: Paper) -> HttpResponse:
    return redirect(way_back(request, f"{paper.get_absolute_url()}#reading"))
