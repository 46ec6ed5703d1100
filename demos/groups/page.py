"""What a group's page shows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.http import QueryDict
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from demos import formatting, reading
from demos.comparing.asking import MOST
from demos.estimates import Forecast, usual_time
from demos.groups import curves, tables
from demos.groups.fields import GroupFormMixin
from demos.groups.reading import GroupRuns, of_group
from demos.groups.tables import param_label, value_text
from demos.models import Group, Run
from workers.spec import MethodSpec


@dataclass(frozen=True)
class RunRow:
    """A run with its point: label and value of what varies. `superseded`: another one has taken its place.

    `ticked`: whether it is one of those that can be compared by one press.
    """

    run: Run
    values: list[tuple[str, str]]
    superseded: bool = False
    ticked: bool = False


def group_context(group: Group, asked: QueryDict) -> dict:
    found = of_group(group)
    metric = _metric(found, asked.get("metric", ""))
    varied = list(found.grid.varied)
    return {
        "group": group,
        "title": reading.method_title(group.method),
        "found": found,
        "counts": counts(found),
        "seconds_left": seconds_left(found) if found.left else None,
        "common": common(found),
        "varied": [param_label(found.spec, name) for name in varied],
        "metric": metric,
        "metric_label": formatting.metric_label(metric),
        "unit": tables.unit_words(metric, found.unit(metric)),
        "difference_unit": tables.unit_words(metric, found.unit(metric), difference=True),
        "metrics": [(name, formatting.metric_label(name)) for name in found.metrics()],
        "measured": bool(found.metrics()),
        **_numbers(found, metric),
        "run_rows": run_rows(found),
        "unsuccessful": [RunRow(run, _values(found, run)) for run in found.unsuccessful],
        "next_seeds": next_seeds(group),
    }


def _metric(found: GroupRuns, asked: str) -> str:
    """What was asked for where it was measured; else the first, which is the method's quality where that was."""
    metrics = found.metrics()
    usual = found.spec.quality.slug if found.spec else ""
    return asked if asked in metrics else next(iter(metrics), usual)


def _numbers(found: GroupRuns, metric: str) -> dict:
    method = next((slug for slug, _label, kind in found.roles() if kind == "method"), "")
    two = len(found.grid.varied) == 2 and method
    return {
        "heads": tables.heads(found),
        "rows": tables.point_rows(found, metric),
        "columns": _columns(found) if not found.grid.varied else [],
        "role_rows": [] if found.grid.varied else tables.role_rows(found),
        "differences": tables.differences(found, metric),
        "chart": curves.against_parameter(found, metric),
        "steps_chart": curves.over_steps(found, metric),
        "heat": tables.heat_rows(found, metric, method) if two else [],
        "heat_across": _heat_across(found) if two else [],
        "method_label": next((label for slug, label, _kind in found.roles() if slug == method), ""),
    }


def _columns(found: GroupRuns) -> list[tuple[str, str]]:
    """(name, unit) of every metric."""
    return [(formatting.metric_label(name), tables.unit_words(name, found.unit(name))) for name in found.metrics()]


def _heat_across(found: GroupRuns) -> list[str]:
    name = list(found.grid.varied)[1]
    return [value_text(found.spec, name, value) for value in found.grid.varied[name]]


def counts(found: GroupRuns) -> str:
    """7 of 9 runs done · 1 running · 1 waiting · 2 without a result, naming only what there is."""
    words = [_("%(done)d of %(all)d runs done") % {"done": found.ended, "all": found.size}]
    waiting = found.left - found.active
    if found.active:
        words.append(_("%(n)d running") % {"n": found.active})
    if waiting:
        words.append(ngettext("%(n)d waiting", "%(n)d waiting", waiting) % {"n": waiting})
    if found.unsuccessful:
        words.append(_("%(n)d without a result") % {"n": len(found.unsuccessful)})
    return " · ".join(words)


def seconds_left(found: GroupRuns) -> float | None:
    """Until the last run probably ends, by the queue as it is now; None where that cannot be told of every run."""
    forecast = Forecast()
    ends = []
    for run in found.counting:
        if run.state in Run.ACTIVE:
            ends.append(forecast.left_s(run))
        elif run.state == Run.State.QUEUED:
            start, estimate = forecast.starts.get(run.pk), forecast.estimates.get(run.pk)
            ends.append(start + estimate.seconds if start is not None and estimate else None)
    return max(ends) if ends and None not in ends else None


def common(found: GroupRuns) -> list[tuple[str, str]]:
    """Parameters that all runs share, in the spec's order; an old group's may be gone from the spec."""
    names = [param.name for param in found.spec.params] if found.spec else []
    order = {name: place for place, name in enumerate(names)}
    shared = sorted(found.grid.params.items(), key=lambda item: order.get(item[0], len(order)))
    return [(param_label(found.spec, name), value_text(found.spec, name, value)) for name, value in shared]


def run_rows(found: GroupRuns) -> list[RunRow]:
    counting = {run.id for run in found.counting}
    measured = [run.id for run in found.counting if run.state == Run.State.SUCCEEDED]
    ticked = set(measured[:MOST])
    return [RunRow(run, _values(found, run), run.id not in counting, run.id in ticked) for run in found.runs]


def _values(found: GroupRuns, run: Run) -> list[tuple[str, str]]:
    names = found.grid.varied
    return [(param_label(found.spec, name), value_text(found.spec, name, run.params.get(name))) for name in names]


def next_seeds(group: Group) -> str:
    """What the field for more seeds proposes: as many as make five, or one more."""
    first = max(group.seeds, default=-1) + 1
    last = first + max(0, 4 - len(group.seeds))
    return str(first) if first == last else f"{first}-{last}"


# --- before many are started --------------------------------------------------------------------------------------
def confirm_context(form: GroupFormMixin, given: QueryDict) -> dict:
    """What a valid form would start, and its fields once more, hidden, with the word that it is meant so."""
    spec, grid = form.spec, form.cleaned_data["grid"]
    again = [(name, value) for name, values in given.lists() for value in values if name in form.fields and value]
    usual = usual_time(spec, form.cleaned_data["preset"], form.cleaned_data["data"], grid.params | grid.points[0])
    return {
        "spec": spec,
        "runs": grid.size,
        "points": len(grid.points),
        "seeds": listed(grid.seeds),
        "varied": [
            (param_label(spec, name), [value_text(spec, name, value) for value in values])
            for name, values in grid.varied.items()
        ],
        "seconds": usual.seconds * grid.size if usual else None,
        "source": usual.source if usual else "",
        "again": again,
        "back": urlencode(again),
    }


# --- in one line ------------------------------------------------------------------------------------------------
def what_differs(spec: MethodSpec | None, group: Group) -> str:
    """Temperature 1, 2, 4 · seeds 0, 1, 2: for lists."""
    parts = [
        f"{param_label(spec, name)} " + _(", ").join(value_text(spec, name, value) for value in values)
        for name, values in group.varied.items()
    ]
    return " · ".join([*parts, seeds_text(group.seeds)])


def seeds_text(seeds: list[int]) -> str:
    """seed 3; seeds 0-4; seeds 0, 3, 7."""
    return ngettext("seed %(seeds)s", "seeds %(seeds)s", len(seeds)) % {"seeds": listed(seeds)}


def listed(seeds: Sequence[int]) -> str:
    """0–4 where none is missing between, else 0, 3, 7."""
    if len(seeds) > 2 and list(seeds) == list(range(seeds[0], seeds[0] + len(seeds))):
        return f"{seeds[0]}–{seeds[-1]}"
    return ", ".join(map(str, seeds))
