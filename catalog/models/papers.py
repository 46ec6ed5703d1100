"""Papers, who wrote them, where they appeared, what is said of them."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from catalog.models.topics import Topic
from catalog.querysets import PaperQuerySet


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
    block_key = models.CharField(
        max_length=60, blank=True, db_index=True, editable=False, help_text=_("Where its look-alikes stand: identity.")
    )
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
    source = models.CharField(max_length=20, blank=True, help_text=_("The format of the imported entry."))
    citation_key = models.CharField(
        max_length=200, blank=True, editable=False, help_text=_("Given once and kept: catalog.exporters.citation_keys.")
    )
    origin = models.ForeignKey(
        "Import", null=True, blank=True, on_delete=models.SET_NULL, related_name="papers", editable=False
    )
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects = PaperQuerySet.as_manager()

    class Meta:
        ordering = ["-year", "title"]
        constraints = [
            models.UniqueConstraint(fields=[name], condition=~Q(**{name: ""}), name=f"paper_{name}_once")
            for name in ("doi", "arxiv", "acl")
        ] + [
            models.UniqueConstraint(
                Lower("citation_key"), condition=~Q(citation_key=""), name="paper_citation_key_once"
            )
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


class PaperVersion(models.Model):
    """Another citation of the same work, as it was given: the preprint beside the publication."""

    paper = models.ForeignKey(Paper, on_delete=models.CASCADE, related_name="versions")
    title = models.CharField(max_length=500)
    authors = models.JSONField(default=list, blank=True, help_text=_("Names in order."))
    venue = models.CharField(max_length=200, blank=True)
    year = models.PositiveSmallIntegerField(null=True, blank=True)
    doi = models.CharField(max_length=200, blank=True)
    arxiv = models.CharField(max_length=30, blank=True)
    acl = models.CharField(max_length=60, blank=True)
    bibtex_type = models.CharField(max_length=40, blank=True)
    bibtex_key = models.CharField(max_length=200, blank=True)
    bibtex_fields = models.JSONField(default=dict, blank=True)
    bibtex_raw = models.TextField(blank=True)
    source = models.CharField(max_length=20, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-year", "pk"]

    def __str__(self) -> str:
        return f"{self.title} ({self.venue} {self.year or ''})"


class FormerAddress(models.Model):
    """A slug that led to a paper before a merge or a change of its address; it redirects for good."""

    slug = models.SlugField(max_length=120, unique=True)
    paper = models.ForeignKey(Paper, on_delete=models.CASCADE, related_name="former_addresses")

    class Meta:
        verbose_name_plural = "former addresses"

    def __str__(self) -> str:
        return self.slug


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
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["language", "created_at"]

    def __str__(self) -> str:
        return self.body[:60]
