"""Secrets that stand for a person at the API: named, limited in what they may do, kept as a hash alone."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class ApiTokenQuerySet(models.QuerySet):
    def valid(self, *, at: datetime | None = None) -> ApiTokenQuerySet:
        """Not expired, and of somebody who may still sign in."""
        alive = Q(expires_at=None) | Q(expires_at__gt=at or timezone.now())
        return self.filter(alive, user__is_active=True)

    def of(self, user) -> ApiTokenQuerySet:
        return self.filter(user=user).order_by("-created_at", "-pk")


class ApiToken(models.Model):
    """The secret itself is shown once, when it is made (catalog.api.tokens.issue_token), and stored nowhere."""

    class Scope(models.TextChoices):
        READ = "read", pgettext_lazy("scope", "read")  # not the reading status of that name
        WRITE = "write", _("change the catalogue and your own list")
        RUN = "run", _("start and stop runs")

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="api_tokens")
    name = models.CharField(max_length=80)
    prefix = models.CharField(max_length=16, help_text=_("How the secret begins, to recognise it by."))
    digest = models.CharField(max_length=64, unique=True, help_text=_("SHA-256 of the secret, hexadecimal."))
    scopes = models.JSONField(default=list)
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField(null=True, blank=True)
    last_used_at = models.DateTimeField(null=True, blank=True, help_text=_("To the minute."))

    objects = ApiTokenQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "name"], name="token_name_once_a_person")]

    def __str__(self) -> str:
        return f"{self.name} ({self.prefix}…)"

    @property
    def has_expired(self) -> bool:
        return self.expires_at is not None and self.expires_at <= timezone.now()
