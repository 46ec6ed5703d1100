"""The facets beside a search: their values with counts, each a link that narrows it or takes the narrowing back."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

from django.utils.translation import gettext as _

from catalog.languages import for_reader
from catalog.models import PaperList, Topic, Venue
from catalog.search import filters
from catalog.search.columns import FACETS, ONE_OF_EACH, Columns
from catalog.search.query import Part

SHOWN, UNFOLDED = 7, 16  # how many values a facet shows at once, and how many in all


class Search(Protocol):
    """What a facet needs of catalog.search.browsing.Browse."""

    asked: Any

    def chosen(self, facet: str) -> list[Part]: ...
    def with_filter(self, name: str, value: Any, *, instead_of: str = "") -> str: ...
    def without(self, *dropped: Part) -> str: ...


@dataclass(frozen=True)
class Choice:
    """A value of a facet. `url` chooses it, or drops it where it is chosen; `value` is what the search box takes."""

    label: str
    count: int
    url: str
    chosen: bool
    value: str


@dataclass(frozen=True)
class Facet:
    name: str
    label: str
    choices: list[Choice]  # the chosen ones first
    more: list[Choice]
    left_out: int  # how many values stand in neither

    @property
    def chosen(self) -> list[Choice]:
        return [choice for choice in self.choices if choice.chosen]


def facets_of(search: Search, columns: Columns, chosen: bytes | None) -> list[Facet]:
    """Three queries, for names."""
    counts = columns.counts(chosen)
    names = _names(counts)
    labels = {
        "category": _("Category"),
        "list": _("List"),
        "year": _("Year"),
        "venue": _("Venue"),
        "tag": _("Tag"),
        "is": _("Method"),
        "has": _("Has"),
        "lang": _("Notes in"),
    }
    total = sum(chosen) if chosen is not None else len(columns.ids)
    facets = (_facet(search, facet, labels[facet], counts[facet], names[facet], total) for facet in FACETS)
    return [facet for facet in facets if facet.choices]


def _names(counts: dict[str, Counter]) -> dict[str, Callable[[Any], tuple[str, str]]]:
    """For each facet how a value is called: (what the search box takes, what a reader sees)."""
    topic_ids = [pk for kind in ("category", "tag") for pk in _common(counts[kind])]
    topics = _bilingual(Topic, topic_ids)
    lists = _bilingual(PaperList, _common(counts["list"]))
    venues = Venue.objects.filter(pk__in=_common(counts["venue"])).order_by().values_list("pk", "slug", "name")
    facts = {name: {value: str(fact.label) for value, fact in filters.facts(name).items()} for name in filters.FACTS}
    venues = {pk: (slug, name) for pk, slug, name in venues}
    rows = {"category": topics, "tag": topics, "list": lists, "venue": venues}
    return {
        "year": lambda year: (str(year), str(year)),
        **{facet: rows[facet].get for facet in rows},
        **{facet: lambda value, labels=labels: (value, labels[value]) for facet, labels in facts.items()},
    }


def _bilingual(model: type[Topic] | type[PaperList], ids: list[int]) -> dict[int, tuple[str, str]]:
    rows = model.objects.filter(pk__in=ids).order_by().values_list("pk", "slug", "name_en", "name_zh")
    return {pk: (slug, for_reader(en, zh)) for pk, slug, en, zh in rows}


def _common(counter: Counter) -> list:
    return [value for value, _count in sorted(counter.items(), key=lambda item: -item[1])[:UNFOLDED]]


def _facet(search: Search, name: str, label: str, counts: Counter, called: Callable, total: int) -> Facet:
    parts = {search.asked.resolve(part.node).key: part for part in search.chosen(name)}
    chosen = [
        Choice(
            search.asked.resolve(part.node).label, counts.get(key, total), search.without(part), True, part.node.value
        )
        for key, part in parts.items()
    ]
    values = sorted(counts, reverse=True)[:UNFOLDED] if name == "year" else _common(counts)
    others = [
        Choice(names[1], counts[value], _narrowed(search, name, names[0]), False, names[0])
        for value in values
        if value not in parts and (names := called(value))
    ]
    if name != "year":
        others.sort(key=lambda choice: (-choice.count, choice.label))
    choices = chosen + others[: max(0, SHOWN - len(chosen))]
    more = others[max(0, SHOWN - len(chosen)) :]
    return Facet(name, label, choices, more, max(0, len(counts) - len(choices) - len(more)))


def _narrowed(search: Search, name: str, value: str) -> str:
    return search.with_filter(name, value, instead_of=name if name in ONE_OF_EACH else "")
