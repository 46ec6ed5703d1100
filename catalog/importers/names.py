"""The names of an author field, split before they are decoded and put into the order that is printed."""

from __future__ import annotations

import re
from functools import lru_cache

from catalog.importers.latex import to_text

_LABELLED = re.compile(r"^\s*\"?(?:family|given|prefix|suffix|id|(?:use|juniorcomma)prefix)(?:-i)?\s*=")
_CACHED = 100  # characters of a name that may be met again
_DBLP_NUMBER = re.compile(r"\s+\d{4}$")
_INITIALS = re.compile(r"^(?:[^\W\d_]\.?[\s-]?){1,4}$")
# Two or more words that begin with capitals, or such words on both sides of a comma: no particle, brace or command.
_WORD = r"[A-ZÀ-ÖØ-Þ\u0400-\u042f][^\s,{}\\~$=\"`]*"
_FIRST_LAST = re.compile(rf"{_WORD}(?: {_WORD})+")
_LAST_FIRST = re.compile(rf"({_WORD}(?: {_WORD})*), ?({_WORD}(?: {_WORD})*)")
_STRAY_AND = re.compile(r"^and |(?: and)$", re.IGNORECASE)
_AND = re.compile(r"^(?:and\s+)+|(?:\s+and)+$", re.IGNORECASE)
_DOUBLE_AND = re.compile(r"(\sand)(?:\s+and\b)+", re.IGNORECASE)
_AND = re.compile(r"\s+and\s+", re.IGNORECASE)
_BRACE_OR_AND = re.compile(r"[{}]|\s+and\s+", re.IGNORECASE)
_NO_AUTHORS = frozenset(("others", "et al.", "et al", "and"))
_HAN = re.compile(r"[\u3400-\u9fff]")
_SUFFIX = re.compile(r"^(?:jr|sr)\.?$|^[IVX]+$", re.IGNORECASE)


def printed_names(field: str) -> list[str]:
    """`Last, First`, particles, suffixes and `{Corporate Names}` as a title page shows them; `others` is no author."""
    names: list[str] = []
    for source in _people(" ".join(field.split())):
        names += _printed(source) if len(source) < _CACHED else _printed.__wrapped__(source)
    return names


@lru_cache(maxsize=50_000)
def _printed(source: str) -> tuple[str, ...]:
    if _FIRST_LAST.fullmatch(source):
        return (_DBLP_NUMBER.sub("", source),)
    if (found := _LAST_FIRST.fullmatch(source)) and not _SUFFIX.match(found[2]):
        return (f"{found[2]} {found[1]}",)
    names = (_DBLP_NUMBER.sub("", " ".join(to_text(name).split())) for name in _one_or_more(source))
    return tuple(name for name in names if name and name.lower() not in _NO_AUTHORS)


def _people(field: str) -> list[str]:
    """Also where "and" stands twice, or before the first name, or behind the last."""
    people = [_STRAY_AND.sub("", name) for name in _split_at_and(field)]
    people = [name for name in people if name.lower() != "and"]
    if len(people) == 1 and ";" in field and "{" not in field and "&" not in field:
        return [name.strip() for name in field.split(";")]
    return people


def _split_at_and(field: str) -> list[str]:
    """At ` and ` outside braces. (bibtexparser's own splitter drops a backslash that begins a name.)"""
    if "{" not in field and "}" not in field:
        return _AND.split(field)
    people, depth, start = [], 0, 0
    for mark in _BRACE_OR_AND.finditer(field):
        if mark[0] in "{}":
            depth += 1 if mark[0] == "{" else -1
        elif depth <= 0:
            people.append(field[start : mark.start()])
            start = mark.end()
    return [*people, field[start:]]


def _one_or_more(source: str) -> list[str]:
    """Usually one name; a list that was joined by commas alone gives each of its names."""
    if _LABELLED.match(source):
        return [_labelled(source)]
    parts = [part.strip() for part in source.rstrip(" ,").split(",")]
    if len(parts) > 3 and "{" not in source:
        return _comma_list(parts)
    from bibtexparser.middlewares.names import InvalidNameError, parse_single_name_into_parts  # most names need it not

    try:
        split = parse_single_name_into_parts(source.rstrip(" ,"), strict=False)
    except InvalidNameError:
        return [source]
    first, von, last, suffix = (" ".join(words) for words in (split.first, split.von, split.last, split.jr))
    if suffix and _SUFFIX.match(first):  # "Sherry, John F., Jr.": the order people write, not BibTeX's
        first, suffix = suffix, first
    name = " ".join(piece for piece in (first, von, last) if piece)
    return [f"{name}, {suffix}" if suffix else name]


def _comma_list(parts: list[str]) -> list[str]:
    if len(parts) % 2 == 0 and all(_INITIALS.match(part) for part in parts[1::2]):
        return [f"{first} {last}" for last, first in zip(parts[::2], parts[1::2], strict=True)]
    if all(" " in part for part in parts if part):
        return [part for part in parts if part]
    return [", ".join(parts)]


def _labelled(source: str) -> str:
    """biblatex's `family=Ackooij, given=W., prefix=van`."""
    said = {}
    for part in source.split(","):
        label, _, value = part.strip().strip('"').partition("=")
        said[label.strip()] = value.strip()
    name = " ".join(said[label] for label in ("given", "prefix", "family") if said.get(label))
    return f"{name}, {said['suffix']}" if said.get("suffix") else name


def in_print(given: str, family: str) -> str:
    """A name from its parts: `Ada Lovelace`, and a Chinese one with its family name first, without a blank."""
    if _HAN.search(given) and _HAN.search(family):
        return family + given
    return f"{given} {family}".strip()
