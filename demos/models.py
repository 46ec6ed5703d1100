"""Runs of the methods and what they measured. The database is the truth; Redis only makes it quick."""

from __future__ import annotations

import math
import uuid
from pathlib import Path

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from catalog.languages import for_reader
from demos.groups.querysets import GroupQuerySet
from demos.querysets import ResultQuerySet, RunQuerySet, WorkerQuerySet


class Group(models.Model):
    """Runs of one method started in one press: several seeds, a small grid of parameters, or both."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    method = models.SlugField(max_length=60, db_index=True)
    preset = models.CharField(max_length=20)
    data = models.CharField(max_length=60)
    seeds = models.JSONField(default=list)
    params = models.JSONField(default=dict, help_text=_("What every run of the group has in common."))
    varied = models.JSONField(default=dict, blank=True, help_text=_("Parameters that differ: a list of values each."))
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL)
    created_at = models.DateTimeField(auto_now_add=True, db_index=True)

    objects = GroupQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return f"{self.method} {self.preset} group {str(self.id)[:8]}"

    def get_absolute_url(self) -> str:
        return reverse("demos:group", args=[self.id])

    @property
    def size(self) -> int:
        """How many runs make it whole, repeats of failed ones not counted."""
        return len(self.seeds) * math.prod(len(values) for values in self.varied.values())


class Worker(models.Model):
    """A Celery worker that executes runs, as it described itself at its last beat."""

    name = models.CharField(primary_key=True, max_length=200)  # Celery's node name: jobs@host
    host = models.CharField(max_length=200)
    queues = models.JSONField(default=list)
    slots = models.PositiveSmallIntegerField(default=1)
    device_class = models.CharField(max_length=120, blank=True)
    device_count = models.PositiveSmallIntegerField(default=0, help_text=_("GPUs; 0 on a host without one."))
    threads = models.PositiveSmallIntegerField(default=1, help_text=_("CPU threads of one job."))
    memory_mb = models.PositiveIntegerField(default=0)
    memory_used_mb = models.PositiveIntegerField(default=0)
    device_memory_mb = models.PositiveIntegerField(default=0)
    device_memory_used_mb = models.PositiveIntegerField(default=0)
    code = models.CharField(max_length=120, blank=True)
    started_at = models.DateTimeField()
    beat_at = models.DateTimeField()
    stopped_at = models.DateTimeField(null=True, blank=True)
    canary_at = models.DateTimeField(null=True, blank=True, help_text=_("When it last completed a task of no content."))

    objects = WorkerQuerySet.as_manager()

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class IdempotencyKey(models.Model):
    """A key that a caller of the API sent with a request, and what the request started."""

    caller = models.CharField(max_length=64)
    key = models.CharField(max_length=255)
    fingerprint = models.CharField(max_length=64, help_text=_("SHA-256 of the request's body."))
    run = models.ForeignKey("Run", null=True, blank=True, on_delete=models.CASCADE, related_name="+")
    group = models.ForeignKey(Group, null=True, blank=True, on_delete=models.CASCADE, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["caller", "key"], name="idempotency_key_once_a_caller")]

    def __str__(self) -> str:
        return f"{self.caller} {self.key}"


class Run(models.Model):
    """One execution of a method: what was asked, where it stands, how it ended and why."""

    class State(models.TextChoices):
        QUEUED = "queued", _("queued")
        STARTING = "starting", _("starting")
        RUNNING = "running", _("running")
        SUCCEEDED = "succeeded", _("succeeded")
        FAILED = "failed", _("failed")
        CANCELLED = "cancelled", _("cancelled")
        TIMED_OUT = "timed_out", _("timed out")
        LOST = "lost", _("lost")

    ACTIVE = (State.STARTING, State.RUNNING)  # a worker holds the run
    ENDED = (State.SUCCEEDED, State.FAILED, State.CANCELLED, State.TIMED_OUT, State.LOST)

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    method = models.SlugField(max_length=60, db_index=True)
    preset = models.CharField(max_length=20)
    data = models.CharField(max_length=60)
    seed = models.PositiveIntegerField(default=0)
    params = models.JSONField(default=dict)
    configuration = models.CharField(
        max_length=16, blank=True, db_index=True, help_text=_("Equal for runs that differ in nothing but the seed.")
    )
    queue = models.CharField(max_length=20, default="cpu")
    group = models.ForeignKey("Group", null=True, blank=True, on_delete=models.SET_NULL, related_name="runs")
    repeat_of = models.ForeignKey("self", null=True, blank=True, on_delete=models.SET_NULL, related_name="repeats")
    paper = models.ForeignKey("catalog.Paper", null=True, blank=True, on_delete=models.SET_NULL, related_name="runs")
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL)

    state = models.CharField(max_length=12, choices=State.choices, default=State.QUEUED)
    cause_en = models.TextField(blank=True, help_text=_("Why the run ended as it did, for people."))
    cause_zh = models.TextField(blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    lease = models.UUIDField(null=True, blank=True, help_text=_("Who holds the run: one value an attempt."))
    lease_until = models.DateTimeField(null=True, blank=True)
    worker = models.CharField(max_length=200, blank=True)
    cancel_requested_at = models.DateTimeField(null=True, blank=True)
    sent_at = models.DateTimeField(null=True, blank=True, help_text=_("When the run was last handed to Celery."))

    stage_en = models.CharField(max_length=200, blank=True)
    stage_zh = models.CharField(max_length=200, blank=True)
    progress = models.FloatField(default=0.0, help_text=_("Share of the current stage that is done, 0 to 1."))
    environment = models.JSONField(default=dict, blank=True)
    device_class = models.CharField(
        max_length=120, blank=True, help_text=_("The processor or GPU it ran on; times of one class can be compared.")
    )
    created_at = models.DateTimeField(auto_now_add=True, db_index=True)
    started_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    objects = RunQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(state__in=("queued", "starting", "running")) | models.Q(ended_at__isnull=False),
                name="ended_run_has_an_end",
            ),
        ]
        indexes = [
            models.Index(fields=["state", "queue", "created_at"], name="run_waiting"),
        ]

    def __str__(self) -> str:
        return f"{self.method} {self.preset} {str(self.id)[:8]}"

    def get_absolute_url(self) -> str:
        return reverse("demos:run", args=[self.id])

    @property
    def has_ended(self) -> bool:
        return self.state in self.ENDED

    @property
    def cause(self) -> str:
        return self._in_language("cause")

    @property
    def stage(self) -> str:
        return self._in_language("stage")

    def _in_language(self, stem: str) -> str:
        return for_reader(getattr(self, f"{stem}_en"), getattr(self, f"{stem}_zh"))


class Event(models.Model):
    """What a job said, in order. `seq` counts within a run from 1 and is the id of the server-sent event."""

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="events")
    seq = models.PositiveIntegerField()
    kind = models.CharField(max_length=12)
    body = models.JSONField()
    at = models.DateTimeField()

    class Meta:
        ordering = ["seq"]
        constraints = [models.UniqueConstraint(fields=["run", "seq"], name="event_seq_once_a_run")]

    def __str__(self) -> str:
        return f"{self.seq} {self.kind}"


class Result(models.Model):
    """One measured number: whose (role), what (metric), how much, in which unit."""

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="results")
    role = models.CharField(max_length=40)
    metric = models.CharField(max_length=60)
    value = models.FloatField()
    unit = models.CharField(max_length=20, blank=True)
    position = models.PositiveIntegerField(default=0)

    objects = ResultQuerySet.as_manager()

    class Meta:
        ordering = ["position"]
        constraints = [models.UniqueConstraint(fields=["run", "role", "metric"], name="result_once_a_run")]

    def __str__(self) -> str:
        return f"{self.role} {self.metric} {self.value} {self.unit}".rstrip()


def artifact_path(artifact: Artifact, filename: str) -> str:
    return f"runs/{artifact.run_id}/{uuid.uuid4()}"


class Artifact(models.Model):
    """A file a run left. Served by id, as an attachment; its place in storage is nobody's business."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="artifacts")
    name = models.CharField(max_length=200)
    file = models.FileField(upload_to=artifact_path)
    size_bytes = models.PositiveBigIntegerField()
    sha256 = models.CharField(max_length=64)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["name"]
        constraints = [models.UniqueConstraint(fields=["run", "name"], name="artifact_name_once_a_run")]

    def __str__(self) -> str:
        return self.name

    @property
    def download_name(self) -> str:
        return f"{self.run.method}-{str(self.run_id)[:8]}-{Path(self.name).name}"
