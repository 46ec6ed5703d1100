"""Papers and where they stand: facts and constraints of one row. Reads are in querysets.py, writes in services.py."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from catalog.languages import for_reader
from catalog.querysets import EntryQuerySet, PaperListQuerySet, PaperQuerySet, TopicQuerySet


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


class Author(models.Model):
    """A name as papers print it. Two people of one name are one row until identifiers tell them apart."""

    name = models.CharField(max_length=255)
    key = models.CharField(max_length=255, unique=True, help_text=_("The name, folded: how it is found again."))

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class Venue(models.Model):
    """Where papers appear, by its usual short name: ACL, EMNLP, NeurIPS Workshop."""

    name = models.CharField(max_length=200)
    slug = models.SlugField(max_length=80, unique=True)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class Paper(models.Model):
    """One work, however many lists it stands in."""

    slug = models.SlugField(max_length=120, unique=True)
    title = models.CharField(max_length=500)
    title_key = models.CharField(max_length=500, db_index=True, help_text=_("The normalised title (catalog.titles)."))
    short_name = models.CharField(max_length=100, blank=True)
    venue = models.ForeignKey(Venue, null=True, blank=True, on_delete=models.SET_NULL, related_name="papers")
    year = models.PositiveSmallIntegerField(null=True, blank=True, db_index=True)
    doi = models.CharField(max_length=200, blank=True)
    arxiv = models.CharField(max_length=30, blank=True, help_text=_("Without version: 1910.01108."))
    acl = models.CharField(max_length=60, blank=True)
    authors = models.ManyToManyField(Author, through="Authorship", related_name="papers")
    topics = models.ManyToManyField(Topic, blank=True, related_name="papers")
    bibtex_type = models.CharField(max_length=40, blank=True)
    bibtex_key = models.CharField(max_length=200, blank=True)
    bibtex_fields = models.JSONField(default=dict, blank=True, help_text=_("Every imported field, decoded."))
    bibtex_raw = models.TextField(blank=True, help_text=_("The imported entry, byte for byte."))
    search_title = models.TextField(blank=True, editable=False, help_text=_("Folded titles: catalog.search."))
    search_text = models.TextField(blank=True, editable=False, help_text=_("Folded words: catalog.search.reindex."))
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects = PaperQuerySet.as_manager()

    class Meta:
        ordering = ["-year", "title"]
        constraints = [
            models.UniqueConstraint(fields=[name], condition=~Q(**{name: ""}), name=f"paper_{name}_once")
            for name in ("doi", "arxiv", "acl")
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("catalog:paper", args=[self.slug])


class AlternativeTitle(models.Model):
    """Another title that the same work carries in some list: a preprint's, a shortened one."""

    paper = models.ForeignKey(Paper, on_delete=models.CASCADE, related_name="alternative_titles")
    title = models.CharField(max_length=500)
    title_key = models.CharField(max_length=500, db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["paper", "title_key"], name="alternative_title_once")]

    def __str__(self) -> str:
        return self.title


class AuthorshipManager(models.Manager):
    """Each row with its author, by a join: fetched apart, a thousand authors are more than SQLite takes in a query."""

    def get_queryset(self) -> models.QuerySet:
        return super().get_queryset().select_related("author")


class Authorship(models.Model):
    paper = models.ForeignKey(Paper, on_delete=models.CASCADE, related_name="authorships")
    author = models.ForeignKey(Author, on_delete=models.PROTECT, related_name="authorships")
    position = models.PositiveSmallIntegerField()

    objects = AuthorshipManager()

    class Meta:
        ordering = ["position"]
        constraints = [models.UniqueConstraint(fields=["paper", "position"], name="author_position_once")]

    def __str__(self) -> str:
        return f"{self.position}. {self.author}"


class PaperLink(models.Model):
    paper = models.ForeignKey(Paper, on_delete=models.CASCADE, related_name="links")
    label = models.CharField(max_length=80)
    url = models.URLField(max_length=1000)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["position"]
        constraints = [models.UniqueConstraint(fields=["paper", "url"], name="link_once_a_paper")]

    def __str__(self) -> str:
        return f"{self.label}: {self.url}"


class Note(models.Model):
    """A remark on a paper, in Markdown, in one language."""

    class Language(models.TextChoices):
        ENGLISH = "en", "English"
        CHINESE = "zh", "中文"

    paper = models.ForeignKey(Paper, on_delete=models.CASCADE, related_name="notes")
    language = models.CharField(max_length=5, choices=Language.choices)
    body = models.TextField()
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["language", "created_at"]

    def __str__(self) -> str:
        return self.body[:60]


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


class Import(models.Model):
    """A document given for import: previewed first, written only when accepted, reported afterwards."""

    class State(models.TextChoices):
        PREVIEW = "preview", _("waiting for your decision")
        ACCEPTED = "accepted", _("accepted")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    format = models.CharField(max_length=20)
    name = models.CharField(max_length=200, blank=True)
    text = models.TextField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.PREVIEW)
    report = models.JSONField(default=dict, blank=True)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL)
    created_at = models.DateTimeField(auto_now_add=True)
    accepted_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return self.name or str(self.id)

    def get_absolute_url(self) -> str:
        return reverse("catalog:import_preview", args=[self.id])
