"""A group's curves: a metric against the parameter that was varied, and a metric over the steps of training."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.utils.translation import gettext as _

from demos import charts, formatting
from demos.charts import Chart, Series
from demos.curves import looks_of
from demos.groups import tables
from demos.groups.reading import GroupRuns, PointRuns
from demos.models import Event, Run
from workers.statistics import summary

# From what is stored to what formatting.quantity prints.
SCALES = {"share": 100, "points": 100, "parameters": 1e-6, "bytes": 1e-6}


# --- against the parameter ----------------------------------------------------------------------------------------
def against_parameter(found: GroupRuns, metric: str) -> Chart | None:
    """A line a role, bars for the 95 % interval of the mean.

    None unless one parameter varies, in numbers, and something was measured at two of its values.
    """
    names = list(found.grid.varied)
    if len(names) != 1 or not all(_is_number(value) for value in found.grid.varied[names[0]]):
        return None
    points = sorted(found.points, key=lambda point: point.values[names[0]])
    looks = {slug: look for slug, _label, look in looks_of(found.spec)}
    lines = [
        _line(points, names[0], slug, label, looks.get(slug, "baseline-1"), metric, found.unit(metric))
        for slug, label, _kind in found.roles()
    ]
    lines = [line for line in lines if len(line.points) > 1]
    label = tables.param_label(found.spec, names[0])
    return charts.line_chart("against", formatting.metric_label(metric), label, _y_label(found, metric), lines)


def _scale(found: GroupRuns, metric: str) -> float:
    return SCALES.get(formatting.unit_of(metric, found.unit(metric)), 1)


def _y_label(found: GroupRuns, metric: str) -> str:
    unit = tables.unit_words(metric, found.unit(metric))
    return f"{formatting.metric_label(metric)} ({unit})" if unit else formatting.metric_label(metric)


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _line(points: list[PointRuns], name: str, role: str, label: str, look: str, metric: str, unit: str) -> Series:
    scale = SCALES.get(formatting.unit_of(metric, unit), 1)
    summed = [(point.values[name], found) for point in points if (found := point.summary(role, metric))]
    ends = ((x, formatting.interval_ends(metric, found, unit)) for x, found in summed)
    bars = {x: (scale * both[0], scale * both[1]) for x, both in ends if both}
    return Series(label, [(x, scale * found.mean) for x, found in summed], look, bars=bars)


# --- over the steps -----------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Followed:
    """What one line is of: a scalar of some runs that differ in the seed."""

    label: str
    look: str
    name: str
    runs: Sequence[UUID]


def over_steps(found: GroupRuns, metric: str) -> Chart | None:
    """The mean over seeds at the steps that all of them have, and a band of one sample standard deviation about it.

    A line a role; where parameters vary, one a point, of what the method made. None where the runs did not follow the
    metric while they trained, or where there are more points than a chart can tell apart. One query.
    """
    lines = _of_points(found, metric) if found.grid.varied else _of_roles(found, metric)
    if len(lines) > len(charts.LOOKS):
        return None
    runs = {run for line in lines for run in line.runs}
    said = Event.objects.filter(run__in=runs, kind="scalar", body__name__in={line.name for line in lines})
    curves: dict[tuple[UUID, str], dict[float, float]] = defaultdict(dict)
    for run, body in said.order_by("run", "seq").values_list("run", "body"):
        curves[run, body["name"]][body["step"]] = _scale(found, metric) * body["value"]
    series = [_over_seeds(line, [curves[run, line.name] for run in line.runs]) for line in lines]
    return charts.line_chart("over-steps", formatting.metric_label(metric), _("step"), _y_label(found, metric), series)


def _of_roles(found: GroupRuns, metric: str) -> list[Followed]:
    runs = _succeeded(found.points[0])
    return [Followed(label, look, f"{role}/dev_{metric}", runs) for role, label, look in looks_of(found.spec)]


def _of_points(found: GroupRuns, metric: str) -> list[Followed]:
    method = next((slug for slug, _label, kind in found.roles() if kind == "method"), "")
    names = [tables.param_label(found.spec, name) for name in found.grid.varied]
    labels = [
        _(", ").join(f"{name} {value}" for name, value in zip(names, tables.values_of(found, point), strict=True))
        for point in found.points
    ]
    return [
        Followed(label, charts.LOOKS[place % len(charts.LOOKS)], f"{method}/dev_{metric}", _succeeded(point))
        for place, (label, point) in enumerate(zip(labels, found.points, strict=True))
    ]


def _succeeded(point: PointRuns) -> list[UUID]:
    return [run.pk for run in point.runs.values() if run.state == Run.State.SUCCEEDED]


def _over_seeds(line: Followed, curves: Sequence[dict[float, float]]) -> Series:
    steps = sorted(set.intersection(*map(set, curves))) if curves else []
    summed = {step: summary([curve[step] for curve in curves]) for step in steps}
    points = [(step, at.mean) for step, at in summed.items()]
    if len(curves) < 2:
        return Series(line.label, points, line.look)
    band = {step: (at.mean - at.deviation, at.mean + at.deviation) for step, at in summed.items()}
    return Series(line.label, points, line.look, band=band)
