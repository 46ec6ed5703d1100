"""A search as people see it: what was understood, the papers found, the facets beside them, what to drop.

The whole search stands in the search box: a facet's link adds a filter to the text there or takes one out of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple
from urllib.parse import quote, urlencode

from django.core.paginator import Page, Paginator
from django.urls import reverse
from django.utils.translation import gettext as _

from catalog import search
from catalog.exporters import FORMATS
from catalog.models import Paper
from catalog.querysets import SORTS, PaperQuerySet
from catalog.search import columns, filters
from catalog.search.choosing import chosen_by
from catalog.search.facets import Facet, facets_of
from catalog.search.hits import hits_of
from catalog.search.query import And, Filter, Node, Part, Text, joined

PAPERS_A_PAGE = 25
_MARK = "~~"  # where a filter goes into an address: a page has a hundred of them, which differ in nothing else
FILTERS = ("category", "tag", "year", "venue", "list", "author")  # taken from an address beside the text


@dataclass(frozen=True)
class Link:
    label: str
    url: str
    chosen: bool = False


class Sought(NamedTuple):
    """The words to mark, by where they were looked for."""

    titles: list[Text]
    authors: list[Text]
    notes: list[Text]


class Browse:
    """A search, read. Takes what an address holds: `q`, `sort`, and filters by name. Each method costs a fixed number
    of queries."""

    def __init__(self, given: Mapping[str, Any]):
        typed = str(given.get("q") or "")
        added = [f"{name}:{quoted(given[name])}" for name in FILTERS if given.get(name)]
        if added:
            typed = " ".join([*(part.typed for part in search.read(typed).query.parts), *added])
        self.asked = search.read(typed)
        self._stems: dict[str, str] = {}
        self.q = self.asked.query.text
        asked = given.get("sort") or self.default_sort
        self.sort = asked if asked in SORTS and (self.asked.has_words or asked != "relevance") else self.default_sort

    @property
    def default_sort(self) -> str:
        return "relevance" if self.asked.has_words else "year"

    @cached_property
    def words(self) -> Sought:
        """For the marks in the results."""
        texts = self.asked.texts
        return Sought(texts + self.asked.texts_of("title"), texts + self.asked.texts_of("author"), texts)

    def papers(self) -> PaperQuerySet:
        """All that was found, for exports. A page is cut by `page`."""
        return Paper.objects.matching(self.asked).sorted_by(self.sort)

    def page(self, number: Any) -> Page:
        """One page of papers as a listing shows them; the last one costs what the first costs."""
        page = Paginator(self.ids, PAPERS_A_PAGE).get_page(number)
        page.object_list = hits_of(page.object_list)
        facts = filters.facts("is").items()
        for hit in page.object_list:
            hit.facts = [fact.label for value, fact in facts if self._columns.has("is", value, hit.pk)]
        return page

    @cached_property
    def _columns(self) -> columns.Columns:
        return columns.current()

    @cached_property
    def _chosen(self) -> bytes | None:
        """A flag for each paper of the columns; None for all of them."""
        return chosen_by(self.asked, self._columns)

    @cached_property
    def ids(self) -> list[int]:
        """The papers found, in their order."""
        if self.sort == "relevance":
            return self._columns.by_grade(self._chosen, self.asked.graded_ids())
        return self._columns.in_order(self.sort, self._chosen)

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
        if instead_of not in self._stems:
            kept = [part.typed for part in self.asked.query.parts if not (instead_of and _is(part, instead_of))]
            self._stems[instead_of] = self.url(q=" ".join([*kept, _MARK]))
        return self._stems[instead_of].replace(_MARK, quote(f"{name}:{quoted(value)}", safe=":"), 1)

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
    def exports(self) -> list[Link]:
        """All that was found, in each form that it can be taken out."""
        query = self.url("catalog:papers").partition("?")[2]
        urls = ((one.label, reverse("catalog:papers_export", args=[one.suffix])) for one in FORMATS)
        return [Link(label, f"{url}?{query}" if query else url) for label, url in urls]

    @property
    def filter_count(self) -> int:
        """How many of the things asked for are more than words."""
        return sum(not isinstance(part.node, Text) for part in self.asked.query.parts)

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
