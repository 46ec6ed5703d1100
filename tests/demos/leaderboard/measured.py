"""Measured runs of the stand-in method, whose teacher depends on the epochs alone and whose baseline on the student."""

from __future__ import annotations

from dataclasses import replace

import pytest

from demos.configurations import configuration_of
from demos.models import Result, Run
from tests.demos import stand_in
from tests.demos.factories import RunFactory
from workers import registry
from workers.spec import MethodSpec

DEPENDS_ON = {"teacher": ("epochs",), "alone": ("student",), "student": ()}
SPEC = replace(
    stand_in.SPEC, roles=tuple(replace(role, depends_on=DEPENDS_ON[role.slug]) for role in stand_in.SPEC.roles)
)
OTHER = replace(SPEC, slug="other", title=SPEC.title.__class__("Other", "其他"), paper="1909.10351")
SIZES = {"teacher": 7_300_000, "alone": 290_000, "student": 290_000}
QUALITY = {"teacher": 0.823, "alone": 0.701, "student": 0.810}


@pytest.fixture
def methods(spec, monkeypatch) -> MethodSpec:
    """Two methods that share a teacher."""
    monkeypatch.setattr(registry, "all_specs", lambda: {SPEC.slug: SPEC, OTHER.slug: OTHER})
    return SPEC


def measure(
    *,
    quality: dict | None = None,
    sizes: dict | None = None,
    latency_ms: float = 4.0,
    params: dict | None = None,
    **values,
) -> Run:
    """A run that succeeded; `quality` and `sizes` by role, for what differs from the usual."""
    cleaned = SPEC.clean({"epochs": 3, **(params or {})})
    method, data = values.setdefault("method", SPEC.slug), values.setdefault("data", "opinions")
    values.setdefault("device_class", "cpu a")
    configuration = configuration_of(method=method, data=data, params=cleaned)
    run = RunFactory(succeeded=True, params=cleaned, configuration=configuration, **values)
    rows = [(role, "accuracy", value, "share") for role, value in (QUALITY | (quality or {})).items()]
    rows += [(role, "size_bytes", value, "bytes") for role, value in (SIZES | (sizes or {})).items()]
    rows += [(role, "latency_p50_ms", latency_ms, "ms") for role in QUALITY]
    Result.objects.bulk_create(
        Result(run=run, role=role, metric=metric, value=value, unit=unit, position=place)
        for place, (role, metric, value, unit) in enumerate(rows)
    )
    return run
