"""Curated lists: sections, nested, that hold entries in the curator's order."""

from __future__ import annotations

from django.db import models
from django.urls import reverse

from catalog.models.papers import Paper
from catalog.models.topics import Bilingual
from catalog.querysets import EntryQuerySet, PaperListQuerySet


class PaperList(Bilingual):
    """A curated list: sections, nested, that hold entries in the curator's order."""

    slug = models.SlugField(max_length=80, unique=True)
    position = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = PaperListQuerySet.as_manager()

    class Meta:
        ordering = ["position", "name_en"]

    def get_absolute_url(self) -> str:
        return reverse("catalog:paper_list", args=[self.slug])


class Section(Bilingual):
    paper_list = models.ForeignKey(PaperList, on_delete=models.CASCADE, related_name="sections")
    parent = models.ForeignKey("self", null=True, blank=True, on_delete=models.CASCADE, related_name="children")
    position = models.PositiveIntegerField()

    class Meta:
        ordering = ["position"]


class Entry(models.Model):
    """A paper's place in a list. A paper may stand in many lists, and in one list more than once."""

    section = models.ForeignKey(Section, on_delete=models.CASCADE, related_name="entries")
    paper = models.ForeignKey(Paper, on_delete=models.CASCADE, related_name="entries")
    position = models.PositiveIntegerField()

    objects = EntryQuerySet.as_manager()

    class Meta:
        ordering = ["position"]
        constraints = [models.UniqueConstraint(fields=["section", "position"], name="entry_position_once")]

    def __str__(self) -> str:
        return f"{self.section}: {self.paper}"
