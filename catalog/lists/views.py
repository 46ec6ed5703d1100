"""Making lists and editing them. What is refused is said on the page one comes back to; nothing is written then."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from catalog.access import editor_required, user_or_none
from catalog.lists import entries as list_editing
from catalog.lists import sections as section_editing
from catalog.lists.edit_page import EditPage, found_papers
from catalog.lists.forms import (
    AddForm,
    ListForm,
    MoveForm,
    NewListForm,
    PlaceForm,
    RemoveSectionForm,
    SectionForm,
    StepForm,
    section_choices,
)
from catalog.lists.outline import places_of, sections_of
from catalog.models import Entry, Paper, PaperList, Section

require_form = require_http_methods(["GET", "HEAD", "POST"])


def refusals_are_said(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Back to the list's edit page, or to all lists where this one is gone, with the reason."""

    @wraps(view)
    def told(request: HttpRequest, slug: str, *args, **kwargs) -> HttpResponse:
        try:
            return view(request, slug, *args, **kwargs)
        except list_editing.EditRefused as refusal:
            messages.error(request, str(refusal))
            here = PaperList.objects.filter(slug=slug).exists()
            return redirect("catalog:list_edit", slug) if here else redirect("catalog:paper_lists")

    return told


@require_form
@editor_required
def list_new(request: HttpRequest) -> HttpResponse:
    form = NewListForm(_sent(request))
    if form.is_valid():
        try:
            made = list_editing.create_list(slug=form.cleaned_data["slug"], actor=user_or_none(request), **form.names())
        except list_editing.SlugTaken as refusal:
            form.add_error("slug", str(refusal))
        else:
            return redirect("catalog:list_edit", made.slug)
    status = 422 if form.errors else 200
    return render(request, "catalog/list_form.html", {"form": form}, status=status)


@require_safe
@editor_required
def list_edit(request: HttpRequest, slug: str) -> HttpResponse:
    paper_list = get_object_or_404(PaperList, slug=slug)
    page = EditPage.of(paper_list, request.GET)
    context = {"paper_list": paper_list, "edit": page}
    if page.query:
        context |= {"results": found_papers(page.query, paper_list), "choices": section_choices(page.every_node)}
    return render(request, "catalog/list_edit.html", context)


@require_form
@editor_required
@refusals_are_said
def list_names(request: HttpRequest, slug: str) -> HttpResponse:
    paper_list = get_object_or_404(PaperList, slug=slug)
    form = ListForm(_sent(request), instance=paper_list)
    if form.is_valid():
        list_editing.edit_list(paper_list=paper_list, actor=user_or_none(request), **form.names())
        return redirect("catalog:list_edit", slug)
    paper_list.refresh_from_db()  # validating wrote what was sent onto the row in memory
    context = {"form": form, "paper_list": paper_list}
    return render(request, "catalog/list_form.html", context, status=422 if form.errors else 200)


@require_form
@editor_required
@refusals_are_said
def list_remove(request: HttpRequest, slug: str) -> HttpResponse:
    paper_list = get_object_or_404(PaperList.objects.with_counts(), slug=slug)
    if request.method == "POST":
        list_editing.remove_list(paper_list=paper_list, actor=user_or_none(request))
        said = _("“%(name)s” was removed. The recent changes, at the foot of the page, can bring it back.")
        messages.info(request, said % {"name": paper_list.name})
        return redirect("catalog:paper_lists")
    return render(request, "catalog/list_remove.html", {"paper_list": paper_list})


@require_form
@editor_required
@refusals_are_said
def section_new(request: HttpRequest, slug: str) -> HttpResponse:
    paper_list = get_object_or_404(PaperList, slug=slug)
    nodes = sections_of(paper_list)
    form = SectionForm(_sent(request), nodes=nodes, initial={"parent": request.GET.get("parent")})
    if form.is_valid():
        section = section_editing.add_section(
            paper_list=paper_list, parent=form.cleaned_data["parent"], actor=user_or_none(request), **form.names()
        )
        return _to_section(section)
    context = {"form": form, "paper_list": paper_list}
    return render(request, "catalog/section_form.html", context, status=422 if form.errors else 200)


@require_form
@editor_required
@refusals_are_said
def section_edit(request: HttpRequest, slug: str, section_id: int) -> HttpResponse:
    section = _section_or_404(slug, section_id)
    form = SectionForm(_sent(request), nodes=sections_of(section.paper_list), instance=section)
    if form.is_valid():
        parent = form.cleaned_data["parent"]
        section_editing.edit_section(section=section, parent=parent, actor=user_or_none(request), **form.names())
        return _to_section(section)
    section.refresh_from_db()
    context = {"form": form, "paper_list": section.paper_list, "section": section}
    return render(request, "catalog/section_form.html", context, status=422 if form.errors else 200)


