"""Reads of runs and results. Each method returns a QuerySet and costs a fixed number of queries."""

from __future__ import annotations

from django.db import models


class RunQuerySet(models.QuerySet):
    pass


class ResultQuerySet(models.QuerySet):
    pass
