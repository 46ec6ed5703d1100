"""Results as tables: roles in the spec's order down, metrics across, differences to the baseline beside the method."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from itertools import compress
from typing import Literal

from django.utils.translation import gettext as _

from demos import formatting
from demos.models import Result
from demos.seeds import OverSeeds
from workers import registry
from workers.metrics import SIZE
from workers.spec import MethodSpec

# Which table a column stands in, by its unit: what a network takes, and what its training read. The rest is quality.
PARTS = dict.fromkeys(("parameters", "bytes", "bits", "FLOP", "ms", "examples/s", "s"), "cost")
PARTS |= dict.fromkeys(("steps", "texts"), "training")


@dataclass(frozen=True)
class Column:
    metric: str
    label: str
    unit: str
    part: Literal["quality", "cost", "training"]
    is_compared: bool = False  # the method's numbers with the baseline's


@dataclass(frozen=True)
class Cell:
    """`bar`: the value's share of the column's largest, or of 1 where it has a bound. `verdict`: better or worse.

    `spread` and `difference_spread`: mean and deviation over seeds, "" where there is one seed or nothing to see.
    """

    text: str
    bar: float
    difference: str = ""
    verdict: str = ""
    spread: str = ""
    difference_spread: str = ""


@dataclass(frozen=True)
class Row:
    role: str
    label: str
    kind: str
    cells: list[Cell | None]


@dataclass(frozen=True)
class ResultsTable:
    columns: list[Column]
    rows: list[Row]
    baseline: str
    seeds: int = 0  # how many there are of this configuration, where that is more than one

    @property
    def is_in_points(self) -> bool:
        """All differences are of shares."""
        return all(column.unit == "%" for column in self.columns if column.is_compared)

    @property
    def parts(self) -> list[ResultsTable]:
        """What networks can do, what they take, what training read: in one table they would run out of every page."""
        wanted = ([column.part == part for column in self.columns] for part in ("quality", "cost", "training"))
        return [self._part(chosen) for chosen in wanted if any(chosen)]

    @property
    def title(self) -> str:
        """Of a part."""
        titles = {"quality": _("Quality"), "cost": _("Size and speed"), "training": _("What training read")}
        return titles[self.columns[0].part]

    def _part(self, chosen: list[bool]) -> ResultsTable:
        """Without rows that have nothing in these columns."""
        rows = [replace(row, cells=list(compress(row.cells, chosen))) for row in self.rows]
        return replace(self, columns=list(compress(self.columns, chosen)), rows=[row for row in rows if any(row.cells)])


def roles_of(spec: MethodSpec | None, present: Iterable[str]) -> list[tuple[str, str, str]]:
    """(slug, label, kind): the spec's order, then whatever a run reported that the spec does not name."""
    known = [(role.slug, formatting.local(role.label), role.kind) for role in spec.roles] if spec else []
    named = {slug for slug, *_rest in known}
    present = list(dict.fromkeys(present))
    return [role for role in known if role[0] in present] + [(slug, slug, "") for slug in present if slug not in named]


def results_table(
    spec: MethodSpec | None, results: Iterable[Result], seeds: OverSeeds | None = None
) -> ResultsTable | None:
    """None while nothing was measured. `seeds`: what runs of the same configuration measured."""
    values = {(result.role, result.metric): result for result in results}
    if not values:
        return None
    roles = roles_of(spec, (role for role, _metric in values))
    metrics = registry.metrics_in_order((metric for _role, metric in values), spec)
    baseline = next((slug for slug, _label, kind in roles if kind == "baseline"), "")
    columns = [_column(metric, values, spec) for metric in metrics]
    rows = []
    for slug, label, kind in roles:
        than = baseline if kind == "method" else ""
        cells = [_over_seeds(_cell(slug, column, than, values), slug, column, than, seeds) for column in columns]
        rows.append(Row(slug, label, kind, cells))
    name = next((label for slug, label, _kind in roles if slug == baseline), "")
    return ResultsTable(columns, rows, name, seeds.seeds if seeds and seeds.seeds > 1 else 0)


