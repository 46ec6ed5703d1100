"""What was measured on one data set, read in two queries: the runs that succeeded, and their numbers a role."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any
from uuid import UUID

from django.db.models import Count, Max, Q

from demos import reading
from demos.models import Result, Run
from workers import registry
from workers.metrics import METRICS
from workers.spec import MethodSpec, Role

TIME_UNITS = ("ms", "examples/s", "s")  # what depends on the device, so that two devices cannot be compared by it
SIZE_UNITS = ("bytes", "parameters")
COSTS = tuple(slug for slug, metric in METRICS.items() if metric.unit in (*SIZE_UNITS, *TIME_UNITS))
LIKENESS = "agreement"  # a quality of whatever has a teacher
NO_TEACHER = "none"


def is_time(cost: str) -> bool:
    return registry.metric(cost).unit in TIME_UNITS


def cheaper_is_lower(cost: str) -> bool:
    return registry.metric(cost).better == "lower"


def qualities(specs: Iterable[MethodSpec]) -> list[str]:
    """By what networks of these methods can be judged, in the order of tables."""
    return registry.metrics_in_order((LIKENESS, *(metric.slug for spec in specs for metric in spec.metrics)))


@dataclass(frozen=True)
class Configuration:
    """All that was asked for but the seed. `spec` is that of its method as it is now."""

    key: str
    spec: MethodSpec
    params: dict[str, Any]

    @cached_property
    def teacher(self) -> str:
        """Equal for configurations, of whichever methods, whose teacher is the same network trained the same way."""
        role = teacher_role(self.spec)
        return self.identities[role.slug] if role else NO_TEACHER

    @cached_property
    def identities(self) -> dict[str, str]:
        """A hash a role: equal where the parameters that settle the role's network have equal values."""
        return {role.slug: hashed(self.settings_of(role)) for role in self.spec.roles}

    def settings_of(self, role: Role) -> dict[str, Any]:
        """The parameters that settle this role's network."""
        return {name: self.params.get(name) for name in role.depends_on or self.params}


@dataclass(frozen=True)
class MeasuredRun:
    """A run that succeeded."""

    id: UUID
    configuration: Configuration
    seed: int
    preset: str
    device_class: str
    created_at: datetime

    @property
    def spec(self) -> MethodSpec:
        return self.configuration.spec

    @property
    def method(self) -> str:
        return self.spec.slug

    @property
    def teacher(self) -> str:
        return self.configuration.teacher


@dataclass(frozen=True)
class Measurement:
    """One network of one run: all numbers that were measured of it."""

    run: MeasuredRun
    role: Role
    values: dict[str, float]


def teacher_role(spec: MethodSpec) -> Role | None:
    return next((role for role in spec.roles if role.kind == "teacher"), None)


def hashed(settings: object) -> str:
    return hashlib.sha256(json.dumps(settings, sort_keys=True).encode()).hexdigest()[:10]


def data_sets() -> dict[str, int]:
    """Runs that succeeded by data set, most first."""
    counted = Run.objects.filter(state=Run.State.SUCCEEDED).order_by().values("data").annotate(runs=Count("pk"))
    return {row["data"]: row["runs"] for row in counted.order_by("-runs", "data")}


def runs_on(data: str) -> list[MeasuredRun]:
    """Newest first. Runs of a method whose folder is gone are left out: nothing says what its roles were."""
    columns = ("id", "seed", "preset", "device_class", "created_at", "configuration", "method", "params")
    rows = Run.objects.filter(data=data, state=Run.State.SUCCEEDED).order_by("-created_at", "-pk").values_list(*columns)
    known: dict[str, Configuration | None] = {}
    found = []
    for id, *facts, key, method, params in rows:
        if key not in known:
            spec = reading.spec_or_none(method)
            known[key] = Configuration(key, spec, params) if spec else None
        if configuration := known[key]:
            found.append(MeasuredRun(id, configuration, *facts))
    return found


def measurements_on(data: str, runs: Iterable[MeasuredRun]) -> list[Measurement]:
    """In the order of the runs. The database puts a role's metrics side by side, so that Python sees a row a role."""
    specs = {run.method: run.spec for run in runs}
    known = {slug: Max("value", filter=Q(metric=slug)) for slug in (*qualities(specs.values()), *COSTS)}
    found = Result.objects.filter(run__data=data, run__state=Run.State.SUCCEEDED, metric__in=known).order_by()
    by_run: dict[UUID, list] = {}
    for run_id, role, *values in found.values("run_id", "role").annotate(**known).values_list("run_id", "role", *known):
        measured = {slug: value for slug, value in zip(known, values, strict=True) if value is not None}
        by_run.setdefault(run_id, []).append((role, measured))
    roles = {slug: {role.slug: role for role in spec.roles} for slug, spec in specs.items()}
    return [
        Measurement(run, roles[run.method][role], values)
        for run in runs
        for role, values in by_run.get(run.id, ())
        if role in roles[run.method]
    ]
