"""What was changed, by whom; what editors decided about papers that look alike."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from catalog.models.imports import Import
from catalog.models.papers import Paper


class ChangeSet(models.Model):
    """What one person changed in one step: an edit, an import, a merge, or the return of one of these."""

    class Kind(models.TextChoices):
        EDIT = "edit", _("edit")
        IMPORT = "import", _("import")
        MERGE = "merge", _("merge")
        RETURN = "return", _("return to an earlier state")

    kind = models.CharField(max_length=10, choices=Kind.choices)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL)
    source = models.ForeignKey(Import, null=True, blank=True, on_delete=models.SET_NULL, related_name="changesets")
    summary = models.CharField(max_length=500, blank=True, help_text=_("What the editor said about it."))
    returned_by = models.ForeignKey("self", null=True, blank=True, on_delete=models.SET_NULL, related_name="returns")
    rows = models.JSONField(
        default=list, blank=True, editable=False, help_text=_("Rows beside the snapshots: catalog.history.rows.")
    )
    created_at = models.DateTimeField(auto_now_add=True, db_index=True)

    class Meta:
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"{self.kind} {self.created_at:%Y-%m-%d %H:%M}"

    def get_absolute_url(self) -> str:
        return reverse("catalog:changeset", args=[self.pk])


class Change(models.Model):
    """One row before and after. The target is named by kind and id, so that its history outlives it."""

    class Target(models.TextChoices):
        PAPER = "paper", pgettext_lazy("history", "paper")
        NOTE = "note", _("note")
        LIST = "list", _("list")
        TOPIC = "topic", _("tag or category")

    changeset = models.ForeignKey(ChangeSet, on_delete=models.CASCADE, related_name="changes")
    target = models.CharField(max_length=10, choices=Target.choices)
    target_id = models.PositiveBigIntegerField()
    paper = models.ForeignKey(Paper, null=True, blank=True, on_delete=models.SET_NULL, related_name="changes")
    label = models.CharField(max_length=500, blank=True, help_text=_("What the target was called."))
    before = models.JSONField(null=True, blank=True, help_text=_("Null where it did not exist."))
    after = models.JSONField(null=True, blank=True, help_text=_("Null where it was removed."))

    class Meta:
        ordering = ["-pk"]
        indexes = [models.Index(fields=["target", "target_id"], name="change_target")]

    def __str__(self) -> str:
        return f"{self.target} {self.target_id}: {self.label}"


class Verdict(models.Model):
    """What an editor said of two papers that looked alike. "The same" merges them, and the merge is its memory."""

    class Kind(models.TextChoices):
        VERSIONS = "versions", _("versions of one work")
        DIFFERENT = "different", _("different works")

    first = models.ForeignKey(Paper, on_delete=models.CASCADE, related_name="verdicts_as_first")
    second = models.ForeignKey(Paper, on_delete=models.CASCADE, related_name="verdicts_as_second")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["first", "second"], name="verdict_once_a_pair"),
            models.CheckConstraint(condition=Q(first__lt=models.F("second")), name="verdict_lower_id_first"),
        ]

    def __str__(self) -> str:
        return f"{self.first_id} and {self.second_id}: {self.kind}"
