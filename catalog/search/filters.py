"""The filters of the search box: `name:value`. Each one knows its values, what they are called and what they ask.

An app above this one adds values of its own to `is:` and `has:` when it starts:

    filters.register("is", "runnable", _("runs here"), lambda: Q(arxiv__in=...))
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.db.models import Q
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from catalog import identifiers
from catalog.folding import fold_letters
from catalog.search.query import Filter, Text

Label = str | Promise
LABELS: dict[str, Label] = {
    "author": _("author"),
    "title": _("title"),
    "year": _("year"),
    "venue": _("venue"),
    "list": _("list"),
    "category": _("category"),
    "tag": _("tag"),
    "is": _("is"),
    "has": _("has"),
    "lang": _("notes in"),
    "arxiv": "arXiv",
    "doi": "DOI",
    "acl": "ACL",
}
# Readers of Chinese may type the name of a filter in Chinese.
ALIASES = {
    "作者": "author", "标题": "title", "年份": "year", "会议": "venue", "列表": "list", "类别": "category",
    "标签": "tag", "语言": "lang", "authors": "author", "tags": "tag", "years": "year", "language": "lang",
}  # fmt: skip
NAMES = frozenset(LABELS) | frozenset(ALIASES)
NEAR = 0.6  # difflib's ratio from which a name is worth suggesting
_YEARS = re.compile(r"(?P<first>\d{4})?(?P<range>\.\.|-|–)?(?P<last>\d{4})?")


@dataclass(frozen=True)
class Resolved:
    """What a filter asks. `nearest` are values to try in place of one that is not known."""

    condition: Q
    label: str
    key: Any = None  # of a facet's value: an id, a year, a fact's name
    known: bool = True
    nearest: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Fact:
    label: Label
    condition: Callable[[], Q]


FACTS: dict[str, dict[str, _Fact]] = {"is": {}, "has": {}, "lang": {}}
NOTHING = Q(pk__in=[])


def register(name: str, value: str, label: Label, condition: Callable[[], Q]) -> None:
    """Adds a value to `is:`, `has:` or `lang:`. The condition is on Paper and is made anew for each search."""
    FACTS[name][value] = _Fact(label, condition)


def facts(name: str) -> dict[str, _Fact]:
    return FACTS[name]


def name_of(filter: Filter) -> str:
    return ALIASES.get(filter.name, filter.name)


def text_of(filter: Filter) -> Text | None:
    """`author:` and `title:` are searches in a part of the index; a star at the end leaves the last word open."""
    if name_of(filter) in ("author", "title"):
        return Text(filter.value.rstrip("*"), exact=not filter.value.endswith("*"))
    return None


def resolve(filter: Filter) -> Resolved:
    """At most two queries. Not for `author:` and `title:`, which `text_of` reads."""
    name = name_of(filter)
    if name in FACTS:
        return _fact(name, filter.value)
    readers = {"year": _year, "venue": _venue, "list": _list, "category": _topic, "tag": _topic}
    return readers.get(name, _identifier)(filter.value, name)


def nearest_name(name: str) -> str:
    """The filter whose name is most like this one, or ""."""
    found = difflib.get_close_matches(name, sorted(NAMES), 1, NEAR)
    return ALIASES.get(found[0], found[0]) if found else ""


def nearest(value: str, names: Iterable[str], count: int = 3) -> tuple[str, ...]:
    """The names most like a value, those that hold it first."""
    folded = {fold_letters(name): name for name in names}
    asked = fold_letters(value)
    holding = [name for name in folded if asked and asked in name]
    close = difflib.get_close_matches(asked, list(folded), count, NEAR)
    return tuple(folded[name] for name in list(dict.fromkeys(holding + close))[:count])


def _fact(name: str, value: str) -> Resolved:
    known = FACTS[name]
    if fact := known.get(value.casefold()):
        return Resolved(fact.condition(), str(fact.label), value.casefold())
    by_label = {fold_letters(str(fact.label)): key for key, fact in known.items()}
    if key := by_label.get(fold_letters(value)):
        return _fact(name, key)
    return Resolved(NOTHING, value, None, False, nearest(value, known) or tuple(known)[:3])


def _year(value: str, name: str) -> Resolved:
    match = _YEARS.fullmatch(value)
    if not match or not (match["first"] or match["last"]):
        years = re.findall(r"\d{4}", value)
        return Resolved(NOTHING, value, None, False, ("..".join(years[:2]) or "2019..2021",))
    if not match["range"]:
        return Resolved(Q(year=int(match["first"])), value, int(match["first"]))
    first, last = match["first"], match["last"]
    if first and last:  # 2021..2019 means the same span
        first, last = sorted((first, last))
    condition = Q()
    if first:
        condition &= Q(year__gte=int(first))
    if last:
        condition &= Q(year__lte=int(last))
    return Resolved(condition, f"{first or ''}–{last or ''}")


def _venue(value: str, name: str) -> Resolved:
    """The venue of this name; where there is none, every venue whose name holds the words."""
    venues = apps.get_model("catalog", "Venue").objects
    rows = list(venues.filter(_named(value, "name")).values_list("pk", "name")[:1])
    if not rows:
        holding = Q()
        for word in value.split():
            holding &= Q(name__icontains=word)
        rows = list(venues.filter(holding).values_list("pk", "name")[:500])
    if not rows:
        return Resolved(NOTHING, value, None, False, nearest(value, venues.values_list("name", flat=True)))
    ids = [pk for pk, _name in rows]
    if len(ids) == 1:
        return Resolved(Q(venue=ids[0]), rows[0][1], ids[0])
    return Resolved(Q(venue__in=ids), value)


def _list(value: str, name: str) -> Resolved:
    lists = apps.get_model("catalog", "PaperList").objects
    entries = apps.get_model("catalog", "Entry").objects
    row = lists.filter(_named(value, "name_en", "name_zh")).first()
    if row is None:
        return _unknown_name(value, lists)
    return Resolved(Q(pk__in=entries.filter(section__paper_list=row.pk).values("paper")), row.name, row.pk)


def _topic(value: str, kind: str) -> Resolved:
    topics = apps.get_model("catalog", "Topic").objects.filter(kind=kind)
    through = apps.get_model("catalog", "Paper").topics.through.objects
    row = topics.filter(_named(value, "name_en", "name_zh")).first()
    if row is None:
        return _unknown_name(value, topics)
    return Resolved(Q(pk__in=through.filter(topic=row.pk).values("paper")), row.name, row.pk)


def _named(value: str, *names: str) -> Q:
    condition = Q(slug=value.casefold())
    for name in names:
        condition |= Q(**{f"{name}__iexact": value})
    return condition


def _unknown_name(value: str, rows) -> Resolved:
    """By any name of theirs, but suggested by what the filter takes in the reader's language."""
    by_name: dict[str, str] = {}
    for slug, en, zh in rows.values_list("slug", "name_en", "name_zh"):
        by_name.update({slug: slug, en: slug, **({zh: slug} if zh else {})})
    found = (by_name[near] for near in nearest(value, by_name, 6))
    return Resolved(NOTHING, value, None, False, tuple(dict.fromkeys(found))[:3])


def _identifier(value: str, name: str) -> Resolved:
    """By any identifier that the text holds: a DOI of the Anthology is an ACL id too."""
    condition = Q()
    finders = (("arxiv", identifiers.arxiv_id), ("doi", identifiers.doi), ("acl", identifiers.acl_id))
    for field, find in finders:
        if found := find(value):
            condition |= Q(**{field: found})
    return Resolved(condition or NOTHING, value, known=bool(condition))


def _with_rows(model: str, **condition) -> Callable[[], Q]:
    return lambda: Q(pk__in=apps.get_model("catalog", model).objects.filter(**condition).values("paper"))


def _in_language(language: str) -> Callable[[], Q]:
    return _with_rows("Note", language=language)


register("has", "notes", _("notes"), _with_rows("Note"))
register("has", "links", _("links"), _with_rows("PaperLink"))
register("has", "code", _("a link to code"), _with_rows("PaperLink", label__icontains="code"))
register("has", "doi", "DOI", lambda: ~Q(doi=""))
register("has", "arxiv", "arXiv", lambda: ~Q(arxiv=""))
register("lang", "en", "English", _in_language("en"))
register("lang", "zh", "中文", _in_language("zh"))
