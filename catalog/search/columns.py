"""What facets count and pages are cut from, held in memory: every paper's place in each order, and its few facts.

Counting in SQL what thirty thousand papers share takes hundreds of milliseconds; counting columns in memory takes two.
Each process keeps one set of columns and reads it anew as soon as the index has another version (index.touch_version),
which is asked once a request: so no process ever counts what is gone.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator
from functools import cached_property
from itertools import compress
from operator import itemgetter

from django.apps import apps
from django.db.models import QuerySet

from catalog.search import filters
from catalog.search.index import IdList, loaded_ids

ONE_OF_EACH = ("year", "venue")  # a paper has one of them at most; of the other facets it may have many
FACETS = ("category", "list", "year", "venue", "tag", "is", "has", "lang")
_DIGITS, _FLAGS = bytes.maketrans(b"\0\1", b"01"), bytes.maketrans(b"01", b"\0\1")


class Columns:
    """Place n of every column belongs to paper ids[n]; the newest paper stands first.

    What papers have one of is a list of values; of what they may have many, each value is a whole number with a bit a
    paper, so that counting is two operations of C, whatever the number of papers found.
    """

    def __init__(self):
        rows = list(_papers().sorted_by("year").values_list("pk", "year", "venue"))
        self.ids = [pk for pk, _year, _venue in rows]
        self.places = {pk: place for place, pk in enumerate(self.ids)}
        self._size = max(self.ids, default=0) + 1
        self._lists = {"year": [year for _, year, _ in rows], "venue": [venue for _, _, venue in rows]}
        self._bits: dict[str, dict[object, int]] = {}
        topics = apps.get_model("catalog", "Paper").topics.through.objects
        entries = apps.get_model("catalog", "Entry").objects
        for kind in ("category", "tag"):
            self._add(kind, _grouped(topics.filter(topic__kind=kind), "topic"))
        self._add("list", _grouped(entries, "section__paper_list"))
        for name in filters.FACTS:
            self._add(name, _facts(name))
        self._orders: dict[str, list[int]] = {}

    def _add(self, facet: str, having: Iterable[tuple[object, list[int]]]) -> None:
        self._bits[facet] = {value: self.bits(ids) for value, ids in having}

    def knows(self, facet: str) -> bool:
        return facet in self._bits

    def having(self, facet: str, value: object) -> int:
        """A bit for each paper that has this value of a facet that `knows` is true of."""
        return self._bits[facet].get(value, 0)

    def bits(self, ids: Collection[int]) -> int:
        return _as_bits(self.chosen(ids))

    @cached_property
    def everything(self) -> int:
        return (1 << len(self.ids)) - 1

    def flags(self, bits: int) -> bytes:
        """A byte a paper, in the columns' order."""
        return format(bits, f"0{len(self.ids)}b").encode().translate(_FLAGS) if self.ids else b""

    def has(self, facet: str, value: object, pk: int) -> bool:
        """Of a facet whose values a paper may have many of. Not where the paper is newer than these columns."""
        bits, place = self._bits[facet].get(value, 0), self.places.get(pk)
        return place is not None and bool(bits >> (len(self.ids) - 1 - place) & 1)

    def counts(self, chosen: bytes | None) -> dict[str, Counter]:
        """For each facet, how many of the chosen papers (all, without a choice) have each value."""
        if chosen is None:
            return self._all_counts
        bits = _as_bits(chosen)
        counted = {
            facet: Counter({value: count for value, having in values.items() if (count := (having & bits).bit_count())})
            for facet, values in self._bits.items()
        }
        for facet, values in self._lists.items():
            counted[facet] = Counter(compress(values, chosen))
            del counted[facet][None]
        return counted

    @cached_property
    def _all_counts(self) -> dict[str, Counter]:
        return self.counts(b"\1" * len(self.ids))

    @cached_property
    def _reordered(self) -> Callable[[bytearray], tuple]:
        """What stands at each id, in the columns' order, in one step of C."""
        return itemgetter(*self.ids, 0)

    def chosen(self, ids: Collection[int]) -> bytes:
        """A flag a paper, in the columns' order. Ids that came after these columns were read are passed over."""
        if len(ids) * 5 < len(self.ids):
            flags = bytearray(len(self.ids))
            for pk in ids:
                if (place := self.places.get(pk)) is not None:
                    flags[place] = 1
            return bytes(flags)
        flags, size = bytearray(self._size), self._size
        for pk in ids:
            if pk < size:
                flags[pk] = 1
        return bytes(self._reordered(flags)[:-1])

    def in_order(self, sort: str, chosen: bytes | None) -> list[int]:
        """The ids of the chosen papers, sorted by anything but relevance."""
        if sort == "year":
            return self.ids if chosen is None else list(compress(self.ids, chosen))
        order = self._order(sort)
        return order if chosen is None else [pk for pk in order if chosen[self.places[pk]]]

    def by_grade(self, chosen: bytes, grades: Iterable[list[int]]) -> list[int]:
        """The ids of the chosen papers: those of the first grade, newest first, then the second, ..., the others."""
        left = int.from_bytes(chosen, "little")
        ordered: list[int] = []
        for grade in grades:  # each one is a query, made when its turn comes
            if not left:
                break
            here = left & int.from_bytes(self.chosen(grade), "little")
            ordered += compress(self.ids, here.to_bytes(len(self.ids), "little"))
            left ^= here
        return [*ordered, *compress(self.ids, left.to_bytes(len(self.ids), "little"))]

    def _order(self, sort: str) -> list[int]:
        if sort not in self._orders:
            found = _papers().sorted_by(sort).values_list("pk", flat=True)
            self._orders[sort] = [pk for pk in found if pk in self.places]
        return self._orders[sort]


def _as_bits(flags: bytes) -> int:
    return int(flags.translate(_DIGITS) or b"0", 2)


def _papers():
    return apps.get_model("catalog", "Paper").objects


def _grouped(rows: QuerySet, field: str) -> Iterator[tuple[object, list[int]]]:
    """The papers of each value, as one row each."""
    for value, ids in rows.order_by().values(field).annotate(ids=IdList("paper")).values_list(field, "ids"):
        yield value, loaded_ids(ids)


def _facts(name: str) -> Iterator[tuple[str, list[int]]]:
    for value, fact in filters.facts(name).items():
        papers = _papers().filter(fact.condition()).order_by()
        if ids := loaded_ids(papers.aggregate(ids=IdList("pk"))["ids"]):
            yield value, ids


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
