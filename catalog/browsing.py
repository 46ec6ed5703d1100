"""A search as people see it: what was understood, the papers found, the facets beside them, what to drop."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _

from catalog import search
from catalog.languages import for_reader
from catalog.models import Paper
from catalog.querysets import PaperQuerySet

FACET_LENGTH = 12


@dataclass(frozen=True)
class Choice:
    """A value of a facet. `url` chooses it, or drops it where it is chosen."""

    label: str
    count: int
    url: str
    chosen: bool


@dataclass(frozen=True)
class Link:
    label: str
    url: str
    chosen: bool


@dataclass(frozen=True)
class Facet:
    name: str
    label: str
    choices: list[Choice]
    chosen: str  # the label of the chosen value


@dataclass(frozen=True)
class Part:
    """One thing that the search asks for. `count` is how many papers there are without it, where that was counted."""

    label: str
    value: str
    url: str
    count: int | None = None


class Browse:
    """A valid search form, read. Every method costs a fixed number of queries."""

    FACETS = {
        "category": ("topics__slug", "topics__name_en", "topics__name_zh"),
        "list": tuple(f"entries__section__paper_list__{field}" for field in ("slug", "name_en", "name_zh")),
        "year": ("year",),
        "tag": ("topics__slug", "topics__name_en", "topics__name_zh"),
        "venue": ("venue__slug", "venue__name"),
    }

    def __init__(self, cleaned: Mapping[str, Any]):
        self.q: str = cleaned.get("q") or ""
        self.words = search.words_of(self.q)
        self.filters = {name: cleaned.get(name) or "" for name in self.FACETS}
        asked = cleaned.get("sort") or self.default_sort
        self.sort = asked if self.words or asked != "relevance" else "year"

    @property
    def default_sort(self) -> str:
        return "relevance" if self.words else "year"

    def papers(self) -> PaperQuerySet:
        return self._found(self.q, self.filters).sorted_by(self.sort)

    def _found(self, q: str, filters: Mapping[str, Any]) -> PaperQuerySet:
        names = {("paper_list" if name == "list" else name): value for name, value in filters.items() if value}
        return Paper.objects.search(q).narrowed(**names)

    def url(self, view: str = "catalog:papers", **changes: Any) -> str:
        """This search with changes; empty values leave the address."""
        sort = self.sort if self.sort != self.default_sort else ""
        values = {"q": self.q, **self.filters, "sort": sort, **changes}
        query = urlencode({name: value for name, value in values.items() if value})
        return reverse(view) + (f"?{query}" if query else "")

    def sorts(self) -> list[Link]:
        labels = {"relevance": _("best match"), "year": _("newest"), "title": _("title")}
        return [
            Link(label, self.url(sort="" if sort == self.default_sort else sort), sort == self.sort)
            for sort, label in labels.items()
            if self.words or sort != "relevance"
        ]

    @property
    def bibtex_url(self) -> str:
        return self.url("catalog:papers_bibtex")

    def facets(self) -> list[Facet]:
        """One query a facet; each counts with the other filters on and its own off."""
        labels = {"category": _("Category"), "list": _("List"), "year": _("Year"), "tag": _("Tag"), "venue": _("Venue")}
        return [self._facet(name, labels[name]) for name in self.FACETS]

    def _facet(self, name: str, label: str) -> Facet:
        fields = self.FACETS[name]
        condition = {"topics__kind": name} if name in ("category", "tag") else {f"{fields[0]}__isnull": False}
        counted = self._found(self.q, {**self.filters, name: ""}).counted_by(*fields, **condition)
        rows = [[row[field] for field in (*fields, "count")] for row in counted]
        if name == "year":
            rows.sort(reverse=True)
        choices = [self._choice(name, row) for row in rows]
        chosen = [choice for choice in choices if choice.chosen]
        return Facet(name, label, chosen or choices[:FACET_LENGTH], chosen[0].label if chosen else "")

    def _choice(self, name: str, row: list) -> Choice:
        value, *names, count = row
        chosen = str(self.filters[name]) == str(value)
        url = self.url(**{name: "" if chosen else value})
        return Choice(_in_language(names) if names else str(value), count, url, chosen)

    def parts(self, *, counted: bool = False) -> list[Part]:
        """What was understood, word by word. Counting costs one query a part: for empty results."""
        labels = {"category": _("category"), "list": _("list"), "year": _("year"), "tag": _("tag"), "venue": _("venue")}
        parts = []
        for word in self.words:
            rest = " ".join(other for other in self.words if other != word)
            count = self._found(rest, self.filters).count() if counted else None
            parts.append(Part(_("word"), word, self.url(q=rest), count))
        for name, value in self.filters.items():
            if value:
                count = self._found(self.q, {**self.filters, name: ""}).count() if counted else None
                parts.append(Part(labels[name], str(value), self.url(**{name: ""}), count))
        return parts


def _in_language(names: list[str]) -> str:
    """Of an English and a Chinese name the reader's; a single name stands for both."""
    return for_reader(names[0], names[-1])
