"""Import in three steps: give, look, done."""

from __future__ import annotations

from collections.abc import Iterator

from django.conf import settings
from django.db.models import Q
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import urlencode
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from catalog.access import editor_required, user_or_none
from catalog.intake import accepting, mending, previewing, undoing
from catalog.intake import page as import_page
from catalog.intake.forms import ImportForm, ListChoiceForm, MendForm
from catalog.intake.reading import ImportRefused
from catalog.lists.entries import free_slug
from catalog.models import Import, ImportItem

RECENT = 8
_TEMPLATES = {
    Import.State.FAILED: "catalog/import_stopped.html",
    Import.State.CANCELLED: "catalog/import_stopped.html",
    Import.State.PREVIEW: "catalog/import_preview.html",
    Import.State.ACCEPTED: "catalog/import_done.html",
}
_WORKING = "catalog/import_working.html"


@require_http_methods(["GET", "HEAD", "POST"])
@editor_required
def import_new(request: HttpRequest) -> HttpResponse:
    if request.method != "POST":
        return _form_page(request, ImportForm())
    form = ImportForm(request.POST, request.FILES)
    if form.is_valid():
        file, name = form.document()
        try:
            return redirect(
                previewing.create_import(
                    file=file, name=name, format=form.cleaned_data["format"], owner=user_or_none(request)
                )
            )
        except ImportRefused as refusal:
            form.add_error(None, str(refusal))
    return _form_page(request, form, status=413 if form.is_too_large else 422)


def _form_page(request: HttpRequest, form: ImportForm, status: int = 200) -> HttpResponse:
    recent = _visible(request).exclude(format="bundled")[:RECENT]
    context = {"form": form, "limit_bytes": settings.IMPORT_MAX_BYTES, "recent": recent}
    return render(request, "catalog/import.html", context, status=status)


@require_safe
@editor_required
def import_preview(request: HttpRequest, import_id: str) -> HttpResponse:
    """One address for all that an import goes through."""
    return _import_page(request, _visible_or_404(request, import_id))


def _import_page(request: HttpRequest, import_: Import, list_form=None, status: int = 200) -> HttpResponse:
    context = {"import_": import_}
    template = _TEMPLATES.get(import_.state, _WORKING)
    if import_.state in (Import.State.PREVIEW, Import.State.ACCEPTED):
        show, query = request.GET.get("show", ""), request.GET.get("q", "")[:200]
        context |= {
            "counts": import_page.counts_of(import_),
            "pending": accepting.pending_items(import_).count(),
            "page": import_page.page_of(import_, show=show, query=query, number=request.GET.get("page")),
            "show": show,
            "query": query,
            "list_form": list_form or ListChoiceForm(initial=_list_initial(import_)),
        }
    elif import_.state == Import.State.ACCEPTING:
        context["progress"] = import_page.progress_of(import_)
    response = render(request, template, context, status=status)
    response["Cache-Control"] = "no-store"  # it changes while it is read
    return response


def _list_initial(import_: Import) -> dict:
    if import_.paper_list_id:
        return {"where": "here", "paper_list": import_.paper_list_id}
    if import_.new_list:
        return {"where": "new", **import_.new_list}
    names = {"name_en": import_.summary.get("title", ""), "name_zh": import_.summary.get("title_zh", "")}
    return {"where": "none", **names}


@require_POST
@editor_required
def import_accept(request: HttpRequest, import_id: str) -> HttpResponse:
    import_ = _visible_or_404(request, import_id)
    return redirect(accepting.accept_import(import_=import_, actor=user_or_none(request)))


@require_POST
@editor_required
def import_list(request: HttpRequest, import_id: str) -> HttpResponse:
    import_ = _visible_or_404(request, import_id)
    form = ListChoiceForm(request.POST)
    if form.is_valid():
        try:
            accepting.choose_list(import_=import_, **_chosen_list(form.cleaned_data))
            return redirect(import_)
        except ImportRefused as refusal:
            form.add_error("slug", str(refusal))
    return _import_page(request, import_, list_form=form, status=422)


