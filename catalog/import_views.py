"""Import in three steps: give, look, done."""

from __future__ import annotations

from django.conf import settings
from django.core.paginator import Paginator
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from catalog import services
from catalog.access import editor_required
from catalog.forms import ImportForm
from catalog.models import Import, Paper

ITEMS_A_PAGE = 40


@require_http_methods(["GET", "HEAD", "POST"])
@editor_required
def import_new(request: HttpRequest) -> HttpResponse:
    if request.method != "POST":
        return _form_page(request, ImportForm())
    form = ImportForm(request.POST, request.FILES)
    if form.is_valid():
        data, name = form.document()
        owner = request.user if request.user.is_authenticated else None
        try:
            return redirect(
                services.create_import(data=data, name=name, format=form.cleaned_data["format"], owner=owner)
            )
        except services.ImportRefused as refusal:
            form.add_error(None, str(refusal))
    return _form_page(request, form, status=413 if form.is_too_large else 422)


def _form_page(request: HttpRequest, form: ImportForm, status: int = 200) -> HttpResponse:
    context = {"form": form, "limit_bytes": settings.IMPORT_MAX_BYTES}
    return render(request, "catalog/import.html", context, status=status)


@require_safe
@editor_required
def import_preview(request: HttpRequest, import_id: str) -> HttpResponse:
    import_ = _visible_or_404(request, import_id)
    if import_.state == Import.State.ACCEPTED:
        return _import_done(request, import_)
    preview = services.preview_import(import_)
    show = request.GET.get("show", "")
    items = [item for item in preview.items if not show or item.verdict == show]
    page = Paginator(items, ITEMS_A_PAGE).get_page(request.GET.get("page"))
    context = {"import_": import_, "counts": preview.counts, "page": page, "show": show}
    context["gaining"] = preview.gaining
    return render(request, "catalog/import_preview.html", context)


def _import_done(request: HttpRequest, import_: Import) -> HttpResponse:
    report = import_.report
    papers = {paper.slug: paper for paper in Paper.objects.filter(slug__in=report["added"][:ITEMS_A_PAGE])}
    added = [papers[slug] for slug in report["added"][:ITEMS_A_PAGE] if slug in papers]
    context = {
        "import_": import_,
        "report": report,
        "added": added,
        "more": len(report["added"]) - len(added),
        "filled": report.get("filled", [])[:ITEMS_A_PAGE],
        "more_filled": len(report.get("filled", [])) - ITEMS_A_PAGE,
        "differences": report.get("differences", [])[:ITEMS_A_PAGE],
        "problems": report["problems"][:ITEMS_A_PAGE],
        "remarks": report.get("remarks", [])[:ITEMS_A_PAGE],
    }
    return render(request, "catalog/import_done.html", context)


@require_POST
@editor_required
def import_accept(request: HttpRequest, import_id: str) -> HttpResponse:
    return redirect(services.accept_import(import_=_visible_or_404(request, import_id)))


def _visible_or_404(request: HttpRequest, import_id: str) -> Import:
    """An import belongs to whoever gave it; one that nobody signed is open to all who may write."""
    own = Q(owner=None) | Q(owner=request.user.pk)
    return get_object_or_404(Import.objects.filter(own), pk=import_id)
