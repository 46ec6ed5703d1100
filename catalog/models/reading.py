"""A reader's own list of papers."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from catalog.models.papers import Paper


class Reading(models.Model):
    """A paper on someone's own list: how far they are with it, and what they noted for themselves.

    Without a user it belongs to whoever sits at the machine, where settings let anyone write.
    """

    class Status(models.TextChoices):
        TO_READ = "to_read", _("to read")
        READING = "reading", _("reading")
        READ = "read", _("read")

    user = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.CASCADE)
    paper = models.ForeignKey(Paper, on_delete=models.CASCADE, related_name="readings")
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.TO_READ)
    note = models.TextField(blank=True, help_text=_("Markdown; seen by its owner alone."))
    position = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["position", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["user", "paper"], name="reading_once_a_reader"),
            models.UniqueConstraint(fields=["paper"], condition=Q(user=None), name="reading_once_a_machine"),
        ]

    def __str__(self) -> str:
        return f"reading {self.pk}"  # an administrator who removes a person is shown this: not what they read
