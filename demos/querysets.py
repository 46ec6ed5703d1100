"""Reads of runs and results. Each method returns a QuerySet and costs a fixed number of queries."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from django.conf import settings
from django.db import models
from django.db.models import Count, F, Q, Window
from django.db.models.functions import RowNumber
from django.utils import timezone

from workers.spec import MethodSpec

QUALITY_METRIC = "accuracy"


class RunQuerySet(models.QuerySet):
    def for_listing(self) -> RunQuerySet:
        """With all that a row of a table shows."""
        return self.select_related("paper", "owner").prefetch_related("results")

    def of_method(self, slug: str) -> RunQuerySet:
        return self.filter(method=slug)

    def waiting(self) -> RunQuerySet:
        return self.filter(state="queued")

    def latest_of_configurations(self, configurations: Iterable[str], count: int) -> RunQuerySet:
        """The last succeeded runs of each configuration on each kind of device."""
        return self._latest(["configuration"], count).filter(configuration__in=configurations)

    def latest_of_presets(self, methods: Iterable[str], count: int) -> RunQuerySet:
        """The last succeeded runs of each of these methods' presets, by data set and kind of device."""
        return self._latest(["method", "preset", "data"], count).filter(method__in=methods)

    def _latest(self, kind: list[str], count: int) -> RunQuerySet:
        place = Window(RowNumber(), partition_by=[*kind, "device_class"], order_by=F("ended_at").desc())
        timed = self.filter(state="succeeded", started_at__isnull=False).order_by()
        fields = ("configuration", "method", "preset", "data", "device_class", "started_at", "ended_at")
        return timed.annotate(place=place).filter(place__lte=count).only(*fields)

    def counts_by_method(self) -> RunQuerySet:
        """Rows of {"method", "runs"}."""
        return self.order_by().values("method").annotate(runs=Count("id"))


class WorkerQuerySet(models.QuerySet):
    def alive(self) -> WorkerQuerySet:
        """Heard of lately, and not stopped: what may be counted on."""
        since = timezone.now() - timedelta(seconds=settings.WORKER_ALIVE_S)
        return self.filter(beat_at__gte=since, stopped_at=None)


class ResultQuerySet(models.QuerySet):
    def of_the_methods_themselves(self, specs: Iterable[MethodSpec]) -> ResultQuerySet:
        """The quality of what each method made: no teacher's, no baseline's."""
        wanted = Q(pk__in=[])
        for spec in specs:
            roles = [role.slug for role in spec.roles if role.kind == "method"]
            wanted |= Q(run__method=spec.slug, role__in=roles)
        return self.filter(wanted, metric=QUALITY_METRIC, run__state="succeeded")

    def best_of_each_method(self, specs: Iterable[MethodSpec]) -> ResultQuerySet:
        """At most one row a method: the highest, the latest of equals."""
        best_first = [F("value").desc(), F("run__created_at").desc()]
        place = Window(RowNumber(), partition_by=F("run__method"), order_by=best_first)
        return self.of_the_methods_themselves(specs).order_by().annotate(place=place).filter(place=1)
