"""A group's runs put in order: which run counts for which point and seed, and what they measured together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from demos import reading, tables
from demos.groups.grid import Grid, Point
from demos.models import Group, Result, Run
from workers import registry
from workers.spec import MethodSpec
from workers.statistics import Summary, paired, summary


@dataclass
class PointRuns:
    """A point of the grid with the run that counts for each seed: the last one started, or the one that succeeded."""

    values: Point
    runs: dict[int, Run] = field(default_factory=dict)

    def take(self, run: Run) -> None:
        """Runs come oldest first."""
        before = self.runs.get(run.seed)
        if before is None or before.state != Run.State.SUCCEEDED:
            self.runs[run.seed] = run

    @cached_property
    def measured(self) -> dict[tuple[str, str], dict[int, Result]]:
        """Results of the runs that succeeded, by role and metric, then by seed."""
        found: dict[tuple[str, str], dict[int, Result]] = {}
        for seed, run in sorted(self.runs.items()):
            for result in run.results.all() if run.state == Run.State.SUCCEEDED else ():
                found.setdefault((result.role, result.metric), {})[seed] = result
        return found

    def by_seed(self, role: str, metric: str) -> dict[int, float]:
        return {seed: result.value for seed, result in self.measured.get((role, metric), {}).items()}

    def summary(self, role: str, metric: str) -> Summary | None:
        """None while nothing was measured."""
        values = self.by_seed(role, metric)
        return summary(list(values.values())) if values else None

    def difference(self, role: str, baseline: str, metric: str) -> Summary | None:
        """The role's value less the baseline's, seed by seed; None where no seed has both."""
        return paired(self.by_seed(role, metric), self.by_seed(baseline, metric))


@dataclass
class GroupRuns:
    """A group with all of its runs, read once."""

    group: Group
    spec: MethodSpec | None
    runs: list[Run]  # oldest first, superseded ones among them

    @cached_property
    def grid(self) -> Grid:
        """Parameters in the spec's order: a database may give a JSON object's names back in its own."""
        names = [param.name for param in self.spec.params] if self.spec else []
        ordered = sorted(self.group.varied, key=lambda name: names.index(name) if name in names else len(names))
        return Grid(self.group.seeds, self.group.params, {name: self.group.varied[name] for name in ordered})

    @cached_property
    def points(self) -> list[PointRuns]:
        names = list(self.grid.varied)
        found = {_key(point, names): PointRuns(point) for point in self.grid.points}
        for run in self.runs:
            if point := found.get(_key(run.params, names)):
                point.take(run)
        return list(found.values())

    @cached_property
    def counting(self) -> list[Run]:
        """One run a point and seed, in the order they were started; what another run took the place of is left out."""
        taken = {run.id for point in self.points for run in point.runs.values()}
        return [run for run in self.runs if run.id in taken]

    @property
    def size(self) -> int:
        return self.grid.size

    @property
    def ended(self) -> int:
        return sum(run.has_ended for run in self.counting)

    @property
    def active(self) -> int:
        return sum(run.state in Run.ACTIVE for run in self.counting)

    @property
    def left(self) -> int:
        """Runs that wait or work."""
        return sum(not run.has_ended for run in self.counting)

    @property
    def succeeded(self) -> int:
        return sum(run.state == Run.State.SUCCEEDED for run in self.counting)

    @property
    def unsuccessful(self) -> list[Run]:
        """Ended without a result, and nothing has taken their place yet."""
        return [run for run in self.counting if run.has_ended and run.state != Run.State.SUCCEEDED]

    @property
    def progress(self) -> float:
        """Share of the work that is done, 0 to 1: a run counts as whole once it has ended."""
        return self.ended / self.size if self.size else 1.0

    def roles(self) -> list[tuple[str, str, str]]:
        """(slug, label, kind) of what was measured, in the spec's order."""
        return tables.roles_of(self.spec, (role for point in self.points for role, _metric in point.measured))

    def metrics(self) -> list[str]:
        present = (metric for point in self.points for _role, metric in point.measured)
        return registry.metrics_in_order(present, self.spec)

    def unit(self, metric: str) -> str:
        """What the runs said the metric is measured in, "" where none has measured it."""
        found = (values for point in self.points for (_role, name), values in point.measured.items() if name == metric)
        return next((result.unit for values in found for result in values.values()), "")


def _key(values: dict[str, Any], names: Sequence[str]) -> tuple:
    return tuple(values.get(name) for name in names)


def of_group(group: Group) -> GroupRuns:
    """Two queries: the runs, their results."""
    runs = group.runs.select_related("owner").prefetch_related("results").order_by("created_at", "id")
    return GroupRuns(group, reading.spec_or_none(group.method), list(runs))
