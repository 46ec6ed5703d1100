"""Suspected duplicates, side by side, and what editors said of them."""

from __future__ import annotations

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from catalog import duplicates
from catalog.access import editor_required, user_or_none
from catalog.comparing import compared
from catalog.models import ChangeSet, Paper, Verdict

PAIRS_A_PAGE = 10
VERDICTS_A_PAGE = 40


@require_safe
def duplicate_list(request: HttpRequest) -> HttpResponse:
    page = Paginator(duplicates.suspects(), PAIRS_A_PAGE).get_page(request.GET.get("page"))
    judged = {"verdicts": Verdict.objects.count(), "merges": ChangeSet.objects.filter(kind="merge").count()}
    return render(request, "catalog/duplicates.html", {"page": page, "pairs": compared(page), "judged": judged})


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
