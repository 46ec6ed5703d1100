"""A search as people see it: what was understood, the papers found, the facets beside them, what to drop.

The whole search stands in the search box: a facet's link adds a filter to the text there or takes one out of it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from urllib.parse import urlencode

from django.core.paginator import Page, Paginator
from django.db.models import Aggregate, JSONField
from django.urls import reverse
from django.utils.translation import gettext as _

from catalog import search
from catalog.facets import Facet, facets_of
from catalog.models import Paper
from catalog.querysets import SORTS, PaperQuerySet
from catalog.search import columns, filters
from catalog.search.query import And, Filter, Node, Part, Text, joined

PAPERS_A_PAGE = 25
FILTERS = ("category", "tag", "year", "venue", "list", "author")  # taken from an address beside the text


class IdList(Aggregate):
    """All ids of a group in one value: ten times as quick to read as a row each."""

    output_field = JSONField()

    def as_sqlite(self, compiler, connection, **context):
        return self.as_sql(compiler, connection, function="JSON_GROUP_ARRAY", **context)

    def as_postgresql(self, compiler, connection, **context):
        return self.as_sql(compiler, connection, function="JSON_AGG", **context)


@dataclass(frozen=True)
class Link:
    label: str
    url: str
    chosen: bool = False


class Browse:
    """A search, read. Takes what an address holds: `q`, `sort`, and filters by name. Each method costs a fixed number
    of queries."""

    def __init__(self, given: Mapping[str, Any]):
        typed = str(given.get("q") or "")
        added = [f"{name}:{quoted(given[name])}" for name in FILTERS if given.get(name)]
        if added:
            typed = " ".join([*(part.typed for part in search.read(typed).query.parts), *added])
        self.asked = search.read(typed)
        self.q = self.asked.query.text
        asked = given.get("sort") or self.default_sort
        self.sort = asked if asked in SORTS and (self.asked.has_words or asked != "relevance") else self.default_sort

    @property
    def default_sort(self) -> str:
        return "relevance" if self.asked.has_words else "year"

    @property
    def words(self) -> list[Text]:
        """For the marks in the results."""
        return self.asked.texts

    def papers(self) -> PaperQuerySet:
        """All that was found, for exports. A page is cut by `page`."""
        return Paper.objects.matching(self.asked).sorted_by(self.sort)

    def page(self, number: Any) -> Page:
        """One page of papers as a listing shows them; the last one costs what the first costs."""
        page = Paginator(self.ids, PAPERS_A_PAGE).get_page(number)
        found = Paper.objects.for_listing().in_bulk(list(page.object_list))
        page.object_list = [found[pk] for pk in page.object_list if pk in found]
        for paper in page.object_list:
            paper.facts = self._columns.values("is", paper.pk)
        return page

    @cached_property
    def _columns(self) -> columns.Columns:
        return columns.current()

    @cached_property
    def _ids_by_rank(self) -> dict[int, list[int]]:
        """In one query. The rank is only asked for where the order needs it."""
        found = Paper.objects.filter(self.asked.condition).order_by()
        if self.sort != "relevance":
            return {0: _loaded(found.aggregate(ids=IdList("pk"))["ids"])}
        rows = found.annotate(rank=self.asked.rank).values("rank").annotate(ids=IdList("pk"))
        return {row["rank"]: _loaded(row["ids"]) for row in rows}

    @cached_property
    def _chosen(self) -> bytearray | None:
        """A flag for each paper of the columns; None for all of them."""
        if self.asked.tree is None:
            return None
        return self._columns.chosen(pk for ids in self._ids_by_rank.values() for pk in ids)

    @cached_property
    def ids(self) -> list[int]:
        """The papers found, in their order."""
        if self.sort != "relevance":
            return self._columns.in_order(self.sort, self._chosen)
        ranks = sorted(self._ids_by_rank.items(), reverse=True)
        return [pk for _, ids in ranks for pk in self._columns.in_order("year", self._columns.chosen(ids))]

    def facets(self) -> list[Facet]:
        """Three queries, for the names; the counts come from the columns."""
        return facets_of(self, self._columns, self._chosen)

    # --- addresses ------------------------------------------------------------------------------------------------

    def url(self, view: str = "catalog:papers", **changes: Any) -> str:
        """This search with changes; empty values leave the address."""
        sort = self.sort if self.sort != self.default_sort else ""
        values = {"q": self.q, "sort": sort, **changes}
        query = urlencode({name: value for name, value in values.items() if value}, safe=":")
        return reverse(view) + (f"?{query}" if query else "")

    def with_filter(self, name: str, value: Any, *, instead_of: str = "") -> str:
        """The address with one more filter, or with one in the place of all of that name."""
        kept = [part.typed for part in self.asked.query.parts if not (instead_of and _is(part, instead_of))]
        return self.url(q=" ".join([*kept, f"{name}:{quoted(value)}"]))

    def without(self, *dropped: Part) -> str:
        return self.url(q=self.text_without(*dropped))

    def text_without(self, *dropped: Part) -> str:
        return " ".join(part.typed for part in self.asked.query.parts if part not in dropped)

    def sorts(self) -> list[Link]:
        labels = {
            "relevance": _("best match"),
            "year": _("newest"),
            "oldest": _("oldest"),
            "title": _("title"),
            "added": _("added last"),
        }
        return [
            Link(label, self.url(sort="" if sort == self.default_sort else sort), sort == self.sort)
            for sort, label in labels.items()
            if self.asked.has_words or sort != "relevance"
        ]

    @property
    def bibtex_url(self) -> str:
        return self.url("catalog:papers_bibtex")

    # --- what was understood --------------------------------------------------------------------------------------

    def chosen(self, facet: str) -> list[Part]:
        """The filters of this name that must hold."""
        return [part for part in self.asked.query.parts if _is(part, facet)]

    def count_without(self, part: Part) -> int:
        rest = joined(And, [other.node for other in self.asked.query.parts if other is not part])
        return self.count_of(rest)

    def count_of(self, tree: Node | None) -> int:
        return Paper.objects.filter(self.asked.condition_of(tree)).count()


def quoted(value: Any) -> str:
    text = str(value).replace('"', " ")
    return f'"{text}"' if any(char.isspace() or char in "()" for char in text) else text


def _is(part: Part, name: str) -> bool:
    return isinstance(part.node, Filter) and filters.name_of(part.node) == name


def _loaded(ids: str | list[int] | None) -> list[int]:
    return json.loads(ids) if isinstance(ids, str) else ids or []
