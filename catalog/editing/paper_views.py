"""Pages where editors add, change and remove papers."""

from __future__ import annotations

from django.db.models import Count
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from catalog.access import editor_required, user_or_none
from catalog.editing import papers as editing
from catalog.editing.conflicts import rows_of
from catalog.editing.facts import NAMES, Facts, facts_of, with_facts_of
from catalog.editing.forms import MORE, PaperForm
from catalog.history.removing import remove
from catalog.models import Author, Paper, PaperList, Venue
from catalog.titles import title_key
from catalog.works.addresses import follow_former_addresses
from catalog.works.comparing import compared
from catalog.works.duplicates import Suspects

VENUES_SUGGESTED = 150
AUTHORS_SUGGESTED = 8


@require_http_methods(["GET", "HEAD", "POST"])
@editor_required
def paper_new(request: HttpRequest) -> HttpResponse:
    if request.method != "POST":
        return _page(request, PaperForm(initial={"title": request.GET.get("title", "")[:500]}))
    form = PaperForm(request.POST)
    if MORE in request.POST:
        return _page(request, form.with_a_row_more())
    if form.is_valid() and (paper := _created(request, form)):
        return redirect(paper)
    return _page(request, form, status=422)


def _created(request: HttpRequest, form: PaperForm) -> Paper | None:
    """None where the form has learnt why not."""
    try:
        return editing.create_paper(
            facts=form.facts(),
            new_tags=form.added_tags(),
            is_other_work=form.cleaned_data["is_other_work"],
            actor=user_or_none(request),
            summary=form.cleaned_data["summary"],
        )
    except editing.IdentifierTaken as taken:
        form.add_error(taken.name, _taken_told(taken.paper))
    except editing.TitleTaken as taken:
        form.offers_other_work = True
        form.add_error("title", _taken_told(taken.paper))
    return None


@require_http_methods(["GET", "HEAD", "POST"])
@editor_required
@follow_former_addresses
def paper_edit(request: HttpRequest, slug: str) -> HttpResponse:
    paper = get_object_or_404(Paper.objects.for_page(), slug=slug)
    if request.method != "POST":
        return _page(request, PaperForm.showing(facts_of(paper)), paper)
    form = PaperForm(request.POST)
    if MORE in request.POST:
        return _page(request, form.with_a_row_more(), paper)
    if not form.is_valid():
        return _page(request, form, paper, status=422)
    try:
        _change(request, paper, form)
    except editing.IdentifierTaken as taken:
        form.add_error(taken.name, _taken_told(taken.paper, paper))
        return _page(request, form, paper, status=422)
    except editing.ChangedMeanwhile as changed:
        return _conflict_page(request, paper, form, changed)
    return redirect(paper)


def _change(request: HttpRequest, paper: Paper, form: PaperForm) -> None:
    editing.change_paper(
        paper=paper,
        facts=_chosen(request, form.facts(), facts_of(paper)),
        seen=form.cleaned_data["was"],
        new_tags=form.added_tags(),
        actor=user_or_none(request),
        summary=form.cleaned_data["summary"],
    )


def _chosen(request: HttpRequest, mine: Facts, now: Facts) -> Facts:
    """Mine, save for the facts of which the editor took what stands here: the answer to a conflict."""
    return with_facts_of(mine, now, [name for name in request.POST.getlist("take") if name in NAMES])


def _conflict_page(
    request: HttpRequest, paper: Paper, form: PaperForm, changed: editing.ChangedMeanwhile
) -> HttpResponse:
    """Both edits side by side over a form that holds mine, and all that the others alone changed."""
    conflict = changed.conflict
    again = PaperForm.showing(
        conflict.merged,
        was=conflict.now,
        new_tags=[{"name": tag.name_en, "name_zh": tag.name_zh} for tag in form.added_tags()],
        summary=form.cleaned_data["summary"],
    )
    return _page(request, again, paper, status=409, conflicts=rows_of(conflict, again))


def _page(
    request: HttpRequest, form: PaperForm, paper: Paper | None = None, *, status: int = 200, **more
) -> HttpResponse:
    venues = Venue.objects.annotate(papers_there=Count("papers")).order_by("-papers_there", "name")
    context = {
        "form": form,
        "paper": paper,
        "venue_names": venues.values_list("name", flat=True)[:VENUES_SUGGESTED],
        "faults": form.faults(),
    }
    return render(request, "catalog/paper_edit.html", context | more, status=status)


def _taken_told(holder: Paper, paper: Paper | None = None) -> str:
    """Which paper has it, with what to do about it: two that are here can be merged."""
    name, address = holder.short_name or holder.title, holder.get_absolute_url()
    if paper is None:
        return format_html(_('Another paper has this: <a href="{}">{}</a>'), address, name)
    told = _('Another paper has this: <a href="{}">{}</a>. <a href="{}">Compare the two, and merge them</a>')
    return format_html(told, address, name, reverse("catalog:paper_merge", args=[paper.slug, holder.slug]))


@require_safe
@editor_required
def paper_merge(request: HttpRequest, slug: str, other: str) -> HttpResponse:
    """Any two papers side by side, to be judged as suspected duplicates are."""
    first, second = sorted(get_object_or_404(Paper, slug=one).pk for one in (slug, other))
    if first == second:
        raise Http404
    (pair,) = compared([Suspects(first, second, reason="")])
    return render(request, "catalog/paper_merge.html", {"pair": pair})


@require_http_methods(["GET", "HEAD", "POST"])
@editor_required
def paper_remove(request: HttpRequest, slug: str) -> HttpResponse:
    paper = get_object_or_404(Paper.objects.for_page(), slug=slug)
    if request.method == "POST":
        summary = request.POST.get("summary", "")
        remove(paper, actor=user_or_none(request), summary=summary)
        return redirect("catalog:papers")
    lists = PaperList.objects.filter(sections__entries__paper=paper).distinct()
    return render(request, "catalog/paper_remove.html", {"paper": paper, "lists": lists})


@require_safe
@editor_required
def authors_known(request: HttpRequest) -> HttpResponse:
    """Names that begin like the given one, or hold it: for the editing page's suggestions."""
    key = title_key(request.GET.get("q", ""))[:255]
    found = Author.objects.filter(key__contains=key) if len(key) > 1 else Author.objects.none()
    names = found.annotate(papers_count=Count("papers")).order_by("-papers_count", "name")
    return JsonResponse({"names": list(names.values_list("name", flat=True)[:AUTHORS_SUGGESTED])})
