"""/api/v1/queue/ and /api/v1/workers/: what runs and waits now, and who does the work."""

from __future__ import annotations

from dataclasses import dataclass

from django.urls import reverse
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import serializers

from catalog.api.resource import Collection
from demos.models import Run, Worker
from demos.queue_page import Queue, Queued, Seen, Working, queue_now


@dataclass(frozen=True)
class Line:
    """A run at work or waiting, as the queue's page has it."""

    run: Run
    place: int
    why: str
    begins_in_s: float | None
    usual_s: float | None
    left_s: float | None


def lines(queue: Queue) -> list[Line]:
    """At work first, then what waits in its order."""
    return [*map(_line_of_working, queue.working), *map(_line_of_queued, queue.waiting)]


def _line_of_working(row: Working) -> Line:
    usual = row.estimate.seconds if row.estimate else None
    return Line(row.run, 0, "", None, usual, row.left_s)


def _line_of_queued(row: Queued) -> Line:
    usual = row.estimate.seconds if row.estimate else None
    return Line(row.run, row.place, row.why, row.begins_s, usual, None)


class QueueLineSerializer(serializers.Serializer):
    run = serializers.UUIDField(source="run.id")
    url = serializers.SerializerMethodField(help_text="The run in the API.")
    page = serializers.SerializerMethodField(help_text="Its page on the site.")
    method = serializers.CharField(source="run.method")
    preset = serializers.CharField(source="run.preset")
    data = serializers.CharField(source="run.data")
    seed = serializers.IntegerField(source="run.seed")
    queue = serializers.CharField(source="run.queue")
    state = serializers.ChoiceField(source="run.state", choices=Run.State.choices)
    place = serializers.IntegerField(help_text="1 for the next of its queue; 0 for a run at work.")
    why = serializers.CharField(allow_blank=True, help_text="Why it waits.")
    begins_in_s = serializers.FloatField(allow_null=True, help_text="Expected; null where nobody can tell.")
    usual_s = serializers.FloatField(allow_null=True, help_text="What such a run takes; null where none was timed.")
    left_s = serializers.FloatField(allow_null=True, help_text="What a run at work has still to go.")
    worker = serializers.CharField(source="run.worker", allow_blank=True)
    stage = serializers.CharField(source="run.stage", allow_blank=True)
    progress = serializers.FloatField(source="run.progress", help_text="Share of the stage that is done, 0 to 1.")

    def get_url(self, line: Line) -> str:
        return self.context["request"].build_absolute_uri(reverse("run-detail", args=[line.run.id]))

    def get_page(self, line: Line) -> str:
        return self.context["request"].build_absolute_uri(line.run.get_absolute_url())


class WorkerSerializer(serializers.ModelSerializer):
    state = serializers.ChoiceField(choices=["working", "idle", "silent", "stopped"])
    slots_used = serializers.IntegerField()
    queues = serializers.ListField(child=serializers.CharField())

    class Meta:
        model = Worker
        fields = (
            "name", "state", "queues", "slots", "slots_used", "device_class", "device_count", "threads", "memory_mb",
            "memory_used_mb", "device_memory_mb", "device_memory_used_mb", "code", "started_at", "beat_at",
            "stopped_at", "canary_at",
        )  # fmt: skip

    def to_representation(self, seen: Seen) -> dict:
        seen.worker.state, seen.worker.slots_used = seen.state, seen.used
        return super().to_representation(seen.worker)


@extend_schema_view(
    list=extend_schema(summary="The queue", description="What is at work, then what waits, in the order of the queue.")
)
class QueueViewSet(Collection):
    serializer_class = QueueLineSerializer
    filter_backends = []

    def get_queryset(self) -> list[Line]:
        return lines(queue_now())


@extend_schema_view(
    list=extend_schema(
        summary="Workers", description="Those that live, then those that stopped or fell silent within a day."
    )
)
class WorkerViewSet(Collection):
    serializer_class = WorkerSerializer
    filter_backends = []

    def get_queryset(self) -> list[Seen]:
        return queue_now().workers
