"""Rows for tests of the laboratory."""

from __future__ import annotations

import time
import uuid
from datetime import timedelta
from unittest import mock

import factory
from django.utils import timezone

from demos import sweeping
from demos.configurations import configuration_of
from demos.models import Event, Result, Run, Worker
from tests.demos import stand_in

QUALITY = {"teacher": 0.823, "alone": 0.701, "student": 0.810}


class RunFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Run

    method = stand_in.SPEC.slug
    preset = "small"
    data = "opinions"
    seed = factory.Sequence(int)
    params = factory.LazyFunction(lambda: stand_in.SPEC.clean({"epochs": 3}))
    configuration = factory.LazyAttribute(
        lambda run: configuration_of(method=run.method, data=run.data, params=run.params)
    )

    class Params:
        claimed = factory.Trait(
            state=Run.State.RUNNING,
            attempts=1,
            lease=factory.LazyFunction(uuid.uuid4),
            lease_until=factory.LazyFunction(lambda: timezone.now() + timedelta(seconds=20)),
            started_at=factory.LazyFunction(timezone.now),
        )
        silent = factory.Trait(
            claimed=True, lease_until=factory.LazyFunction(lambda: timezone.now() - timedelta(seconds=1))
        )
        succeeded = factory.Trait(
            state=Run.State.SUCCEEDED,
            progress=1.0,
            started_at=factory.LazyFunction(timezone.now),
            ended_at=factory.LazyFunction(timezone.now),
        )


class WorkerFactory(factory.django.DjangoModelFactory):
    """A worker that beats now, with one slot for the CPU queue."""

    class Meta:
        model = Worker

    name = factory.Sequence(lambda number: f"jobs@host-{number}")
    host = factory.LazyAttribute(lambda worker: worker.name.partition("@")[2])
    queues = factory.LazyFunction(lambda: ["cpu"])
    started_at = factory.LazyFunction(timezone.now)
    beat_at = factory.LazyFunction(timezone.now)


def measured_run(**values) -> Run:
    """A run that succeeded, with accuracy and size of teacher, baseline and student."""
    run = RunFactory(succeeded=True, **values)
    rows = [(role, "accuracy", share, "share") for role, share in QUALITY.items()]
    rows += [("teacher", "size_bytes", 7_300_000, "bytes"), ("student", "size_bytes", 290_000, "bytes")]
    Result.objects.bulk_create(
        Result(run=run, role=role, metric=metric, value=value, unit=unit, position=place)
        for place, (role, metric, value, unit) in enumerate(rows)
    )
    return run


def end(run: Run, state: str, cause: str = "") -> Run:
    """The run as it is once it has ended so."""
    run.state, run.cause_en = state, cause
    run.started_at = run.started_at or timezone.now()
    run.ended_at = run.started_at + timedelta(seconds=6)
    run.save()
    return run


def measured(run: Run, metric: str = "accuracy", unit: str = "share", **values: float) -> Run:
    """The run succeeded, with these values by role."""
    Result.objects.bulk_create(
        Result(run=run, role=role, metric=metric, value=value, unit=unit, position=place)
        for place, (role, value) in enumerate((values or QUALITY).items(), start=run.results.count())
    )
    return end(run, Run.State.SUCCEEDED)


def add_events(run: Run, *events: tuple[str, dict]) -> None:
    first = run.events.count() + 1
    Event.objects.bulk_create(
        Event(run=run, seq=seq, kind=kind, body=body, at=timezone.now())
        for seq, (kind, body) in enumerate(events, start=first)
    )


def sweep_until_sure() -> dict[str, int]:
    """A silent run is looked at twice, some seconds apart."""
    sweeping.sweep()
    return sweep_again_after(10)


def sweep_again_after(seconds: float) -> dict[str, int]:
    """The clock that is never set has gone on by so much; the wall clock has not."""
    with mock.patch.object(sweeping, "monotonic", lambda: time.monotonic() + seconds):
        return sweeping.sweep()
