"""Suspected duplicates, side by side, and what editors said of them."""

from __future__ import annotations

from django import forms
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST, require_safe

from catalog.access import editor_required, user_or_none
from catalog.models import ChangeSet, Paper, Verdict
from catalog.works import duplicates
from catalog.works.addresses import current_slug
from catalog.works.comparing import compared

PAIRS_A_PAGE = 10
VERDICTS_A_PAGE = 40


class PairForm(forms.Form):
    """Two papers by their addresses, as copied from a browser or the last part alone."""

    first = forms.CharField(label=_("One paper's address"), max_length=300)
    second = forms.CharField(label=_("The other's"), max_length=300)

    def clean_first(self) -> Paper:
        return self._paper("first")

    def clean_second(self) -> Paper:
        return self._paper("second")

    def _paper(self, name: str) -> Paper:
        slug = self.cleaned_data[name].partition("?")[0].strip().rstrip("/").rpartition("/")[2]
        paper = Paper.objects.filter(slug__in=[slug, current_slug(slug) or slug]).first()
        if paper is None:
            raise forms.ValidationError(_("No paper has this address."))
        return paper

    def clean(self) -> dict:
        values = super().clean()
        if "first" in values and values.get("first") == values.get("second"):
            raise forms.ValidationError(_("These are one paper already."))
        return values

    def papers(self) -> list[Paper]:
        return [self.cleaned_data["first"], self.cleaned_data["second"]]


@require_safe
def duplicate_list(request: HttpRequest) -> HttpResponse:
    page = Paginator(duplicates.suspects(), PAIRS_A_PAGE).get_page(request.GET.get("page"))
    judged = {"verdicts": Verdict.objects.count(), "merges": ChangeSet.objects.filter(kind="merge").count()}
    return render(request, "catalog/duplicates.html", {"page": page, "pairs": compared(page), "judged": judged})


@require_safe
def duplicate_pair(request: HttpRequest) -> HttpResponse:
    """Any two papers side by side, for those who know more than the rules do."""
    form = PairForm(request.GET or None)
    papers = form.papers() if form.is_valid() else []
    pairs = compared([duplicates.suspects_of(*papers)]) if papers else []
    status = 422 if form.is_bound and not pairs else 200
    return render(request, "catalog/duplicate_pair.html", {"form": form, "pairs": pairs}, status=status)


@require_safe
def duplicates_judged(request: HttpRequest) -> HttpResponse:
    verdicts = Verdict.objects.select_related("first", "second", "actor").order_by("-created_at", "-pk")
    page = Paginator(verdicts, VERDICTS_A_PAGE).get_page(request.GET.get("page"))
    return render(request, "catalog/duplicates_judged.html", {"page": page})


@require_POST
@editor_required
def duplicate_judge(request: HttpRequest, first: int, second: int) -> HttpResponse:
    """`verdict`: versions, different, or "same" with the id of the paper whose page is kept."""
    if first == second:
        raise Http404
    papers = [get_object_or_404(Paper, pk=pk) for pk in (first, second)]
    verdict, _colon, kept = request.POST.get("verdict", "").partition(":")
    if verdict == "same" and kept in (str(first), str(second)):
        kept, other = papers if kept == str(first) else reversed(papers)
        return redirect(duplicates.judge_same(kept=kept, other=other, actor=user_or_none(request)))
    if verdict in Verdict.Kind.values:
        duplicates.judge(first=papers[0], second=papers[1], kind=verdict, actor=user_or_none(request))
    return redirect("catalog:duplicates")


@require_POST
@editor_required
def duplicate_ask_again(request: HttpRequest, pk: int) -> HttpResponse:
    duplicates.ask_again(verdict=get_object_or_404(Verdict, pk=pk))
    return redirect("catalog:duplicates_judged")
