"""Bilingual names, categories and tags."""

from __future__ import annotations

from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from catalog.languages import for_reader
from catalog.querysets import TopicQuerySet


class Bilingual(models.Model):
    """A name and a description in both languages; Chinese falls back to English where it is blank."""

    name_en = models.CharField(max_length=200)
    name_zh = models.CharField(max_length=200, blank=True)
    description_en = models.TextField(blank=True)
    description_zh = models.TextField(blank=True)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        return self._in_language("name")

    @property
    def description(self) -> str:
        return self._in_language("description")

    def _in_language(self, stem: str) -> str:
        return for_reader(getattr(self, f"{stem}_en"), getattr(self, f"{stem}_zh"))


class Topic(Bilingual):
    """A category (few, fixed, with a hue each) or a tag (many, free)."""

    class Kind(models.TextChoices):
        CATEGORY = "category", _("category")
        TAG = "tag", _("tag")

    kind = models.CharField(max_length=10, choices=Kind.choices)
    slug = models.SlugField(max_length=80)
    position = models.PositiveIntegerField(default=0)

    objects = TopicQuerySet.as_manager()

    class Meta:
        ordering = ["kind", "position", "name_en"]
        constraints = [models.UniqueConstraint(fields=["kind", "slug"], name="topic_slug_once_a_kind")]

    def get_absolute_url(self) -> str:
        return reverse(f"catalog:{self.kind}", args=[self.slug])
