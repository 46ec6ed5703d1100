"""What facets count and pages are cut from, held in memory: every paper's place in each order, and its few facts.

Counting in SQL what thirty thousand papers share takes hundreds of milliseconds; counting columns in memory takes two.
Each process keeps one set of columns and reads it anew as soon as the index has another version (index.touch_version),
which is asked once a request: so no process ever counts what is gone.
"""

from __future__ import annotations

import threading
from collections import Counter, defaultdict
from collections.abc import Iterable
from functools import cached_property
from itertools import chain, compress

from django.apps import apps

from catalog.search import filters

FACETS = ("category", "list", "year", "venue", "tag", "is", "has", "lang")
Values = tuple  # of one paper: ids of topics, lists or a venue, a year, the names of facts


class Columns:
    """Place n of every column belongs to paper ids[n]; the newest paper stands first."""

    def __init__(self):
        rows = _papers().sorted_by("year").values_list("pk", "year", "venue")
        self.ids: list[int] = []
        years: list[Values] = []
        venues: list[Values] = []
        for pk, year, venue in rows:
            self.ids.append(pk)
            years.append((year,) if year else ())
            venues.append((venue,) if venue else ())
        self.places = {pk: place for place, pk in enumerate(self.ids)}
        self._columns = {"year": years, "venue": venues}
        topics = apps.get_model("catalog", "Paper").topics.through.objects
        for kind in ("category", "tag"):
            self._add(kind, topics.filter(topic__kind=kind).values_list("paper", "topic"))
        entries = apps.get_model("catalog", "Entry").objects.order_by()
        self._add("list", entries.values_list("paper", "section__paper_list").distinct())
        for name in ("is", "has", "lang"):
            self._add(name, _facts(name))
        self._orders: dict[str, list[int]] = {}

    def _add(self, facet: str, pairs: Iterable[tuple[int, object]]) -> None:
        """Papers share their tuples of values, so that counting them is counting few different things."""
        values = defaultdict(list)
        for pk, value in pairs:
            values[pk].append(value)
        shared: dict[Values, Values] = {(): ()}
        column = []
        for pk in self.ids:
            found = tuple(values[pk]) if pk in values else ()
            column.append(shared.setdefault(found, found))
        self._columns[facet] = column

    def values(self, facet: str, pk: int) -> Values:
        """Of one paper; none where it is newer than these columns."""
        return self._columns[facet][self.places[pk]] if pk in self.places else ()

    def counts(self, facet: str, chosen: bytearray | None) -> Counter:
        """How many of the chosen papers (all, without a choice) have each value."""
        if chosen is None:
            return self._all_counts[facet]
        return _spread(Counter(compress(self._columns[facet], chosen)))

    @cached_property
    def _all_counts(self) -> dict[str, Counter]:
        return {facet: _spread(Counter(column)) for facet, column in self._columns.items()}

    def chosen(self, ids: Iterable[int]) -> bytearray:
        """A flag a paper. Ids that came after these columns were read are passed over."""
        flags = bytearray(len(self.ids))
        places = self.places
        for pk in ids:
            if (place := places.get(pk)) is not None:
                flags[place] = 1
        return flags

    def in_order(self, sort: str, chosen: bytearray | None) -> list[int]:
        """The ids of the chosen papers, sorted by anything but relevance."""
        if sort == "year":
            return self.ids if chosen is None else list(compress(self.ids, chosen))
        order = self._order(sort)
        return order if chosen is None else [pk for pk in order if chosen[self.places[pk]]]

    def by_grade(self, chosen: bytearray, grades: Iterable[Iterable[int]]) -> list[int]:
        """The ids of the chosen papers: those of the first grade, newest first, then the second, ..., the others."""
        left = int.from_bytes(chosen, "little")
        ordered: list[int] = []
        for grade in grades:
            here = left & int.from_bytes(self.chosen(grade), "little")
            ordered += compress(self.ids, here.to_bytes(len(self.ids), "little"))
            left ^= here
        return [*ordered, *compress(self.ids, left.to_bytes(len(self.ids), "little"))]

    def _order(self, sort: str) -> list[int]:
        if sort not in self._orders:
            found = _papers().sorted_by(sort).values_list("pk", flat=True)
            self._orders[sort] = [pk for pk in found if pk in self.places]
        return self._orders[sort]


def _spread(counter: Counter[Values]) -> Counter:
    """Counts of tuples as counts of what is in them."""
    spread: Counter = Counter()
    for values, count in counter.items():
        for value in values:
            spread[value] += count
    return spread


def _papers():
    return apps.get_model("catalog", "Paper").objects


def _facts(name: str) -> Iterable[tuple[int, str]]:
    found = ((value, fact.condition()) for value, fact in filters.facts(name).items())
    return chain.from_iterable(
        ((pk, value) for pk in _papers().filter(condition).values_list("pk", flat=True)) for value, condition in found
    )


_lock = threading.Lock()
_kept: tuple[int, Columns] | None = None


def current() -> Columns:
    """One query where nothing was written since; about a dozen otherwise."""
    global _kept
    version = apps.get_model("catalog", "IndexVersion").objects.values_list("token", flat=True).first()
    with _lock:
        if version is None:  # nothing was ever indexed: nobody would say when these are old
            return Columns()
        if _kept is None or _kept[0] != version:
            _kept = (version, Columns())
        return _kept[1]
