"""Pages where editors mend the name of an author or a venue."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from catalog.access import editor_required, user_or_none
from catalog.editing import names as naming
from catalog.editing.fields import faults_of
from catalog.editing.forms import NameForm
from catalog.models import Author, Venue
from catalog.pages.profiles import author_url


@require_http_methods(["GET", "HEAD", "POST"])
@editor_required
def author_edit(request: HttpRequest, pk: int, slug: str) -> HttpResponse:
    author = get_object_or_404(Author, pk=pk)
    form = _form(request, author)
    if form.is_bound and form.is_valid():
        return redirect(author_url(naming.rename_author(author=author, **_told(request, form))))
    what = _("The name of an author")
    return _page(request, form, what, author, author_url(author), author.papers.count())


@require_http_methods(["GET", "HEAD", "POST"])
@editor_required
def venue_edit(request: HttpRequest, slug: str) -> HttpResponse:
    venue = get_object_or_404(Venue, slug=slug)
    form = _form(request, venue)
    if form.is_bound and form.is_valid():
        return redirect("catalog:venue", naming.rename_venue(venue=venue, **_told(request, form)).slug)
    address = redirect("catalog:venue", venue.slug).url
    return _page(request, form, _("The name of a venue"), venue, address, venue.papers.count())


def _form(request: HttpRequest, row: Author | Venue) -> NameForm:
    longest = row._meta.get_field("name").max_length
    data = request.POST if request.method == "POST" else None
    return NameForm(data, initial={"name": row.name}, longest=longest)


def _told(request: HttpRequest, form: NameForm) -> dict:
    return {**form.cleaned_data, "actor": user_or_none(request)}


def _page(request: HttpRequest, form: NameForm, what: str, row, address: str, count: int) -> HttpResponse:
    faults = faults_of(form) if form.is_bound else []
    context = {"form": form, "what": what, "row": row, "address": address, "paper_count": count, "faults": faults}
    return render(request, "catalog/name_edit.html", context, status=422 if faults else 200)
