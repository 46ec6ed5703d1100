"""Who changed what, when, and back again."""

from __future__ import annotations

from django import forms
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST, require_safe

from catalog.access import editor_required, may_edit, user_or_none
from catalog.history import steps
from catalog.history.refusals import CannotReturn
from catalog.history.restoring import return_to, undo_change, undo_changeset
from catalog.models import Change, ChangeSet, Paper, PaperList, Topic
from catalog.works.addresses import follow_former_addresses

WHAT_HAPPENED = [("made", _("made")), ("removed", _("removed")), ("changed", _("changed"))]


class ChangesFilterForm(forms.Form):
    """What of the recent changes to show."""

    kind = forms.ChoiceField(required=False, label=_("Step"))
    target = forms.ChoiceField(required=False, label=_("Of"))
    what = forms.ChoiceField(required=False, label=_("What happened"))
    person = forms.ChoiceField(required=False, label=_("By"))

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = [("", _("all")), *ChangeSet.Kind.choices]
        self.fields["target"].choices = [("", _("everything")), *Change.Target.choices]
        self.fields["what"].choices = [("", _("anything")), *WHAT_HAPPENED]
        names = [(name, name) for name in steps.people().values_list("username", flat=True)]
        self.fields["person"].choices = [("", _("everybody")), ("-", _("someone at this machine")), *names]


@require_safe
@follow_former_addresses
def paper_history(request: HttpRequest, slug: str) -> HttpResponse:
    return _history(request, get_object_or_404(Paper.objects.select_related("origin"), slug=slug))


@require_safe
def paper_list_history(request: HttpRequest, slug: str) -> HttpResponse:
    return _history(request, get_object_or_404(PaperList, slug=slug))


@require_safe
def tag_history(request: HttpRequest, slug: str) -> HttpResponse:
    return _history(request, get_object_or_404(Topic.objects.tags(), slug=slug))


@require_safe
def category_history(request: HttpRequest, slug: str) -> HttpResponse:
    return _history(request, get_object_or_404(Topic.objects.categories(), slug=slug))


def _history(request: HttpRequest, row: Paper | PaperList | Topic) -> HttpResponse:
    page = Paginator(steps.changesets_of(row), steps.STEPS_A_PAGE).get_page(request.GET.get("page"))
    context = {
        "row": row,
        "name": row.title if isinstance(row, Paper) else row.name,
        "born": getattr(row, "created_at", None),
        "page": page,
        "steps": steps.steps_of(page, row=row),
    }
    return render(request, "catalog/history.html", context)


@require_safe
def changes(request: HttpRequest) -> HttpResponse:
    form = ChangesFilterForm(request.GET)
    form.is_valid()
    page = Paginator(steps.changesets(**form.cleaned_data), steps.STEPS_A_PAGE).get_page(request.GET.get("page"))
    context = {"form": form, "page": page, "steps": steps.steps_of(page)}
    return render(request, "catalog/changes.html", context)


@require_safe
def changeset(request: HttpRequest, pk: int) -> HttpResponse:
    return _changeset(request, get_object_or_404(ChangeSet, pk=pk))


def _changeset(request: HttpRequest, row: ChangeSet, refusal: str = "") -> HttpResponse:
    page = Paginator(row.changes.order_by("pk"), steps.CHANGES_A_PAGE).get_page(request.GET.get("page"))
    context = {
        "step": steps.Step(row, steps.shown_changes(list(page))),
        "page": page,
        "buttons": ("all" if page.paginator.count > 1 else "return") if may_edit(request) else "",
        "refusal": refusal,
    }
    return render(request, "catalog/changeset.html", context, status=409 if refusal else 200)


@require_POST
@editor_required
def changeset_undo(request: HttpRequest, pk: int) -> HttpResponse:
    row = get_object_or_404(ChangeSet, pk=pk)
    return _returned(request, row, lambda: undo_changeset(changeset=row, actor=user_or_none(request)))


@require_POST
@editor_required
def change_undo(request: HttpRequest, pk: int, change: int) -> HttpResponse:
    row = get_object_or_404(Change.objects.select_related("changeset"), pk=change, changeset=pk)
    return _returned(request, row.changeset, lambda: undo_change(change=row, actor=user_or_none(request)))


@require_POST
@editor_required
def change_return(request: HttpRequest, pk: int, change: int) -> HttpResponse:
    row = get_object_or_404(Change.objects.select_related("changeset"), pk=change, changeset=pk)
    return _returned(request, row.changeset, lambda: return_to(change=row, actor=user_or_none(request)))


def _returned(request: HttpRequest, row: ChangeSet, return_) -> HttpResponse:
    """The new step's page; where it was refused, the old step's, with the reason."""
    try:
        return redirect("catalog:changeset", return_().pk)
    except CannotReturn as refusal:
        return _changeset(request, row, str(refusal))