def _column(metric: str, values: dict[tuple[str, str], Result], spec: MethodSpec | None) -> Column:
    said = next(result.unit for (_role, name), result in values.items() if name == metric)
    unit = formatting.unit_of(metric, said)
    is_compared = unit == "share" or (spec is not None and any(own.slug == metric for own in spec.metrics))
    printed = formatting.quantity(metric, 0, said).unit
    return Column(metric, formatting.metric_label(metric), printed, PARTS.get(unit, "quality"), is_compared)


def _cell(role: str, column: Column, than: str, values: dict[tuple[str, str], Result]) -> Cell | None:
    result = values.get((role, column.metric))
    if result is None:
        return None
    is_bounded = formatting.unit_of(column.metric, result.unit) in formatting.BOUNDS
    others = (abs(other.value) for (_role, name), other in values.items() if name == column.metric)
    largest = 1.0 if is_bounded else max(others)
    bar = round(min(100.0, 100 * abs(result.value) / largest), 1) if largest else 0.0
    text = formatting.quantity(column.metric, result.value, result.unit).number
    base = values.get((than, column.metric))
    if not (column.is_compared and base):
        return Cell(text, bar)
    difference = result.value - base.value
    printed = formatting.signed(column.metric, difference, result.unit)
    return Cell(text, bar, printed, verdict(column.metric, difference))


def _over_seeds(cell: Cell | None, role: str, column: Column, than: str, seeds: OverSeeds | None) -> Cell | None:
    """The cell with its spread, where there is one."""
    metric = column.metric
    found = seeds.of(role, metric) if cell and seeds else None
    if found is None:
        return cell
    if formatting.spread_shows(metric, found):
        cell = replace(cell, spread=formatting.spread_number(metric, found))
    difference = seeds.difference(role, than, metric) if cell.difference else None
    return replace(cell, difference_spread=formatting.signed_spread(metric, difference)) if difference else cell


def verdict(metric: str, difference: float) -> str:
    """Better, worse, or "" where there is none, or neither way is better."""
    gain = registry.metric(metric).sign * difference
    return "better" if gain > 0 else "worse" if gain < 0 else ""


@dataclass(frozen=True)
class Measured:
    """One role's quality with what it costs, for a line or a list. `metric` is the quality's name for people."""

    label: str
    kind: str
    metric: str
    quality: str
    size: str


def measured_by_kind(spec: MethodSpec | None, results: Iterable[Result]) -> dict[str, Measured]:
    """The method's, the first baseline's and the teacher's quality, where measured; of a method that is gone none."""
    values = {(result.role, result.metric): result for result in results}
    metric = spec.quality.slug if spec else ""
    found: dict[str, Measured] = {}
    for role, label, kind in roles_of(spec, (role for role, _metric in values)):
        if (role, metric) in values and kind:
            found.setdefault(kind, _measured(role, label, kind, metric, values))
    return found


def _measured(role: str, label: str, kind: str, metric: str, values: dict[tuple[str, str], Result]) -> Measured:
    quality = values[role, metric]
    size = next((values[role, name] for name in SIZE if (role, name) in values), None)
    return Measured(
        label,
        kind,
        formatting.metric_label(metric),
        str(formatting.quantity(metric, quality.value, quality.unit)),
        str(formatting.quantity(size.metric, size.value, size.unit)) if size else "",
    )


def one_line(spec: MethodSpec | None, results: Iterable[Result]) -> str:
    """method 81.0 %, baseline 70.1 %, teacher 82.3 %: a run in a line, "" while nothing was measured."""
    words = {"method": _("method"), "baseline": _("baseline"), "teacher": _("teacher")}
    found = measured_by_kind(spec, results)
    return _(", ").join(f"{word} {found[kind].quality}" for kind, word in words.items() if kind in found)