def _chosen_list(cleaned: dict) -> dict:
    if cleaned["where"] == "here":
        return {"paper_list": cleaned["paper_list"]}
    if cleaned["where"] == "none":
        return {}
    slug = cleaned["slug"] or free_slug(cleaned["name_en"])
    return {"new_list": {"slug": slug, "name_en": cleaned["name_en"], "name_zh": cleaned["name_zh"]}}


@require_POST
@editor_required
def import_cancel(request: HttpRequest, import_id: str) -> HttpResponse:
    import_ = _visible_or_404(request, import_id)
    previewing.request_cancel(import_=import_)
    return redirect(import_)


@require_POST
@editor_required
def import_again(request: HttpRequest, import_id: str) -> HttpResponse:
    import_ = _visible_or_404(request, import_id)
    previewing.read_again(import_=import_)
    return redirect(import_)


@require_POST
@editor_required
def import_undo(request: HttpRequest, import_id: str) -> HttpResponse:
    import_ = _visible_or_404(request, import_id)
    return redirect(undoing.undo_import(import_=import_, actor=user_or_none(request)))


@require_POST
@editor_required
def import_decide(request: HttpRequest, import_id: str) -> HttpResponse:
    """All answers of one page: `decision-<number>` is `<decision>:<candidate>`."""
    import_ = _visible_or_404(request, import_id)
    for name, value in request.POST.items():
        number = name.removeprefix("decision-")
        decision, _, chosen = value.partition(":")
        if number != name and number.isdigit() and chosen.isdigit():
            try:
                mending.decide_item(import_=import_, number=int(number), decision=decision, chosen=int(chosen))
            except ImportRefused as refusal:
                return render(request, "catalog/import_refused.html", {"import_": import_, "why": refusal}, status=422)
    return redirect(f"{import_.get_absolute_url()}?{urlencode({'show': 'doubtful'})}")


@require_http_methods(["GET", "HEAD", "POST"])
@editor_required
def import_item(request: HttpRequest, import_id: str, number: int) -> HttpResponse:
    """One entry: a problem's text, to be mended and read again."""
    import_ = _visible_or_404(request, import_id)
    item = get_object_or_404(import_.items.select_related("paper"), number=number)
    form = MendForm(request.POST or None, initial={"text": item.text})
    if request.method == "POST" and form.is_valid():
        try:
            item = mending.mend_item(import_=import_, number=number, text=form.cleaned_data["text"])
            return redirect("catalog:import_item", import_id, item.number)
        except ImportRefused as refusal:
            form.add_error("text", str(refusal))
    context = {"import_": import_, "one": import_page.shown([item])[0], "form": form}
    return render(request, "catalog/import_item.html", context, status=422 if form.errors else 200)


@require_safe
@editor_required
def import_problems(request: HttpRequest, import_id: str) -> HttpResponse:
    """The texts of all problems as a document, to be mended elsewhere and given again."""
    import_ = _visible_or_404(request, import_id)
    suffix = {"bibtex": "bib", "markdown": "md", "csl-json": "json", "ris": "ris"}.get(import_.format, "txt")
    response = StreamingHttpResponse(_problem_texts(import_), content_type="text/plain; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="problems.{suffix}"'
    return response


def _problem_texts(import_: Import) -> Iterator[str]:
    problems = import_.items.filter(verdict=ImportItem.Verdict.PROBLEM).order_by("number")
    for text in problems.values_list("text", flat=True).iterator():
        yield text.strip("\n") + "\n\n"


def _visible(request: HttpRequest):
    """An import belongs to whoever gave it; one that nobody signed is open to all who may edit."""
    return Import.objects.filter(Q(owner=None) | Q(owner=request.user.pk))


def _visible_or_404(request: HttpRequest, import_id: str) -> Import:
    return get_object_or_404(_visible(request).select_related("owner", "accepted_by", "undone_by"), pk=import_id)
