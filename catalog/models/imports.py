"""Documents given for import, and what became of each of their entries."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _


class Import(models.Model):
    """A document given for import: read into items, written only when accepted, reported, and undone as a whole."""

    class State(models.TextChoices):
        WAITING = "waiting", _("waiting to be read")
        READING = "reading", _("being read")
        FAILED = "failed", _("could not be read")
        CANCELLED = "cancelled", _("cancelled")
        PREVIEW = "preview", _("waiting for your decision")
        ACCEPTING = "accepting", _("being taken in")
        ACCEPTED = "accepted", _("accepted")
        UNDOING = "undoing", _("being undone")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    format = models.CharField(max_length=20)
    name = models.CharField(max_length=200, blank=True)
    document = models.FileField(upload_to="imports", blank=True, help_text=_("The document, byte for byte."))
    size_bytes = models.PositiveBigIntegerField(default=0)
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    message = models.TextField(blank=True, help_text=_("Why it could not be read; in English, as readers say it."))
    read_bytes = models.PositiveBigIntegerField(default=0)
    read_entries = models.PositiveIntegerField(default=0)
    summary = models.JSONField(default=dict, blank=True, help_text=_("Every byte of the document, by what it was."))
    report = models.JSONField(default=dict, blank=True)
    paper_list = models.ForeignKey(
        "PaperList", null=True, blank=True, on_delete=models.SET_NULL, related_name="imports",
        help_text=_("The list in which its entries stand."),
    )  # fmt: skip
    new_list = models.JSONField(default=dict, blank=True, help_text=_("The list to be made of it: names and slug."))
    lease = models.UUIDField(null=True, blank=True, editable=False)
    beat_at = models.DateTimeField(null=True, blank=True, editable=False)
    sent_at = models.DateTimeField(null=True, blank=True, editable=False)
    cancel_requested_at = models.DateTimeField(null=True, blank=True, editable=False)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL)
    created_at = models.DateTimeField(auto_now_add=True)
    accepted_at = models.DateTimeField(null=True, blank=True)
    accepted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    undone_at = models.DateTimeField(null=True, blank=True)
    undone_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )

    class Meta:
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return self.name or str(self.id)

    def get_absolute_url(self) -> str:
        return reverse("catalog:import_preview", args=[self.id])

    @property
    def read_percent(self) -> int:
        """Of an unpacked document, so that a gzip file may seem done before it is."""
        return min(100, 100 * self.read_bytes // self.size_bytes) if self.size_bytes else 0


class ImportItem(models.Model):
    """One entry of a document. `data` is the reader's record; the keys find the entries that name the same work."""

    class Verdict(models.TextChoices):
        NEW = "new", _("new")
        HERE = "here", _("already here")
        DOUBTFUL = "doubtful", _("doubtful")
        PROBLEM = "problem", _("problem")

    class Decision(models.TextChoices):
        SAME = "same", _("the same work")
        VERSIONS = "versions", _("another version of it")
        DIFFERENT = "different", _("a different work")

    source = models.ForeignKey(Import, on_delete=models.CASCADE, related_name="items")
    number = models.PositiveIntegerField(help_text=_("From 1, in the document's order."))
    line = models.PositiveIntegerField(default=0)
    verdict = models.CharField(max_length=10, choices=Verdict.choices)
    title = models.CharField(max_length=500, blank=True)
    title_key = models.CharField(max_length=500, blank=True)
    block_key = models.CharField(max_length=60, blank=True)
    doi = models.CharField(max_length=200, blank=True)
    arxiv = models.CharField(max_length=30, blank=True)
    acl = models.CharField(max_length=60, blank=True)
    data = models.JSONField(default=dict, blank=True)
    text = models.TextField(blank=True, help_text=_("The piece itself, where it is a problem."))
    message = models.TextField(blank=True)
    gains = models.JSONField(default=list, blank=True)
    differences = models.JSONField(default=list, blank=True)
    candidates = models.JSONField(default=list, blank=True, help_text=_("Papers it may be, each with a reason."))
    decision = models.CharField(max_length=10, choices=Decision.choices, blank=True)
    chosen = models.PositiveSmallIntegerField(default=0, help_text=_("Which of the candidates the decision is about."))
    paper = models.ForeignKey("Paper", null=True, blank=True, on_delete=models.SET_NULL, related_name="import_items")
    stored_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["number"]
        constraints = [models.UniqueConstraint(fields=["source", "number"], name="import_item_number_once")]
        indexes = [
            models.Index(fields=["source", "verdict", "number"], name="import_item_verdict"),
            models.Index(fields=["source", "title_key"], name="import_item_title"),
            models.Index(fields=["source", "block_key"], name="import_item_block"),
            *(
                models.Index(fields=["source", name], condition=~Q(**{name: ""}), name=f"import_item_{name}")
                for name in ("doi", "arxiv", "acl")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number}. {self.title or self.verdict}"
