"""Pages of groups: all of them, one, and the buttons on it."""

from __future__ import annotations

from django import forms
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.cache import patch_vary_headers
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_POST, require_safe

from catalog.access import user_or_none, writer_required
from demos import reading
from demos.access import may_stop, refuse_unless_may_stop
from demos.groups import export, page, services
from demos.groups.fields import SeedsField
from demos.models import Group
from workers import registry

GROUPS_A_PAGE = 30


class MoreSeedsForm(forms.Form):
    seeds = SeedsField()


@require_safe
def groups(request: HttpRequest) -> HttpResponse:
    found = Group.objects.for_listing()
    method = request.GET.get("method", "")
    if method in registry.all_specs():
        found = found.filter(method=method)
    shown = Paginator(found, GROUPS_A_PAGE).get_page(request.GET.get("page"))
    rows = [(group, page.what_differs(reading.spec_or_none(group.method), group)) for group in shown]
    context = {"page": shown, "rows": rows, "method": method if method in registry.all_specs() else ""}
    return render(request, "demos/groups/groups.html", context)


@require_safe
def group(request: HttpRequest, group_id) -> HttpResponse:
    shown = get_object_or_404(Group.objects.select_related("owner"), pk=group_id)
    return _page(request, shown)


def _page(request: HttpRequest, shown: Group, *, refused: str = "", seeds: str = "", status: int = 200) -> HttpResponse:
    partial = request.htmx and not request.htmx.history_restore_request
    template = "demos/groups/_live.html" if partial else "demos/groups/group.html"
    context = page.group_context(shown, request.GET) | {"refused": refused}
    context["next_seeds"] = seeds or context["next_seeds"]
    context["may_stop"] = may_stop(request.user, shown)
    response = render(request, template, context, status=status)
    patch_vary_headers(response, ["HX-Request"])
    return response


@require_safe
def group_csv(request: HttpRequest, group_id) -> HttpResponse:
    shown = get_object_or_404(Group, pk=group_id)
    response = HttpResponse(export.as_csv(page.of_group(shown)), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=export.file_name(shown))
    return response


@require_POST
@writer_required
def group_cancel(request: HttpRequest, group_id) -> HttpResponse:
    shown = get_object_or_404(Group, pk=group_id)
    refuse_unless_may_stop(request.user, shown)
    services.cancel_group(group=shown)
    return redirect(shown)


@require_POST
@writer_required
def group_repeat(request: HttpRequest, group_id) -> HttpResponse:
    shown = get_object_or_404(Group, pk=group_id)
    try:
        services.repeat_failed(group=shown, owner=user_or_none(request))
    except services.RunRefused as error:
        return _page(request, shown, refused=str(error), status=422)
    return redirect(shown)


@require_POST
@writer_required
def group_seeds(request: HttpRequest, group_id) -> HttpResponse:
    shown = get_object_or_404(Group, pk=group_id)
    form = MoreSeedsForm(request.POST)
    asked = request.POST.get("seeds", "")
    if not form.is_valid():
        return _page(request, shown, refused=" ".join(form.errors["seeds"]), seeds=asked, status=422)
    try:
        services.add_seeds(group=shown, seeds=form.cleaned_data["seeds"], owner=user_or_none(request))
    except services.RunRefused as error:
        return _page(request, shown, refused=str(error), seeds=asked, status=422)
    return redirect(shown)
