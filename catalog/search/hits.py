"""Papers as a line of a listing shows them: four lean queries, whatever their number.

Whole models with their relations cost a page four times as much, and no template here asks for more than this.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from django.urls import reverse

from catalog.languages import for_reader
from catalog.models import Authorship, Note, Paper

_PLACE = (
    "__slug__"  # where a slug goes into an address: finding an address anew for every paper costs more than its texts
)


class Category(NamedTuple):
    slug: str
    name: str
    url: str


class NoteText(NamedTuple):
    language: str
    body: str


@dataclass
class Hit:
    """`facts` are what the site says of the paper beside its categories: that its method runs here."""

    pk: int
    slug: str
    title: str
    short_name: str
    year: int | None
    venue: str | None
    url: str
    authors: list[str]
    categories: list[Category]
    notes: list[NoteText]
    facts: Sequence[str] = field(default=())


def hits_of(ids: Iterable[int]) -> list[Hit]:
    """In the order of the ids; papers that are gone by now are left out."""
    ids = list(ids)
    authors, categories, notes = _authors(ids), _categories(ids), _notes(ids)
    address = reverse("catalog:paper", args=[_PLACE])
    fields = ("pk", "slug", "title", "short_name", "year", "venue__name")
    found = {
        pk: Hit(pk, slug, *facts, address.replace(_PLACE, slug), authors[pk], categories[pk], notes[pk])
        for pk, slug, *facts in Paper.objects.filter(pk__in=ids).order_by().values_list(*fields)
    }
    return [found[pk] for pk in ids if pk in found]


def _authors(ids: list[int]) -> dict[int, list[str]]:
    names = defaultdict(list)
    rows = Authorship.objects.filter(paper__in=ids).order_by("paper", "position")
    for paper, name in rows.values_list("paper", "author__name"):
        names[paper].append(name)
    return names


def _categories(ids: list[int]) -> dict[int, list[Category]]:
    found = defaultdict(list)
    address = reverse("catalog:category", args=[_PLACE])
    rows = Paper.topics.through.objects.filter(paper__in=ids, topic__kind="category")
    rows = rows.order_by("topic__position", "topic__name_en")
    for paper, slug, en, zh in rows.values_list("paper", "topic__slug", "topic__name_en", "topic__name_zh"):
        found[paper].append(Category(slug, for_reader(en, zh), address.replace(_PLACE, slug)))
    return found


def _notes(ids: list[int]) -> dict[int, list[NoteText]]:
    found = defaultdict(list)
    rows = Note.objects.filter(paper__in=ids).order_by("paper", "language", "created_at")
    for paper, *note in rows.values_list("paper", "language", "body"):
        found[paper].append(NoteText(*note))
    return found
