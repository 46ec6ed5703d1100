"""Reads of groups."""

from __future__ import annotations

from django.db import models
from django.db.models import Count, Q


class GroupQuerySet(models.QuerySet):
    def for_listing(self) -> GroupQuerySet:
        """Newest first, with its owner and how many of its runs succeeded, work and wait.

        The order is said here: Django leaves the model's own out where it groups.
        """
        return (
            self.select_related("owner")
            .order_by("-created_at", "pk")
            .annotate(
                succeeded=Count("runs", filter=Q(runs__state="succeeded")),
                active=Count("runs", filter=Q(runs__state__in=("starting", "running"))),
                waiting=Count("runs", filter=Q(runs__state="queued")),
            )
        )
