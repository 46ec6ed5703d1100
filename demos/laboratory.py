"""The home page's laboratory: what is at work, what was measured lately, and the run that one press starts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from demos import formatting, reading, tables
from demos.costs import Costs, Estimate, set_up
from demos.estimates import Forecast, device_classes
from demos.forms import DEFAULT_PRESET
from demos.models import Run
from demos.queue_page import Queue, queue_now
from workers import registry
from workers.spec import MethodSpec, Preset
from workers.statistics import summary

LATELY = 5  # experiments
SEEDS = 20  # runs of one experiment that are looked at


@dataclass(frozen=True)
class Measured:
    """Runs that differ in nothing but the seed, as one line: the latest of them, and what they measured together."""

    run: Run
    line: str
    seeds: str


@dataclass(frozen=True)
class OneNow:
    """What "Run one now" starts: the first method by a preset that some worker takes."""

    spec: MethodSpec
    preset: Preset
    estimate: Estimate | None


@dataclass(frozen=True)
class Laboratory:
    queue: Queue
    measured: list[Measured]


def laboratory(user: Any = None, forecast: Forecast | None = None) -> Laboratory:
    """A fixed number of queries."""
    return Laboratory(queue_now(user, forecast), measured_lately())


def measured_lately(count: int = LATELY) -> list[Measured]:
    """The experiments whose last run succeeded latest. Three queries."""
    latest = Run.objects.latest_configurations(count)
    runs: dict[str, list[Run]] = defaultdict(list)
    for run in Run.objects.latest_of_configurations_with_results(latest, SEEDS):
        runs[run.configuration].append(run)
    return [_measured(runs[configuration]) for configuration in latest]


def _measured(runs: Sequence[Run]) -> Measured:
    """Of a seed that ran twice the later run counts. `runs`: newest first."""
    by_seed = {run.seed: run for run in reversed(runs)}
    newest = runs[0]
    seeds = ngettext("seed %(seed)d", "%(count)d seeds", len(by_seed)) % {"seed": newest.seed, "count": len(by_seed)}
    return Measured(newest, line_over_seeds(reading.spec_or_none(newest.method), list(by_seed.values())), seeds)


def line_over_seeds(spec: MethodSpec | None, runs: Sequence[Run]) -> str:
    """Method 81.0 ± 0.3 %, baseline 70.1 ± 1.1 %, teacher 82.3 ± 0.2 %; "" where no quality was measured."""
    values: dict[tuple[str, str], list[float]] = defaultdict(list)
    for run in runs:
        for result in run.results.all():
            values[result.role, result.metric].append(result.value)
    metric = spec.quality.slug if spec else ""
    of_kind: dict[str, str] = {}
    for role, _label, kind in tables.roles_of(spec, (role for role, name in values if name == metric)):
        of_kind.setdefault(kind, role)
    words = {"method": _("method"), "baseline": _("baseline"), "teacher": _("teacher")}
    told = {kind: _spread(metric, values[of_kind[kind], metric]) for kind in words if kind in of_kind}
    return _(", ").join(f"{words[kind]} {number}" for kind, number in told.items())


def _spread(metric: str, values: list[float]) -> str:
    unit = formatting.quantity(metric, 0).unit
    return str(formatting.Quantity(formatting.spread_number(metric, summary(values)), unit))


def one_now(forecast: Forecast) -> OneNow | None:
    """None where there is no method, or no worker takes what any preset of it needs."""
    spec = next(iter(registry.all_specs().values()), None)
    if spec is None:
        return None
    possible = [preset for preset in spec.presets if preset.needs in forecast.queues_served]
    preset = next((preset for preset in possible if preset.name == DEFAULT_PRESET), next(iter(possible), None))
    if preset is None:
        return None
    asked = set_up(spec, preset)
    return OneNow(spec, preset, Costs([asked]).of(asked, device_classes(forecast.workers, preset.needs)))