@require_POST
@editor_required
@refusals_are_said
def section_move(request: HttpRequest, slug: str, section_id: int) -> HttpResponse:
    section = _section_or_404(slug, section_id)
    form = StepForm(request.POST)
    if not form.is_valid():
        raise list_editing.EditRefused(_("Say where to."))
    to = form.cleaned_data["to"]
    section_editing.move_section(section=section, to=to, actor=user_or_none(request))
    messages.info(request, _("“%(name)s” was moved.") % {"name": section.name or _("Under no heading")})
    return _back(slug, moved_section=section.pk, by=to)


@require_form
@editor_required
@refusals_are_said
def section_remove(request: HttpRequest, slug: str, section_id: int) -> HttpResponse:
    section = _section_or_404(slug, section_id)
    form = RemoveSectionForm(_sent(request))
    if form.is_valid():
        section_editing.remove_section(section=section, keep_entries=form.keeps_entries, actor=user_or_none(request))
        return redirect("catalog:list_edit", slug)
    context = {"form": form, "section": section, "paper_list": section.paper_list, "count": section.entries.count()}
    return render(request, "catalog/section_remove.html", context, status=422 if form.errors else 200)


@require_POST
@editor_required
@refusals_are_said
def entry_add(request: HttpRequest, slug: str) -> HttpResponse:
    paper_list = get_object_or_404(PaperList, slug=slug)
    form = AddForm(request.POST, nodes=sections_of(paper_list))
    if not form.is_valid():
        raise list_editing.Gone(_("This section has been removed meanwhile."))
    paper = get_object_or_404(Paper, slug=form.cleaned_data["paper"])
    entry = list_editing.add_entry(
        paper=paper, paper_list=paper_list, section=form.cleaned_data["section"], actor=user_or_none(request)
    )
    messages.info(request, _("“%(title)s” was added.") % {"title": paper.short_name or paper.title})
    return _back(slug, moved=entry.pk, by="add")


@require_form
@editor_required
@refusals_are_said
def entry_move(request: HttpRequest, slug: str, entry_id: int) -> HttpResponse:
    """GET asks for the section; POST takes every kind of move."""
    entry = _entry_or_404(slug, entry_id)
    if request.method != "POST":
        paper_list = entry.section.paper_list
        choices = section_choices(sections_of(paper_list))
        context = {"entry": entry, "paper_list": paper_list, "choices": choices}
        return render(request, "catalog/entry_move.html", context)
    form = MoveForm(request.POST)
    if not form.is_valid():
        raise list_editing.EditRefused(_("Say where to."))
    to, target = form.cleaned_data["to"], form.cleaned_data["target"]
    entry = list_editing.move_entry(entry=entry, to=to, target=target, actor=user_or_none(request))
    return _back(slug, moved=entry.pk, by=to)


@require_POST
@editor_required
@refusals_are_said
def entry_remove(request: HttpRequest, slug: str, entry_id: int) -> HttpResponse:
    entry = _entry_or_404(slug, entry_id)
    list_editing.remove_entry(entry=entry, actor=user_or_none(request))
    paper = entry.paper
    messages.info(request, _("“%(title)s” was taken out.") % {"title": paper.short_name or paper.title})
    return _back(slug, page=request.POST.get("page", "1"))


@require_form
@editor_required
def paper_add_to_list(request: HttpRequest, slug: str) -> HttpResponse:
    """From a paper's page: every section of every list to choose from."""
    paper = get_object_or_404(Paper.objects.for_page(), slug=slug)
    form = PlaceForm(_sent(request))
    if form.is_valid():
        paper_list, section = form.cleaned_data["place"]
        try:
            list_editing.add_entry(paper=paper, paper_list=paper_list, section=section, actor=user_or_none(request))
            return redirect(paper)
        except list_editing.EditRefused as refusal:
            form.add_error("place", str(refusal))
    context = {"paper": paper, "form": form, "places": places_of(paper)}
    return render(request, "catalog/paper_add_to_list.html", context, status=422 if form.errors else 200)


def _sent(request: HttpRequest) -> QueryDict | None:
    return request.POST if request.method == "POST" else None


def _section_or_404(slug: str, section_id: int) -> Section:
    return get_object_or_404(
        Section.objects.select_related("paper_list", "parent"), pk=section_id, paper_list__slug=slug
    )


def _entry_or_404(slug: str, entry_id: int) -> Entry:
    entries = Entry.objects.select_related("section__paper_list", "paper")
    return get_object_or_404(entries, pk=entry_id, section__paper_list__slug=slug)


def _back(slug: str, **query: object) -> HttpResponse:
    return HttpResponseRedirect(reverse("catalog:list_edit", args=[slug], query=query))


def _to_section(section: Section) -> HttpResponse:
    return _back(section.paper_list.slug, at_section=section.pk)
