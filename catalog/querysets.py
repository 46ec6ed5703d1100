"""Reads: search, facets, prefetches. Each method returns a QuerySet and costs a fixed number of queries."""

from __future__ import annotations

from django.db import models
from django.db.models import Count, F
from django.utils import timezone

from catalog import search

SORTS = ("relevance", "year", "oldest", "title", "added")


class InCodePoints(models.Func):
    """Ordered by the numbers of the characters: SQLite's own order, whatever the language of a PostgreSQL."""

    template = "%(expressions)s"

    def as_postgresql(self, compiler, connection, **context):
        return self.as_sql(compiler, connection, template='(%(expressions)s COLLATE "C")', **context)


class TopicQuerySet(models.QuerySet):
    def categories(self) -> TopicQuerySet:
        return self.filter(kind="category")

    def tags(self) -> TopicQuerySet:
        return self.filter(kind="tag")

    def with_counts(self) -> TopicQuerySet:
        """`paper_count`: how many papers carry the topic."""
        return self.annotate(paper_count=Count("papers")).order_by("kind", "position", "name_en")


class PaperQuerySet(models.QuerySet):
    def search(self, text: str) -> PaperQuerySet:
        """What the search box understands (catalog.search.query). `rank` is that of catalog.search.matching."""
        return self.matching(search.read(text))

    def matching(self, asked: search.Asked) -> PaperQuerySet:
        return self.filter(asked.condition).annotate(rank=asked.rank)

    def narrowed(
        self, *, category: str = "", tag: str = "", year: int | None = None, venue: str = "", paper_list: str = ""
    ) -> PaperQuerySet:
        """Filters by slugs; each one given must hold. Inner queries, so that no paper comes twice."""
        narrowed = self
        for kind, slug in (("category", category), ("tag", tag)):
            if slug:
                narrowed = narrowed.filter(pk__in=self._ids(topics__kind=kind, topics__slug=slug))
        if year:
            narrowed = narrowed.filter(year=year)
        if venue:
            narrowed = narrowed.filter(venue__slug=venue)
        if paper_list:
            narrowed = narrowed.filter(pk__in=self._ids(entries__section__paper_list__slug=paper_list))
        return narrowed

    def _ids(self, **condition) -> models.QuerySet:
        return self.model.objects.filter(**condition).values("pk")

    def sorted_by(self, sort: str) -> PaperQuerySet:
        """`relevance` wants `search` before it."""
        newest, by_title = F("year").desc(nulls_last=True), InCodePoints("title_key")
        orders = {
            "relevance": ["-rank", newest, by_title],
            "year": [newest, by_title],
            "oldest": [F("year").asc(nulls_last=True), by_title],
            "title": [by_title],
            "added": ["-created_at"],
        }
        return self.order_by(*orders[sort], "-pk" if sort == "added" else "pk")

    def touch(self) -> int:
        """Moves `updated_at`: after a change to authors, links, notes, topics or places, which ETags must show."""
        count = self.update(updated_at=timezone.now())
        search.touch_version()
        return count

    def for_listing(self) -> PaperQuerySet:
        """What one line of a result shows: authors in order, venue, topics, notes."""
        return (
            self.defer("bibtex_raw", "bibtex_fields")
            .select_related("venue")
            .prefetch_related("authorships__author", "topics", "notes")
        )

    def for_bibtex(self) -> PaperQuerySet:
        """What an exported entry needs."""
        return self.select_related("venue").prefetch_related("authorships__author", "links")

    def for_export(self) -> PaperQuerySet:
        """What an entry of any format needs."""
        return self.for_bibtex().prefetch_related("notes")

    def for_page(self) -> PaperQuerySet:
        """Everything that the paper's own page shows."""
        return self.for_bibtex().prefetch_related(
            "alternative_titles", "topics", "notes", "entries__section__paper_list"
        )


class PaperListQuerySet(models.QuerySet):
    def with_counts(self) -> PaperListQuerySet:
        """`paper_count`: distinct works; `section_count`."""
        return self.annotate(
            paper_count=Count("sections__entries__paper", distinct=True), section_count=Count("sections", distinct=True)
        ).order_by("position", "name_en")


class EntryQuerySet(models.QuerySet):
    def for_outline(self) -> EntryQuerySet:
        """Entries in the curator's order, each with all that a list's page prints of its paper.

        The paper comes by a join: fetched apart, a thousand are more than SQLite takes in one query.
        """
        unseen = ("bibtex_raw", "bibtex_fields")
        shown = ("authorships__author", "topics", "notes", "links")
        entries = self.select_related("paper__venue").defer(*(f"paper__{name}" for name in unseen))
        return entries.prefetch_related(*(f"paper__{name}" for name in shown)).order_by("section_id", "position")
