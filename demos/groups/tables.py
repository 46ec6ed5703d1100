"""A group's numbers as tables: a row a point, a column a role; differences to each baseline, paired by seed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from demos import formatting, tables
from demos.forms import printed_value
from demos.groups.reading import GroupRuns, PointRuns
from workers import registry
from workers.spec import MethodSpec
from workers.statistics import SEEDS_FOR_A_CLAIM, Summary

MINUS = "\u2212"
SHADES = 5  # of a heat map, told apart in both themes


@dataclass(frozen=True)
class Cell:
    """`text`: mean ± deviation; `interval`: the 95 % interval of the mean, "" for one seed."""

    text: str
    interval: str
    seeds: int

    @property
    def seeds_text(self) -> str:
        return ngettext("%(n)d seed", "%(n)d seeds", self.seeds) % {"n": self.seeds}


@dataclass(frozen=True)
class Head:
    label: str
    kind: str


@dataclass(frozen=True)
class PointRow:
    """One point by a metric. `values`: the words of what varies, one a varied parameter."""

    values: list[str]
    cells: list[Cell | None]


@dataclass(frozen=True)
class RoleRow:
    """One role by every metric."""

    label: str
    kind: str
    cells: list[Cell | None]


@dataclass(frozen=True)
class Difference:
    """The method's value less a baseline's. `verdict`: holds, noise or few."""

    values: list[str]
    baseline: str
    cell: Cell
    verdict: str
    words: str


@dataclass(frozen=True)
class HeatCell:
    """`shade`: 1, the lowest, to SHADES; 0 where nothing was measured."""

    cell: Cell | None
    shade: int
    best: bool


def param_label(spec: MethodSpec | None, name: str) -> str:
    param = next((param for param in spec.params if param.name == name), None) if spec else None
    return formatting.local(param.label) if param else name


def value_text(spec: MethodSpec | None, name: str, value: object) -> str:
    param = next((param for param in spec.params if param.name == name), None) if spec else None
    return printed_value(param, value) if param else str(value)


def values_of(found: GroupRuns, point: PointRuns) -> list[str]:
    return [value_text(found.spec, name, value) for name, value in point.values.items()]


def _cell(metric: str, summed: Summary | None, unit: str, *, difference: bool = False) -> Cell | None:
    if summed is None:
        return None
    number = _difference_number if difference else _number
    text = number(metric, summed.mean, unit)
    if summed.deviation is None:
        return Cell(text, "", summed.n)
    text = f"{text} ± {_number(metric, summed.deviation, unit)}"
    if not difference:
        return Cell(text, formatting.interval(metric, summed, unit), summed.n)
    low, high = (_difference_number(metric, end, unit) for end in (summed.low, summed.high))
    return Cell(text, _("%(low)s to %(high)s") % {"low": low, "high": high}, summed.n)


def _number(metric: str, value: float, unit: str) -> str:
    return formatting.quantity(metric, value, unit).number.replace("-", MINUS)


def _difference_number(metric: str, value: float, unit: str) -> str:
    return f"{'+' if value >= 0 else ''}{_number(metric, value, unit)}"


def unit_words(metric: str, unit: str, *, difference: bool = False) -> str:
    """What a column's numbers are in; a difference of two shares is in points, not in per cent."""
    if difference and formatting.unit_of(metric, unit) == "share":
        return _("points")
    return formatting.quantity(metric, 0, unit).unit


# --- a row a point ----------------------------------------------------------------------------------------------
def heads(found: GroupRuns) -> list[Head]:
    return [Head(label, kind) for _slug, label, kind in found.roles()]


def point_rows(found: GroupRuns, metric: str) -> list[PointRow]:
    unit, roles = found.unit(metric), found.roles()
    return [
        PointRow(values_of(found, point), [_cell(metric, point.summary(slug, metric), unit) for slug, *_rest in roles])
        for point in found.points
    ]


# --- one point, every metric ------------------------------------------------------------------------------------
def role_rows(found: GroupRuns) -> list[RoleRow]:
    point, metrics = found.points[0], found.metrics()
    return [
        RoleRow(label, kind, [_cell(metric, point.summary(slug, metric), found.unit(metric)) for metric in metrics])
        for slug, label, kind in found.roles()
    ]


# --- method against baselines -----------------------------------------------------------------------------------
def differences(found: GroupRuns, metric: str) -> list[Difference]:
    roles = found.roles()
    methods = [role for role in roles if role[2] == "method"]
    baselines = [role for role in roles if role[2] == "baseline"]
    rows = []
    for point in found.points:
        for method, *_method in methods[:1]:
            for baseline, label, _kind in baselines:
                summed = point.difference(method, baseline, metric)
                if summed:
                    rows.append(_difference(values_of(found, point), label, metric, summed, found.unit(metric)))
    return rows


def _difference(values: list[str], baseline: str, metric: str, summed: Summary, unit: str) -> Difference:
    cell = _cell(metric, summed, unit, difference=True)
    return Difference(values, baseline, cell, *judged(metric, summed))


def judged(metric: str, summed: Summary) -> tuple[str, str]:
    """An order is claimed from three seeds on, and where the interval of the paired difference leaves out zero."""
    if summed.n < SEEDS_FOR_A_CLAIM:
        return "few", _("fewer than %(n)d seeds: not claimed") % {"n": SEEDS_FOR_A_CLAIM}
    if summed.low <= 0 <= summed.high:
        return "noise", _("inside the noise")
    found = tables.verdict(metric, summed.mean)
    if not found:
        return "holds", _("ordering holds: higher") if summed.mean > 0 else _("ordering holds: lower")
    return "holds", _("ordering holds: better") if found == "better" else _("ordering holds: worse")


# --- two varied parameters --------------------------------------------------------------------------------------
def heat_rows(found: GroupRuns, metric: str, role: str) -> list[tuple[str, list[HeatCell]]]:
    """The first parameter down, the second across; shaded from the lowest mean to the highest."""
    (down, downs), (_across, acrosses) = found.grid.varied.items()
    unit = found.unit(metric)
    summaries = [point.summary(role, metric) for point in found.points]
    means = [summed.mean for summed in summaries if summed]
    best = _best(metric, means)
    cells = [
        HeatCell(_cell(metric, summed, unit), _shade(summed, means), summed is not None and summed.mean == best)
        for summed in summaries
    ]
    width = len(acrosses)
    return [(value_text(found.spec, down, value), cells[i * width : (i + 1) * width]) for i, value in enumerate(downs)]


def _best(metric: str, means: Sequence[float]) -> float | None:
    sign = registry.metric(metric).sign
    return max(means, key=lambda mean: sign * mean) if sign and len(set(means)) > 1 else None


def _shade(summed: Summary | None, means: Sequence[float]) -> int:
    if summed is None:
        return 0
    low, high = min(means), max(means)
    return 1 + round((SHADES - 1) * (summed.mean - low) / (high - low)) if high > low else 1
