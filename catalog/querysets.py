"""Reads: search, facets, prefetches. Each method returns a QuerySet and costs a fixed number of queries."""

from __future__ import annotations

from django.db import models


class TopicQuerySet(models.QuerySet):
    pass


class PaperQuerySet(models.QuerySet):
    pass


class PaperListQuerySet(models.QuerySet):
    pass


class EntryQuerySet(models.QuerySet):
    pass
