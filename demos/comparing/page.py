"""/compare/: the page, and its table as CSV."""

from __future__ import annotations

import csv
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from demos.comparing.asking import Asked, NotComparable, asked_for
from demos.comparing.reading import Comparison
from demos.comparing.repeats import repetition_among
from demos.models import Run
from demos.reading import spec_or_none


def address_of(runs: list[Run], **others: str) -> str:
    """The first run is the baseline."""
    query = urlencode({"runs": ",".join(str(run.id) for run in runs)} | others, safe=",")
    return f"{reverse('demos:compare')}?{query}"


@require_safe
def compare(request: HttpRequest) -> HttpResponse:
    asked = asked_for(request.GET)
    try:
        asked.check()
    except NotComparable as error:
        status = 200 if asked.is_unfinished else 422
        shown = {"asked": asked, "refusal": error, "runs": [*asked.runs, *asked.offered], "ticked": asked.runs}
        return render(request, "demos/comparing/choose.html", shown, status=status)
    return render(request, "demos/comparing/compare.html", _context(asked, request))


def _context(asked: Asked, request: HttpRequest) -> dict:
    comparison = Comparison(asked.runs)
    shows_all = "all" in request.GET
    curves = comparison.curve_names()
    chosen = request.GET.get("curve", "")
    chosen = chosen if chosen in curves else _first_curve(comparison, curves)
    return {
        "comparison": comparison,
        "columns": _columns(comparison),
        "shows_all": shows_all,
        "others_url": address_of(asked.runs) if shows_all else address_of(asked.runs, all="1"),
        "params": [line for line in [*comparison.asked, *comparison.params] if shows_all or line.differs],
        "surroundings": [line for line in comparison.surroundings if shows_all or line.differs],
        "repetition": repetition_among(comparison),
        "curves": curves,
        "curve": chosen,
        "chart": comparison.curve(chosen) if chosen else None,
        "asked_query": ",".join(str(run.id) for run in asked.runs),
        "csv_url": address_of(asked.runs).replace(reverse("demos:compare"), reverse("demos:compare_csv"), 1),
    }


def _columns(comparison: Comparison) -> list[dict]:
    """A run a column, with the addresses that pin it as the baseline or take it out."""
    runs = list(comparison.runs)
    return [
        {
            "run": run,
            "name": comparison.names[place],
            "pin_url": address_of([run, *(other for other in runs if other != run)]) if place else "",
            "drop_url": address_of([other for other in runs if other != run]) if len(runs) > 2 else "",
        }
        for place, run in enumerate(runs)
    ]


def _first_curve(comparison: Comparison, curves: list[str]) -> str:
    """The quality of what the method made, if that was followed."""
    spec = spec_or_none(comparison.baseline.method)
    own = [role.slug for role in spec.roles if role.kind == "method"] if spec else []
    quality = f"/dev_{spec.quality.slug}" if spec else ""

    def rank(name: str) -> tuple[bool, ...]:
        return name.partition("/")[0] not in own, not name.endswith(quality), "/dev_" not in name

    return min(curves, key=rank, default="")


@require_safe
def compare_csv(request: HttpRequest) -> HttpResponse:
    """Role, metric, unit, and a column a run; values as they were stored."""
    asked = asked_for(request.GET)
    try:
        asked.check()
    except NotComparable as error:
        return HttpResponse(f"{error}\n", status=422, content_type="text/plain; charset=utf-8")
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="comparison.csv"'
    table = csv.writer(response)
    table.writerow(["role", "metric", "unit", *(str(run.id) for run in asked.runs)])
    for line in Comparison(asked.runs).results:
        table.writerow([line.role, line.metric, line.stored_unit, *("" if v is None else v for v in line.values)])
    return response
