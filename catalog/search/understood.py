"""What a search understood of what was typed, what it did not, and what to try when nothing is found."""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from dataclasses import dataclass

from django.db import connections
from django.utils.translation import gettext as _

from catalog.models import Paper
from catalog.search import filters
from catalog.search.browsing import Browse, Link, quoted
from catalog.search.index import backend_of
from catalog.search.query import QUERY_MAX_CHARACTERS, QUERY_MAX_TERMS, Filter, Node, Not, Part, Text, filters_in
from catalog.search.words import is_word

NEAR_WORDS = 3
NEAR = 0.7  # difflib's ratio from which a word of the index is worth trying


@dataclass(frozen=True)
class Understood:
    """One thing that must hold. `count` is how many papers there are without it, where that was counted."""

    label: str
    value: str
    url: str
    count: int | None = None


@dataclass(frozen=True)
class Remark:
    """What was not understood, and addresses that mend it."""

    text: str
    fixes: list[Link]


def parts_of(browse: Browse, *, counted: bool = False) -> list[Understood]:
    """Counting costs one query a part: for empty results."""
    return [_understood(browse, part, counted) for part in browse.asked.query.parts]


def _understood(browse: Browse, part: Part, counted: bool) -> Understood:
    label, value = _told(browse, part.node, part.typed)
    return Understood(label, value, browse.without(part), browse.count_without(part) if counted else None)


def _told(browse: Browse, node: Node, typed: str) -> tuple[str, str]:
    if isinstance(node, Filter):
        name = filters.name_of(node)
        value = node.value if filters.text_of(node) else browse.asked.resolve(node).label
        return str(filters.LABELS.get(name, _("identifier"))), value
    if isinstance(node, Text):
        return (_("exactly"), node.text) if node.exact else (_("word"), node.text)
    if isinstance(node, Not):
        label, value = _told(browse, node.child, typed.removeprefix("-").removeprefix("NOT").strip())
        return (_("without %(kind)s") % {"kind": label}, value)
    return _("either"), typed.removeprefix("(").removesuffix(")")


def remarks_of(browse: Browse) -> list[Remark]:
    """What is no filter, what no filter knows, what was too long."""
    remarks = [_unknown_filter(browse, filter) for filter in browse.asked.query.unknown]
    if browse.q.strip() and browse.asked.tree is None:
        remarks.append(Remark(_("There is no word in this to search for: all papers are shown."), []))
    for filter in dict.fromkeys(filters_in(browse.asked.tree)):
        if filters.text_of(filter) is None and not browse.asked.resolve(filter).known:
            remarks.append(_unknown_value(browse, filter))
    if browse.asked.query.cut:
        limits = {"characters": QUERY_MAX_CHARACTERS, "terms": QUERY_MAX_TERMS}
        text = _("Only the first %(characters)d characters and %(terms)d words of this were searched.") % limits
        remarks.append(Remark(text, []))
    return remarks


def _unknown_filter(browse: Browse, filter: Filter) -> Remark:
    text = _("%(name)s: is not a filter; it was searched as words.") % {"name": filter.name}
    name = filters.nearest_name(filter.name)
    fixed = f"{name}:{quoted(filter.value)}"
    return Remark(text, [Link(fixed, _replaced(browse, filter, fixed))] if name else [])


def _unknown_value(browse: Browse, filter: Filter) -> Remark:
    name = filters.name_of(filter)
    texts = {
        "year": _("%(value)s is not a year or a span of years."),
        "is": _("is: does not know %(value)s."),
        "has": _("has: does not know %(value)s."),
        "lang": _("lang: does not know %(value)s."),
        "list": _("No list is called %(value)s."),
        "venue": _("No venue is called %(value)s."),
        "tag": _("No tag is called %(value)s."),
        "category": _("No category is called %(value)s."),
    }
    text = texts.get(name, _("%(value)s is not an identifier.")) % {"value": filter.value}
    fixed = [f"{name}:{quoted(value)}" for value in browse.asked.resolve(filter).nearest]
    return Remark(text, [Link(one, _replaced(browse, filter, one)) for one in fixed])


def _replaced(browse: Browse, filter: Filter, by: str) -> str:
    """The address with the filter, however it was typed, put right."""
    q = browse.q
    for typed in (f'{filter.name}:"{filter.value}"', f"{filter.name}:{filter.value}"):
        place = q.casefold().replace("：", ":").find(typed.casefold())
        if place >= 0:
            return browse.url(q=q[:place] + by + q[place + len(typed) :])
    return browse.url(q=f"{q} {by}")


def nearest_words(browse: Browse) -> list[Link]:
    """For words that no paper has: those of the index most like them, as addresses. A query or two for each."""
    return [link for text in browse.asked.texts if text.text.isascii() for link in _near(browse, text)]


def _near(browse: Browse, text: Text) -> Iterator[Link]:
    word = text.text.casefold()
    if not word.isalnum() or len(word) < 3 or browse.count_of(text):
        return
    connection = connections[Paper.objects.db]
    start = word[0]
    known = {
        found: papers
        for found, papers in backend_of(connection).words_between(connection, start, start + "\uffff")
        if is_word(found) and abs(len(found) - len(word)) <= 2
    }
    close = difflib.get_close_matches(word, list(known), 4 * NEAR_WORDS, NEAR)
    # Of words equally like it the one that more papers have.
    close.sort(key=lambda found: (-round(difflib.SequenceMatcher(None, word, found).ratio(), 1), -known[found]))
    for found in close[:NEAR_WORDS]:
        yield Link(found, browse.url(q=browse.q.replace(text.text, found)))
