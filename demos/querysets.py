"""Reads of runs and results. Each method returns a QuerySet and costs a fixed number of queries."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Case, Count, F, IntegerField, Max, OuterRef, Q, Subquery, Value, When, Window
from django.db.models.functions import Coalesce, RowNumber
from django.utils import timezone

from workers.spec import MethodSpec

ACTIVE = ("starting", "running")  # Run.ACTIVE, which is made after this module
NOBODY = 0  # whoever sits at an open site counts as one person; the ids of accounts begin at 1


class RunQuerySet(models.QuerySet):
    def for_listing(self) -> RunQuerySet:
        """With all that a row of a table shows."""
        return self.select_related("paper", "owner", "group").prefetch_related("results")

    def of_method(self, slug: str) -> RunQuerySet:
        return self.filter(method=slug)

    def waiting(self) -> RunQuerySet:
        return self.filter(state="queued")

    def active(self) -> RunQuerySet:
        """A worker holds them."""
        return self.filter(state__in=ACTIVE)

    def by_person(self) -> RunQuerySet:
        """Annotated with `person`: the owner's id, or NOBODY."""
        return self.annotate(person=Coalesce("owner_id", Value(NOBODY)))

    def in_queue_order(self, queue: str) -> RunQuerySet:
        """The waiting runs of a queue: people take turns, and of equal turns the oldest run comes first.

        `turn` is how many runs of the same person, in this queue, a worker holds or stand before it. Who asks for
        sixty runs at once therefore delays nobody else by more than one.
        """
        held = self.model._default_manager.filter(queue=queue).active().by_person().filter(person=OuterRef("person"))
        held = held.order_by().values("person").annotate(count=Count("pk")).values("count")
        before = Window(RowNumber(), partition_by=F("person"), order_by=["created_at", "pk"]) - Value(1)
        waiting = self.filter(queue=queue).waiting().by_person()
        turn = before + Coalesce(Subquery(held, output_field=IntegerField()), Value(0))
        return waiting.annotate(turn=turn).order_by("turn", "created_at", "pk")

    def within_running_limit(self, each: int) -> RunQuerySet:
        """Without the runs of people of whom `each` runs are held by workers already; 0: no limit."""
        if not each:
            return self
        held = self.model._default_manager.active().by_person().order_by().values("person")
        busy = held.annotate(count=Count("pk")).filter(count__gte=each).values("person")
        return self.by_person().exclude(person__in=busy)

    def comparable_with(self, run: Any) -> RunQuerySet:
        """Others that measured something on the same data: first those of its method, the newest first."""
        is_other_method = Case(When(method=run.method, then=0), default=1)
        measured = self.filter(state="succeeded", data=run.data).exclude(pk=run.pk)
        return measured.order_by(is_other_method, "-created_at")

    def latest_of_configurations(self, configurations: Iterable[str], count: int) -> RunQuerySet:
        """The last succeeded runs of each configuration on each kind of device, as far as they have been timed."""
        place = Window(RowNumber(), partition_by=["configuration", "device_class"], order_by=F("ended_at").desc())
        timed = self.filter(state="succeeded", ended_at__gt=F("started_at")).order_by()  # not so: a clock was set back
        latest = timed.filter(configuration__in=configurations).annotate(place=place).filter(place__lte=count)
        return latest.only("configuration", "device_class", "started_at", "ended_at")

    def latest_of_configurations_with_results(self, configurations: Iterable[str], count: int) -> RunQuerySet:
        """The last succeeded runs of each configuration on whatever device, newest first."""
        place = Window(RowNumber(), partition_by=["configuration"], order_by=F("ended_at").desc())
        runs = self.for_listing().filter(state="succeeded", configuration__in=configurations)
        return runs.annotate(place=place).filter(place__lte=count).order_by("-ended_at")

    def latest_configurations(self, count: int) -> list[str]:
        """The configurations whose last run succeeded latest, that one first."""
        succeeded = self.filter(state="succeeded").exclude(configuration="").order_by()
        latest = succeeded.values("configuration").annotate(last=Max("ended_at")).order_by("-last")
        return list(latest.values_list("configuration", flat=True)[:count])

    def counts_by_method(self) -> RunQuerySet:
        """Rows of {"method", "runs"}."""
        return self.order_by().values("method").annotate(runs=Count("id"))


class WorkerQuerySet(models.QuerySet):
    def alive(self) -> WorkerQuerySet:
        """Heard of lately, and not stopped: what may be counted on.

        A beat from the future was written before a clock was set back. Whoever lives beats again in a moment.
        """
        now, lately = timezone.now(), timedelta(seconds=settings.WORKER_ALIVE_S)
        return self.filter(beat_at__range=(now - lately, now + lately), stopped_at=None)


class ResultQuerySet(models.QuerySet):
    def of_the_methods_themselves(self, specs: Iterable[MethodSpec]) -> ResultQuerySet:
        """The quality of what each method made, by its own metric: no teacher's, no baseline's."""
        wanted = Q(pk__in=[])
        for spec in specs:
            roles = [role.slug for role in spec.roles if role.kind == "method"]
            wanted |= Q(run__method=spec.slug, role__in=roles, metric=spec.quality.slug)
        return self.filter(wanted, run__state="succeeded")

    def best_of_each_method(self, specs: Iterable[MethodSpec]) -> ResultQuerySet:
        """At most one row a method: the best by its own metric, the latest of equals."""
        specs = list(specs)
        lower = {spec.quality.slug for spec in specs if spec.quality.better == "lower"}
        goodness = Case(When(metric__in=lower, then=-F("value")), default=F("value"))
        best_first = [goodness.desc(), F("run__created_at").desc()]
        place = Window(RowNumber(), partition_by=F("run__method"), order_by=best_first)
        return self.of_the_methods_themselves(specs).order_by().annotate(place=place).filter(place=1)


def queues_served() -> set[str]:
    """The queues that a living worker takes runs from. Where none has spoken lately (none has said what it is, or all
    are being restarted) it is what the settings promise, so that a run of theirs may wait.
    """
    from demos.models import Worker  # which is made after this module

    alive = Worker.objects.alive().values_list("queues", flat=True)
    return {queue for queues in alive for queue in queues} or set(settings.RUN_QUEUES)
